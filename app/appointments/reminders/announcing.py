"""Which messages a visit needs and when, written to the outbox with the visit."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from app.appointments.models import Appointment
from app.appointments.reminders.pace import DAY, next_letter
from app.appointments.reminders.plan import Booking, PlannedReminder, planned
from app.db import db
from app.notifications import contacts
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.notifications.models import MessageStatus, OutboxMessage
from app.settings import LetterRules
from app.stations.reminder_rules import rules_of

WRITTEN = (MessageStatus.CLAIMED, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.BOUNCED)
TOPIC = "appointment"
REMINDER = "reminder-"  # how the kind of every reminder begins


def announce(appointment: Appointment, kind: str, *, now: datetime, send_at: datetime | None = None) -> None:
    """Replace what waits in the outbox by this message and, while the visit lives, its reminders.

    `send_at` keeps the message back for a while, in which it can be taken back.
    """
    channels = channels_of(appointment)
    at = send_at or _soon(appointment, now=now)
    first = [_message(appointment, kind, channels[0], at)] if channels else []
    _replace(appointment, first, now=now)


def _soon(appointment: Appointment, *, now: datetime) -> datetime:
    """Return when the next letter about the visit goes out."""
    if not appointment.revision:
        return now  # Of a new visit nothing was written.
    numbers: LetterRules = current_app.extensions["settings"].letters
    sent = select(OutboxMessage.send_at).where(
        OutboxMessage.topic == TOPIC,
        OutboxMessage.subject_id == appointment.id,
        OutboxMessage.send_at > now - DAY,
        OutboxMessage.send_at <= now,
        OutboxMessage.kind.not_like(f"{REMINDER}%"),
        OutboxMessage.status.in_(WRITTEN),
    )
    found = db.session.scalars(sent.order_by(OutboxMessage.send_at)).all()
    # That a visit is over is told at once.
    gap = timedelta(minutes=numbers.gap_minutes if appointment.live else 0)
    return next_letter(found, gap=gap, most=numbers.of_visit, now=now)


def remind(appointment: Appointment, *, now: datetime) -> None:
    """Replace what waits in the outbox by the reminders alone: the person was told, or is called."""
    _replace(appointment, [], now=now)


def _replace(appointment: Appointment, messages: list[OutboxRequest], *, now: datetime) -> None:
    if appointment.revision:  # Of a new visit nothing can be waiting.
        outbox.cancel(TOPIC, appointment.id, now=now)
    if channels_of(appointment) and appointment.live:
        messages += requests_of(appointment, plan_of(appointment, booked_at=now, now=now))
    outbox.enqueue(*messages, now=now)


def plan_of(appointment: Appointment, *, booked_at: datetime, now: datetime) -> list[PlannedReminder]:
    """Return the reminders of the visit from its service's rules as they are now."""
    booking = Booking(
        appointment.starts_at, appointment.station.timezone, booked_at, channels_of(appointment)
    )
    return planned(booking, rules_of(appointment.service.reminder_plan), now=now)


def requests_of(
    appointment: Appointment, reminders: Iterable[PlannedReminder], *, plan_version: int = 0
) -> list[OutboxRequest]:
    """Return the messages of a plan; those of a changed plan have keys of their own."""
    suffix = f":{plan_version}" if plan_version else ""
    return [
        _message(
            appointment, one.rule.name, one.channel, one.send_at, expires_at=one.expires_at, suffix=suffix
        )
        for one in reminders
    ]


def channels_of(appointment: Appointment) -> tuple[str, ...]:
    """Return the ways by which the person is known, the preferred one first."""
    known = {"email": appointment.email_encrypted, "sms": appointment.phone_encrypted}
    return tuple(channel for channel, contact in known.items() if contact)


def _message(
    appointment: Appointment,
    kind: str,
    channel: str,
    send_at: datetime,
    *,
    expires_at: datetime | None = None,
    suffix: str = "",
) -> OutboxRequest:
    return OutboxRequest(
        dedupe_key=f"{appointment.reference}:{appointment.revision}:{kind}{suffix}",
        topic=TOPIC,
        subject_id=appointment.id,
        revision=appointment.revision,
        kind=kind,
        channel=channel,
        send_at=send_at,
        expires_at=expires_at,
        contact_index=contact_index_of(appointment, channel),
    )


def contact_index_of(appointment: Appointment, channel: str) -> str:
    """Return the fingerprint by which messages to one person are found."""
    return contacts.index_of(appointment.phone if channel == "sms" else appointment.email)
