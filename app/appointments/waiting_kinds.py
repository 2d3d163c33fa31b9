"""The kind of message to who joins the waiting list, and the text it ships with."""

from flask_babel import lazy_gettext as _l

from app.notifications.kinds import EMAIL, SMS, LazyText, MessageKind, register
from app.notifications.usual_blanks import PHONE, PLACE, SERVICE, STOP_LINK

_HEADING = _l("You are on the waiting list")
_BODY = _l("""{service}
Where: {place}

We write to you when a time is free. We ask one person at a time, in the order of joining.
You do not need to do anything now.

Stop these messages: {stop_link}

Help: {phone}""")
_SMS = _l("You are on the waiting list. We write when a time is free. Stop: {stop_link}")

JOINED = MessageKind(
    "waiting",
    _l("Joined the waiting list"),
    (SERVICE, PLACE, STOP_LINK, PHONE),
    {EMAIL: frozenset({"stop_link"}), SMS: frozenset({"stop_link"})},
    {EMAIL: LazyText(_BODY, _HEADING, _HEADING), SMS: LazyText(_SMS)},
)
register(JOINED)
