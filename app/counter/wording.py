"""Words of the counter for offers, calls, events and people."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.appointments.models import Appointment
from app.appointments.states import Status
from app.appointments.waitlist.offers import OfferState
from app.collection.models import Relation
from app.collection.queries import CallReason
from app.i18n import text
from app.localtext import LocalText

OFFER_STATES = {
    OfferState.OPEN: _l("kept for them now"),
    OfferState.ENDED: _l("no answer"),
    OfferState.TAKEN: _l("taken"),
    OfferState.DECLINED: _l("declined"),
    OfferState.CHANGED: _l("taken back"),
}

# Why somebody had the name and the contact of a visit shown.
SHOW_REASONS = {"here": _l("the person is here"), "call": _l("to call or write to the person")}

EVENTS = {
    "booked": _l("Booked"),
    "rescheduled": _l("Moved to another time"),
    "cancelled": _l("Cancelled"),
    "restored": _l("Booked again"),
    "proved": _l("Known: a person stands behind it"),
    "ran_out": _l("Given back: nobody opened the link"),
    "confirmed": _l("Said: I will come"),
    "contact_changed": _l("Contact details changed"),
    "walked_in": _l("Came without a booking"),
    "checked_in": _l("Arrived"),
    "completed": _l("Everything handed over"),
    "incomplete": _l("Not complete"),
    "no_show": _l("Did not come"),
    "undone": _l("Last change taken back"),
    "opened": _l("Name and contact shown"),
    "moved_by_us": _l("Moved by the service point"),
    "cancelled_by_us": _l("Cancelled by the service point"),
    "asked_by_us": _l("Asked to choose another time"),
    "put_back": _l("Given the old time again"),
    "told": _l("Told about a change of the opening hours"),
}

RELATIONS = {
    Relation.EMPLOYER: _l("employer"),
    Relation.SPOUSE: _l("husband or wife"),
    Relation.RELATIVE: _l("relative"),
    Relation.FRIEND: _l("friend"),
    Relation.OTHER: _l("somebody else"),
}

CALL_REASONS = {
    CallReason.NO_CONTACT: _l("no contact in the case"),
    CallReason.REMOVED: _l("the contact was another person's"),
    CallReason.NOT_DELIVERED: _l("the message did not arrive"),
    CallReason.NO_ANSWER: _l("no visit after all reminders"),
}


def planned_anew(visit: Appointment, *, by: str) -> str:
    """Return what is said after staff moved or cancelled a visit, and who tells the person."""
    if visit.status == Status.CANCELLED and visit.cancelled_by != by:
        return str(_("The visit was cancelled before. Nothing was changed."))
    done = _("The visit is moved.") if visit.status == Status.BOOKED else _("The visit is cancelled.")
    has_contact = visit.email_encrypted or visit.phone_encrypted
    told = _("The person gets a message.") if has_contact else _("There is no contact: nobody is told.")
    return f"{done} {told}"


def reason_words(reason: str | Mapping[str, str] | None) -> str:
    """Return why something was done: a known reason, what somebody typed, or a closure's own words."""
    if isinstance(reason, Mapping):
        return text(LocalText.from_dict(reason))
    return str(SHOW_REASONS.get(reason, reason)) if reason else ""
