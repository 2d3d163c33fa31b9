"""The kinds of messages about a time that is kept for somebody, and the texts they ship with."""

from flask_babel import lazy_gettext as _l

from app.appointments.letters.kinds import WHY
from app.appointments.waitlist.models import OfferReason
from app.localtext import LocalText
from app.notifications.texts.kinds import EMAIL, SMS, Blank, LazyText, MessageKind, register
from app.notifications.texts.usual_blanks import ADDRESS, PHONE, PLACE, SERVICE, STOP_LINK

_EARLIER = _l("""New time: {when}
Where: {place}
{address}

Your old time: {had}
All times are Haikou time (UTC+8).

We keep it for you until {until}. If you do nothing, you keep your old time.

Take the new time:
{link}

Stop these messages: {stop_link}

Help: {phone}""")
_INSTEAD = _l("""{why}

New time: {when}
Where: {place}
{address}

Your old time: {had}
All times are Haikou time (UTC+8).

We keep it for you until {until}. Your old time is not possible any more.

Take the new time:
{link}

Help: {phone}""")
_FREE = _l("""When: {when}
Where: {place}
{address}

{service}
All times are Haikou time (UTC+8).

We keep it for you until {until}. If you do nothing, we ask the next person.

Take this time:
{link}

Stop these messages: {stop_link}

Help: {phone}""")

_BLANKS = (
    Blank(
        "moment",
        _l("day and time, short"),
        LocalText("Mon 12 Oct, 15:00", "10月12日 周一 15:00", "пн, 12 окт., 15:00"),
    ),
    Blank(
        "when",
        _l("day and time, long"),
        LocalText(
            "Monday 12 October 2026, 15:00",
            "2026年10月12日 星期一 15:00",
            "понедельник, 12 октября 2026 г., 15:00",
        ),
        strong=True,
    ),
    PLACE,
    ADDRESS,
    Blank(
        "had",
        _l("the time the person has now; may be empty"),
        LocalText(
            "Tuesday 13 October 2026, 10:20",
            "2026年10月13日 星期二 10:20",
            "вторник, 13 октября 2026 г., 10:20",
        ),
    ),
    SERVICE,
    Blank(
        "until",
        _l("until when we keep it"),
        LocalText("18:00 today", "今天18:00", "18:00 сегодня"),
        strong=True,
    ),
    Blank("link", _l("link to the offer"), "https://haikou.example/o/7Kq2mXw9Td"),
    STOP_LINK,
    PHONE,
)
_NEEDED = {EMAIL: frozenset({"when", "place", "until", "link"}), SMS: frozenset({"until", "link"})}
_SMS_EARLIER = _l("An earlier time is free: {moment}. We keep it for you until {until}: {link}")
_SMS_INSTEAD = _l("{why} New time: {moment}. We keep it for you until {until}: {link}")
_SMS_FREE = _l("A time is free: {moment}. We keep it for you until {until}: {link}")


def _kind(name: str, title: object, body: object, subject: object, sms: object, *more: Blank) -> MessageKind:
    texts = {EMAIL: LazyText(body, subject, subject), SMS: LazyText(sms)}
    needed = {channel: names | {blank.name for blank in more} for channel, names in _NEEDED.items()}
    return MessageKind(name, title, (*_BLANKS, *more), needed, texts)


OFFERS = {
    OfferReason.EARLIER: _kind(
        "offer-earlier",
        _l("Earlier time offered"),
        _EARLIER,
        _l("An earlier time is free: {moment}"),
        _SMS_EARLIER,
    ),
    OfferReason.INSTEAD: _kind(
        "offer-instead",
        _l("New time offered"),
        _INSTEAD,
        _l("A new time for your visit: {moment}"),
        _SMS_INSTEAD,
        WHY,
    ),
}
FREE_AT_LAST = _kind("offer-free", _l("Free time offered"), _FREE, _l("A time is free: {moment}"), _SMS_FREE)
register(*OFFERS.values(), FREE_AT_LAST)
