"""Words of the staff pages about messages: states, tries, and what is wrong with a text or a plan."""

from datetime import datetime

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.errors import DomainError
from app.i18n import current_language
from app.messages.replay import OfNoUse
from app.notifications.delivery.reopening import REPLAYED
from app.notifications.models import DeliveryAttempt, MessageStatus, OutboxMessage
from app.notifications.texts.blanks import TextTrouble
from app.notifications.texts.kinds import find_kind
from app.notifications.texts.versions import MOST_SIGNS, TextProblem
from app.stations.reminder_rules import By, ReminderRule, RuleTrouble
from app.wording import sentence

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
    "proxy is over": _l("nobody is named any more"),
    "confirmed already": _l("confirmed already"),
    "does not wait any more": _l("the person does not wait any more"),
    "it is not kept any more": _l("what the link opened is not kept any more"),
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


OUTCOMES = {
    "sent": _l("sent"),
    "retry": _l("not sent, tried again later"),
    "postponed": _l("put off"),
    "refused": _l("refused like everybody's, tried again later"),
    "failed": _l("failed"),
    "delivered": _l("arrived"),
    "bounced": _l("came back"),
    "replayed": _l("sent again by staff"),
}

WAYS = {
    By.ANY: _l("e-mail, else text message"),
    By.EMAIL: _l("e-mail only"),
    By.SMS: _l("text message only"),
}

_TROUBLES = {
    RuleTrouble.WHEN: _l("Reminder %(number)s: enter days and a time, or minutes, but not both."),
    RuleTrouble.HOURS: _l("Reminder %(number)s: the first hour must be before the last hour."),
    RuleTrouble.OUTSIDE: _l("Reminder %(number)s: its time lies outside of its hours."),
    RuleTrouble.AFTER_BOOKING: _l("Reminder %(number)s: enter 0 to 1440 hours after the booking."),
}

_FIELDS = {"subject": _l("Subject"), "heading": _l("Heading"), "body": _l("Text")}


def message_state(message: OutboxMessage, now: datetime) -> str:
    """Return the word for a message's state; one that waits for its day is called planned."""
    to_come = message.due_at > now and not message.attempts
    if message.status == MessageStatus.WAITING and to_come:
        return str(_("Planned"))
    return str(MESSAGE_STATUSES.get(MessageStatus(message.status), message.status))


def attempt_detail(attempt: DeliveryAttempt) -> str:
    """Return what is noted about a try: who sent it again, a known reason, or a server's own words."""
    if attempt.outcome == REPLAYED:
        return str(_("by %(who)s", who=attempt.detail.removeprefix("by ")))
    return str(MESSAGE_REASONS.get(attempt.detail, attempt.detail))


def refusal(error: DomainError) -> str:
    """Return why a message is not sent again, with what is not true any more."""
    if isinstance(error, OfNoUse):
        why = str(MESSAGE_REASONS.get(error.reason, error.reason))
        return str(_("This message cannot be sent again: %(reason)s.", reason=why))
    return sentence(error)


def language_word(language: str) -> str:
    """Return what a language is called in the language of the page."""
    return str(Locale(language).get_language_name(current_language()))


def text_trouble(found: TextProblem) -> str:
    """Return what is wrong with a text: in which language and field, and with which blank."""
    where = f"{language_word(found.language)}, {_FIELDS[found.field]}"
    blank = "{" + found.problem.blank + "}"
    if found.problem.trouble is TextTrouble.UNKNOWN:
        return str(
            _(
                "%(where)s: there is no blank %(blank)s here. See the list of blanks.",
                where=where,
                blank=blank,
            )
        )
    if found.problem.trouble is TextTrouble.MISSING:
        return str(_("%(where)s: the blank %(blank)s is missing.", where=where, blank=blank))
    if found.problem.trouble is TextTrouble.BRACE:
        return str(_("%(where)s: a brace belongs to no blank. Write blanks like {link}.", where=where))
    if found.problem.trouble is TextTrouble.LONG:
        return str(_("%(where)s: write at most %(most)s signs.", where=where, most=MOST_SIGNS[found.field]))
    return str(_("%(where)s: write something.", where=where))


def reminder_trouble(trouble: RuleTrouble, number: int) -> str:
    return str(_TROUBLES[trouble]) % {"number": number}


def rule_words(rule: ReminderRule) -> str:
    """Return one reminder as a sentence."""
    if rule.at:
        when = ngettext(
            "%(num)d day before at %(time)s",
            "%(num)d days before at %(time)s",
            rule.days,
            time=f"{rule.at:%H:%M}",
        )
    elif rule.minutes % 60:
        when = ngettext("%(num)d minute before", "%(num)d minutes before", rule.minutes)
    else:
        when = ngettext("%(num)d hour before", "%(num)d hours before", rule.minutes // 60)
    hours = _("between %(first)s and %(last)s", first=f"{rule.earliest:%H:%M}", last=f"{rule.latest:%H:%M}")
    late = ngettext(
        "not within %(num)d hour of the booking",
        "not within %(num)d hours of the booking",
        rule.hours_after_booking,
    )
    return f"{when}, {WAYS[rule.by]}, {hours}, {late}"


def broadcast_trouble(name: str) -> str:
    """Return what is wrong with a field of a message to many."""
    if name == "last_day":
        return str(_("Enter the first and the last day, at most 31 days apart."))
    if name == "service":
        return str(_("Choose a service from the list, or all services."))
    if name.startswith("title"):
        return str(_("Write a title in each language, at most 120 signs."))
    return str(_("Write the message in each language, at most 600 signs."))
