"""Words of the staff pages for roles, events and messages."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.accounts.models import Role
from app.appointments.models import Appointment
from app.appointments.offers import OfferState
from app.appointments.states import Status
from app.collection.models import Relation
from app.collection.queries import CallReason
from app.i18n import text
from app.localtext import LocalText
from app.notifications.kinds import find_kind
from app.notifications.models import MessageStatus

ROLES = {
    Role.CLERK: _l("clerk"),
    Role.MANAGER: _l("station manager"),
    Role.ADMINISTRATOR: _l("administrator"),
}

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
    "confirmed": _l("Said: I will come"),
    "contact_changed": _l("Contact details changed"),
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


def planned_anew(visit: Appointment) -> str:
    """Return what is said after staff moved or cancelled a visit, and who tells the person."""
    done = _("The visit is moved.") if visit.status == Status.BOOKED else _("The visit is cancelled.")
    has_contact = visit.email_encrypted or visit.phone_encrypted
    told = _("The person gets a message.") if has_contact else _("There is no contact: nobody is told.")
    return f"{done} {told}"


def reason_words(reason: str | Mapping[str, str] | None) -> str:
    """Return why something was done: a known reason, what somebody typed, or a closure's own words."""
    if isinstance(reason, Mapping):
        return text(LocalText.from_dict(reason))
    return str(SHOW_REASONS.get(reason, reason)) if reason else ""
