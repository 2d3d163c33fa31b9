"""The kinds of messages about a group: to the employer who booked, and to people who are asked to choose."""

from flask_babel import lazy_gettext as _l

from app.localtext import LocalText
from app.notifications.texts.kinds import EMAIL, SMS, Blank, LazyText, MessageKind, register
from app.notifications.texts.usual_blanks import ADDRESS, PHONE, PLACE

_BOOKED = _l("""{times}

Where: {place}
{address}
All times are Haikou time (UTC+8).

{changes}

See all visits:
{link}

Help: {phone}""")
_INVITED = _l("""Your employer asks you to choose a time to collect your permits.

Choose a time:
{link}

Help: {phone}""")
_TIMES = Blank(
    "times",
    _l("list: days and times"),
    (LocalText("Mon 12 Oct, 09:00–09:40: 8", "10月12日 周一 09:00–09:40：8", "пн, 12 окт., 09:00–09:40: 8"),),
)
_LINK = Blank("link", _l("link to all visits"), "https://haikou.example/g/7Kq2mXw9Td")
_CHANGES = Blank(
    "changes",
    _l("sentence: who can change what"),
    LocalText(
        "Each person gets their own message and can change their own visit.",
        "每个人会收到各自的消息，并可更改自己的预约。",
        "Каждый человек получает своё сообщение и может изменить свой визит.",
    ),
)
_COUNT = Blank("count", _l("number of people"), "8")

BOOKED = MessageKind(
    "group-booked",
    _l("Group booked"),
    (_TIMES, _CHANGES, _COUNT, PLACE, ADDRESS, _LINK, PHONE),
    {EMAIL: frozenset({"times", "link"}), SMS: frozenset({"link"})},
    {
        EMAIL: LazyText(_BOOKED, _l("Visits booked: {count}"), _l("Visits booked: {count}")),
        SMS: LazyText(_l("Visits booked: {count}. See all: {link}")),
    },
)
INVITED = MessageKind(
    "group-invite",
    _l("Asked to choose a time"),
    (Blank("link", _l("link to choose a time"), "https://haikou.example/c/7Kq2mXw9Td"), PHONE),
    {EMAIL: frozenset({"link"}), SMS: frozenset({"link"})},
    {
        EMAIL: LazyText(_INVITED, _l("Choose a time for your visit"), _l("Choose a time for your visit")),
        SMS: LazyText(_l("Your employer asks you to choose a time to collect your permits: {link}")),
    },
)
register(BOOKED, INVITED)
