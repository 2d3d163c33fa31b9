"""Words of the staff pages for roles, events and messages."""

from flask_babel import lazy_gettext as _l

from app.accounts.models import Role

ROLES = {
    Role.CLERK: _l("clerk"),
    Role.MANAGER: _l("station manager"),
    Role.ADMINISTRATOR: _l("administrator"),
}
