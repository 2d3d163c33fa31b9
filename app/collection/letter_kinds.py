"""The kinds of messages that ask a person to collect the permits, and the texts they ship with."""

from flask_babel import lazy_gettext as _l

from app.cases.notices import READY
from app.localtext import LocalText
from app.notifications.texts.kinds import EMAIL, SMS, Blank, LazyText, MessageKind, register
from app.notifications.texts.usual_blanks import ADDRESS, PAPERS, PHONE, PLACE

_READY = _l("""{lead}

Choose a time:
{link}

Your collection code: {code}
If you lose the link, this code and the last four characters of your passport open your case.

Where: {place}
{address}

Last day to collect: {deadline}.

Bring:
{papers}

This is not you, or you want no more messages? Open the link and tell us.

Help: {phone}""")
_CHASE = _l("""You have no visit yet. Choose a time with the link below.

{lead}

Choose a time:
{link}

Your collection code: {code}
If you lose the link, this code and the last four characters of your passport open your case.

Where: {place}
{address}

Last day to collect: {deadline}.

Bring:
{papers}

This is not you, or you want no more messages? Open the link and tell us.

Help: {phone}""")

LINK = Blank("link", _l("link to the case"), "https://haikou.example/c/7Kq2mXw9Td")
_BLANKS = (
    Blank(
        "title",
        _l("what is ready"),
        LocalText(
            "Your work permit and residence permit are ready",
            "您的工作许可和居留许可已办好",
            "Ваши разрешение на работу и разрешение на проживание готовы",
        ),
    ),
    Blank(
        "lead",
        _l("how it is collected"),
        LocalText("Collect both in one visit.", "一次领取两证。", "Получите оба документа за один визит."),
    ),
    PLACE,
    ADDRESS,
    Blank(
        "deadline",
        _l("last day to collect; may be empty"),
        LocalText("Thursday 12 November 2026", "2026年11月12日 星期四", "четверг, 12 ноября 2026 г."),
    ),
    PAPERS,
    LINK,
    Blank("code", _l("collection code"), "HK7R 4M2P"),
    PHONE,
)
_NEEDED = {EMAIL: frozenset({"link", "place"}), SMS: frozenset({"link"})}

FIRST = MessageKind(
    READY, _l("Permits are ready"), _BLANKS, _NEEDED,
    {
        EMAIL: LazyText(_READY, "{title}", "{title}"),
        SMS: LazyText(_l("Haikou Foreigners' Service. {title}. Code {code}. Book one visit: {link}")),
    },
)  # fmt: skip
AGAIN = MessageKind(
    "chase", _l("Reminder to book"), _BLANKS, _NEEDED,
    {
        EMAIL: LazyText(_CHASE, _l("Choose a time: {title}"), "{title}"),
        SMS: LazyText(
            _l("Haikou Foreigners' Service. {title}. Code {code}. You have no visit yet. Book it: {link}")
        ),
    },
)  # fmt: skip
PROXY_NAMED = MessageKind(
    "proxy-named", _l("Somebody was named to collect"), (LINK, PHONE),
    {EMAIL: frozenset({"link"}), SMS: frozenset({"link"})},
    {
        EMAIL: LazyText(
            _l("""Somebody who has your link or your code named a person who may collect your permits for you.

Was it you? You do not need to do anything.

Was it not you? Open your case and take it back now: {link}

Help: {phone}"""),
            _l("A person was named to collect your permits"),
            _l("A person was named to collect your permits"),
        ),
        SMS: LazyText(_l("A person was named to collect your permits. Not you? Take it back: {link}")),
    },
)  # fmt: skip
register(FIRST, AGAIN, PROXY_NAMED)
