"""Words of the staff pages for roles, events and messages."""

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.accounts.models import Role
from app.notifications.kinds import find_kind
from app.notifications.models import MessageStatus

ROLES = {
    Role.CLERK: _l("clerk"),
    Role.MANAGER: _l("station manager"),
    Role.ADMINISTRATOR: _l("administrator"),
}


MESSAGE_STATUSES = {
    MessageStatus.WAITING: _l("Waiting"),
    MessageStatus.CLAIMED: _l("Being sent"),
    MessageStatus.HELD: _l("Held after a restore"),
    MessageStatus.SENT: _l("Sent"),
    MessageStatus.DELIVERED: _l("Arrived at the mailbox or phone"),
    MessageStatus.BOUNCED: _l("Came back"),
    MessageStatus.SKIPPED: _l("Skipped"),
    MessageStatus.CANCELLED: _l("Cancelled"),
    MessageStatus.FAILED: _l("Failed"),
}

# By the reason that the outbox keeps; one that is not here is a mail server's own answer.
MESSAGE_REASONS = {
    "held after a restore: it may have been sent": _l("it may have been sent already"),
    "written to a file": _l("written to a file"),
    "its cause changed": _l("the visit changed"),
    "visit changed since": _l("the visit changed"),
    "visit cancelled": _l("the visit was cancelled"),
    "booked again": _l("the visit was booked again"),
    "already came": _l("the person came"),
    "already collected": _l("already collected"),
    "too late": _l("too late"),
    "no contact for email": _l("no e-mail address"),
    "no contact for sms": _l("no phone number"),
    "no such visit": _l("the visit was deleted"),
    "no such case": _l("the case was deleted"),
    "not ready any more": _l("the permits are not ready any more"),
    "told again since": _l("a newer message tells it"),
    "wants no messages": _l("the person wants no messages"),
    "visit booked": _l("a visit is booked"),
    "channel is off": _l("this channel is switched off"),
    "address bounced before": _l("an earlier message to this address came back"),
    "not a telephone number": _l("not a phone number"),
    "not a mobile number": _l("not a mobile number"),
    "not an e-mail address": _l("not an e-mail address"),
    "not an e-mail address mail can be sent to": _l("not an e-mail address"),
    "an answer that cannot be read": _l("the provider gave an answer that cannot be read"),
    "taken at an earlier try": _l("sent at an earlier try"),
    "stopped by staff": _l("stopped by staff"),
    "asked to choose another time": _l("the person was asked to choose another time"),
    "visit at another place": _l("the visit is at another place now"),
    "told in another message": _l("told in another message"),
    "person paused": _l("the person's messages are paused"),
    "the plan changed": _l("the plan of reminders changed"),
    "quiet hours": _l("quiet hours"),
    "the service point is closed then": _l("the service point is closed at the time of the visit"),
    "another message to this person is being sent": _l("another message to this person is being sent"),
    "no try came to an end": _l("no try came to an end"),
    "the offer is ended": _l("the time is not kept any more"),
    "the offer is taken": _l("the person took the time"),
    "the offer is declined": _l("the person declined the time"),
    "the offer is changed": _l("the visit changed"),
    "no such offer": _l("the offer was deleted"),
    "does not wait any more": _l("the person does not wait any more"),
    "waits again": _l("the person waits again"),
    "no such text": _l("the text from the person was deleted"),
    "no such group": _l("the group was deleted"),
    "no visit is left": _l("no visit of the group is left"),
    "has a visit already": _l("a visit is booked"),
    "no such test": _l("the test was deleted"),
}


def message_kind(kind: str) -> str:
    """Return the words for a message's kind; reminders say how long before the visit they are for."""
    name, _dash, length = kind.partition("-")
    number = length.removesuffix("d")
    if name == "reminder" and number.isdigit():
        return _days_before(int(number)) if length != number else _minutes_before(int(number))
    registered = find_kind(kind)
    return str(registered.title if registered else kind)


def _minutes_before(minutes: int) -> str:
    if minutes % 60:
        return str(ngettext("Reminder, %(num)d minute before", "Reminder, %(num)d minutes before", minutes))
    hours = minutes // 60
    if hours % 24 == 0:
        return _days_before(hours // 24)
    return str(ngettext("Reminder, %(num)d hour before", "Reminder, %(num)d hours before", hours))


def _days_before(days: int) -> str:
    return str(ngettext("Reminder, %(num)d day before", "Reminder, %(num)d days before", days))
