"""Words for what the nightly check finds, and what to do about it."""

from flask_babel import lazy_gettext as _l

from app.reports import checks

FINDINGS = {
    checks.OVERSOLD: _l("More desks are taken than there are. Call the administrator."),
    checks.COUNTED_WRONG: _l("The counter and the visits differ. Call the administrator."),
    checks.UNTOLD: _l("The person has a contact and no message was written. Call the person."),
    checks.NOT_OFFERED: _l("The place does not offer this service any more. Move the visit."),
    checks.NO_DESK: _l("The place is closed at this time. Move the visit."),
    checks.NEVER_CLOSED: _l("Nobody said how this visit ended. Say it on its page."),
}
