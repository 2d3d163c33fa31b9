"""Words of the staff pages about messages: states, tries, and what is wrong with a text or a plan."""

from datetime import datetime

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.errors import DomainError
from app.i18n import current_language
from app.notifications.blanks import Trouble as TextTrouble
from app.notifications.models import DeliveryAttempt, MessageStatus, OutboxMessage
from app.notifications.texts import MOST_SIGNS, Found
from app.staff.replay import REPLAYED, OfNoUse
from app.staff.wording import MESSAGE_REASONS, MESSAGE_STATUSES
from app.stations.reminder_rules import By, ReminderRule, Trouble
from app.wording import sentence

OUTCOMES = {
    "sent": _l("sent"),
    "retry": _l("not sent, tried again later"),
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
    Trouble.WHEN: _l("Reminder %(number)s: enter days and a time, or minutes, but not both."),
    Trouble.HOURS: _l("Reminder %(number)s: the first hour must be before the last hour."),
    Trouble.OUTSIDE: _l("Reminder %(number)s: its time lies outside of its hours."),
    Trouble.AFTER_BOOKING: _l("Reminder %(number)s: enter 0 to 1440 hours after the booking."),
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


def text_trouble(found: Found) -> str:
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


def reminder_trouble(trouble: Trouble, number: int) -> str:
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


def notice_trouble(name: str) -> str:
    """Return what is wrong with a field of a message to many."""
    if name == "last_day":
        return str(_("Enter the first and the last day, at most 31 days apart."))
    if name == "service":
        return str(_("Choose a service from the list, or all services."))
    if name.startswith("title"):
        return str(_("Write a title in each language, at most 120 signs."))
    return str(_("Write the message in each language, at most 600 signs."))
