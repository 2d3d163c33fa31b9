"""The kind of message that brings a lost link again, and the text it ships with."""

from flask_babel import lazy_gettext as _l

from app.localtext import LocalText
from app.notifications.texts.kinds import EMAIL, SMS, Blank, LazyText, MessageKind, register
from app.notifications.texts.usual_blanks import PHONE

NAME = "lost-link"
_BODY = _l("""You asked us for your link again.

{about}
{link}

Did you not ask? Then do nothing. Only you got this message.

Help: {phone}""")
_HEADING = _l("Your link")

LOST_LINK = MessageKind(
    NAME,
    _l("A lost link, sent again"),
    (
        Blank(
            "about",
            _l("what the link opens"),
            LocalText("Your permits and your visit", "您的证件和预约", "Ваши разрешения и ваш визит"),
        ),
        Blank("link", _l("the link"), "https://haikou.example/c/7Kq2mXw9Td"),
        PHONE,
    ),
    {EMAIL: frozenset({"link"}), SMS: frozenset({"link"})},
    {
        EMAIL: LazyText(_BODY, _HEADING, _HEADING),
        SMS: LazyText(_l("Haikou Foreigners' Service. Your link: {link} Did you not ask? Do nothing.")),
    },
)
register(LOST_LINK)
