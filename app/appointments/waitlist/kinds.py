"""The kinds of messages to who joins the waiting list or is taken off it, and the texts they ship with."""

from flask_babel import lazy_gettext as _l

from app.notifications.texts.kinds import EMAIL, SMS, Blank, LazyText, MessageKind, register
from app.notifications.texts.usual_blanks import PHONE, PLACE, SERVICE, STOP_LINK

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

WAITING_LINK = Blank(
    "waiting_link", _l("link to what the person waited for"), "https://haikou.example/w/7Kq2mXw9Td"
)
_CONFIRM_HEADING = _l("One step is left: open this link")
_CONFIRM_BODY = _l("""You asked us to write when a time is free.

Open this link today. Then you are on the waiting list: {waiting_link}

{service}
Where: {place}

Was it not you? Do nothing: nobody waits, and we do not write again.

Help: {phone}""")
_CONFIRM_SMS = _l("Open this link today to be on the waiting list: {waiting_link}")

CONFIRM = MessageKind(
    "waiting-confirm",
    _l("Asks to confirm the wish to wait"),
    (SERVICE, PLACE, WAITING_LINK, PHONE),
    {EMAIL: frozenset({"waiting_link"}), SMS: frozenset({"waiting_link"})},
    {EMAIL: LazyText(_CONFIRM_BODY, _CONFIRM_HEADING, _CONFIRM_HEADING), SMS: LazyText(_CONFIRM_SMS)},
)

_OFF_HEADING = _l("You are not on the waiting list any more")
_OFF_BODY = _l("""{service}

The service point took you off its waiting list. A visit that you have stays as it is.
Did you not ask for this? Call us.

Help: {phone}""")
_OFF_SMS = _l("You are not on the waiting list any more. Questions: {phone}")

TAKEN_OFF = MessageKind(
    "waiting-ended",
    _l("Taken off the waiting list"),
    (SERVICE, PHONE),
    {EMAIL: frozenset({"phone"}), SMS: frozenset({"phone"})},
    {EMAIL: LazyText(_OFF_BODY, _OFF_HEADING, _OFF_HEADING), SMS: LazyText(_OFF_SMS)},
)
_RETIRED_BODY = _l("""{service}
Where: {place}

This service point is closed for good, so you do not wait there any more.
A visit that you have stays as it is. Other service points: {waiting_link}

Help: {phone}""")
_RETIRED_SMS = _l("{place} is closed for good. You are not on its waiting list any more: {waiting_link}")

RETIRED = MessageKind(
    "waiting-retired",
    _l("Waited at a service point that was closed for good"),
    (SERVICE, PLACE, WAITING_LINK, PHONE),
    {EMAIL: frozenset({"place", "waiting_link"}), SMS: frozenset({"place", "waiting_link"})},
    {EMAIL: LazyText(_RETIRED_BODY, _OFF_HEADING, _OFF_HEADING), SMS: LazyText(_RETIRED_SMS)},
)
register(JOINED, CONFIRM, TAKEN_OFF, RETIRED)
