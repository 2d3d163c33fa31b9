"""The kinds of messages about a visit, their blanks and the texts they ship with."""

from flask_babel import lazy_gettext as _l

from app.localtext import LocalText
from app.notifications.texts.kinds import EMAIL, SMS, Blank, LazyText, MessageKind, register
from app.notifications.texts.usual_blanks import ADDRESS, PAPERS, PHONE, PLACE, SERVICE

_BODY = _l("""{service}

You collect:
{items}

When: {when}
All times are Haikou time (UTC+8).

Where: {place}
{address}
{chinese}
How to get there: {place_link}

Bring:
{papers}

{length}
Cost: {cost}
Last day to collect: {last_day}

Booking number: {reference}

Change or cancel this visit:
{link}

Help: {phone}""")
_REMINDER = _l("""{service}

You collect:
{items}

When: {when}
All times are Haikou time (UTC+8).

Where: {place}
{address}
{chinese}
How to get there: {place_link}

Bring:
{papers}

{length}
Cost: {cost}
Last day to collect: {last_day}

Booking number: {reference}

I will come: {come_link}

I cannot come: {cancel_link}

Change or cancel this visit:
{link}

Help: {phone}""")
_CANCELLED = _l("""{service}

When: {when}
All times are Haikou time (UTC+8).

Where: {place}
{address}

Booking number: {reference}

Book a new time:
{link}

Help: {phone}""")

_PROVISIONAL = _l("""Open this link before {until}, or the time goes to somebody else:
{link}

{service}

When: {when}
All times are Haikou time (UTC+8).

Where: {place}
{address}
How to get there: {place_link}

Bring:
{papers}

Booking number: {reference}

You did not book this? Then do nothing: the time is given back by itself.

Help: {phone}""")
_RAN_OUT = _l("""Nobody opened the link in our message until {until}, so this time was given back.

{service}

When: {when}
All times are Haikou time (UTC+8).

Where: {place}

Booking number: {reference}

You want to come? Take this time again while it is free, or choose another one:
{link}

Help: {phone}""")

_MOVED = _l("""{why}

Your new time: {when}
All times are Haikou time (UTC+8).

Where: {place}
{address}
{chinese}
How to get there: {place_link}

You do not have to do anything to keep this time.

{service}

Bring:
{papers}

{length}
Cost: {cost}
Last day to collect: {last_day}

Booking number: {reference}

Choose another time:
{link}

Help: {phone}""")
_CANCELLED_BY_US = _l("""{why}

Your visit is cancelled. We are sorry.

{service}

Booking number: {reference}

Book a new time:
{link}

Help: {phone}""")

BLANKS = (
    Blank("day", _l("day, short"), LocalText("Tue 13 Oct", "10月13日 周二", "вт, 13 окт.")),
    Blank("time", _l("time"), "10:20"),
    Blank(
        "when",
        _l("day and time, long"),
        LocalText(
            "Tuesday 13 October 2026, 10:20 (10:20 am)",
            "2026年10月13日 星期二 10:20",
            "вторник, 13 октября 2026 г., 10:20",
        ),
        strong=True,
    ),
    PLACE,
    ADDRESS,
    Blank("place_link", _l("link: how to get there"), "https://haikou.example/places/central-window"),
    SERVICE,
    Blank(
        "items",
        _l("list: what is handed over"),
        (
            LocalText("work permit", "外国人工作许可", "разрешение на работу"),
            LocalText("residence permit", "居留许可", "разрешение на проживание"),
        ),
    ),
    PAPERS,
    Blank(
        "chinese",
        _l("name and address in Chinese; empty in Chinese"),
        LocalText("综合服务窗口，海口市民游客中心", "", "综合服务窗口，海口市民游客中心"),
    ),
    Blank("length", _l("how long it takes"), LocalText("About 20 minutes", "约20分钟", "Около 20 минут")),
    Blank("cost", _l("what it costs; may be empty"), LocalText("Free", "免费", "Бесплатно")),
    Blank(
        "last_day",
        _l("last day to collect; may be empty"),
        LocalText("Wednesday 11 November 2026", "2026年11月11日 星期三", "среда, 11 ноября 2026 г."),
    ),
    Blank("reference", _l("booking number"), "HK7R 4M2P", strong=True),
    Blank("link", _l("link to the visit"), "https://haikou.example/c/7Kq2mXw9Td"),
    Blank("come_link", _l("link: I will come; may be empty"), "https://haikou.example/c/7Kq2mXw9Td/come"),
    Blank("cancel_link", _l("link: cancel; may be empty"), "https://haikou.example/c/7Kq2mXw9Td/cancel"),
    PHONE,
)
UNTIL = Blank("until", _l("time until which the link has to be opened"), "10:52", strong=True)

_NEEDED = {EMAIL: frozenset({"when", "place", "link"}), SMS: frozenset({"day", "time", "place", "link"})}
# "Today" and "tomorrow" say the day already.
_NEEDED_NEAR = {EMAIL: frozenset({"when", "place", "link"}), SMS: frozenset({"time", "place", "link"})}

CONFIRMATION = MessageKind(
    "confirmation", _l("Confirmation"), BLANKS, _NEEDED,
    {
        EMAIL: LazyText(_BODY, _l("Your visit: {day}, {time}, {place}"), _l("Your visit is booked")),
        SMS: LazyText(
            _l("Your visit: {day}, {time}, {place}. Bring your passport. Change or cancel: {link}")
        ),
    },
)  # fmt: skip
CHANGED = MessageKind(
    "changed", _l("Visit moved"), BLANKS, _NEEDED,
    {
        EMAIL: LazyText(_BODY, _l("Your visit is now: {day}, {time}, {place}"), _l("Your visit is changed")),
        SMS: LazyText(
            _l("Your visit is now: {day}, {time}, {place}. Bring your passport. Change or cancel: {link}")
        ),
    },
)  # fmt: skip
CANCELLED = MessageKind(
    "cancelled", _l("Visit cancelled"), BLANKS, _NEEDED,
    {
        EMAIL: LazyText(
            _CANCELLED, _l("Your visit is cancelled: {day}, {time}, {place}"), _l("Your visit is cancelled")
        ),
        SMS: LazyText(_l("Your visit is cancelled: {day}, {time}, {place}. Book a new time: {link}")),
    },
)  # fmt: skip
TODAY = MessageKind(
    "today", _l("Reminder on the day"), BLANKS, _NEEDED_NEAR,
    {
        EMAIL: LazyText(_REMINDER, _l("Today: {day}, {time}, {place}"), _l("Your visit is today")),
        SMS: LazyText(_l("Today: {day}, {time}, {place}. Bring your passport. Change or cancel: {link}")),
    },
)  # fmt: skip
TOMORROW = MessageKind(
    "tomorrow", _l("Reminder on the day before"), BLANKS, _NEEDED_NEAR,
    {
        EMAIL: LazyText(_REMINDER, _l("Tomorrow: {day}, {time}, {place}"), _l("Your visit is tomorrow")),
        SMS: LazyText(_l("Tomorrow: {day}, {time}, {place}. Bring your passport. Change or cancel: {link}")),
    },
)  # fmt: skip
SOON = MessageKind(
    "soon", _l("Earlier reminder"), BLANKS, _NEEDED,
    {
        EMAIL: LazyText(
            _REMINDER, _l("Your visit is soon: {day}, {time}, {place}"), _l("Your visit is soon")
        ),
        SMS: LazyText(
            _l("Your visit is soon: {day}, {time}, {place}. Bring your passport. Change or cancel: {link}")
        ),
    },
)  # fmt: skip

WHY = Blank(
    "why",
    _l("sentence: what cannot be, and why"),
    LocalText(
        "Fuxingcheng cannot receive you on Mon 12 Oct, 09:00: typhoon.",
        "复兴城10月12日 周一 09:00无法接待您：台风。",
        "Фусинчэн не сможет принять вас пн, 12 окт., 09:00: тайфун.",
    ),
)
_NEEDED_BY_US = {channel: names | {"why"} for channel, names in _NEEDED.items()}
MOVED_BY_US = MessageKind(
    "moved_by_us", _l("Visit moved by us"), (*BLANKS, WHY), _NEEDED_BY_US,
    {
        EMAIL: LazyText(
            _MOVED, _l("We moved your visit: {day}, {time}, {place}"), _l("We had to move your visit")
        ),
        SMS: LazyText(_l("{why} Your visit is now {day}, {time}, {place}. Need another time? {link}")),
    },
)  # fmt: skip
CANCELLED_BY_US = MessageKind(
    "cancelled_by_us", _l("Visit cancelled by us"), (*BLANKS, WHY),
    {EMAIL: frozenset({"why", "link"}), SMS: frozenset({"why", "link"})},
    {
        EMAIL: LazyText(
            _CANCELLED_BY_US,
            _l("We cancelled your visit: {day}, {time}, {place}"),
            _l("We had to cancel your visit"),
        ),
        SMS: LazyText(_l("{why} Your visit is cancelled. Choose a new time: {link}")),
    },
)  # fmt: skip

_NEEDED_TO_OPEN = {channel: names | {"until"} for channel, names in _NEEDED.items()}
PROVISIONAL = MessageKind(
    "provisional", _l("Visit booked, if its link is opened"), (*BLANKS, UNTIL), _NEEDED_TO_OPEN,
    {
        EMAIL: LazyText(
            _PROVISIONAL,
            _l("Open the link to keep your visit: {day}, {time}, {place}"),
            _l("Open this link to keep your visit"),
        ),
        SMS: LazyText(
            _l("Open {link} before {until}, or your time goes to somebody else: {day}, {time}, {place}.")
        ),
    },
)  # fmt: skip
RAN_OUT = MessageKind(
    "ran_out", _l("Visit given back: its link was not opened"), (*BLANKS, UNTIL), _NEEDED,
    {
        EMAIL: LazyText(
            _RAN_OUT, _l("Your time was given back: {day}, {time}, {place}"), _l("Your time was given back")
        ),
        SMS: LazyText(
            _l("Our link was not opened, so your time was given back: {day}, {time}, {place}. Again: {link}")
        ),
    },
)  # fmt: skip

KINDS = {
    kind.name: kind
    for kind in (
        CONFIRMATION, PROVISIONAL, RAN_OUT, CHANGED, CANCELLED, MOVED_BY_US, CANCELLED_BY_US,
        TODAY, TOMORROW, SOON,
    )
}  # fmt: skip
register(*KINDS.values())
