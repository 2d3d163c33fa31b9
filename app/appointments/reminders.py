"""Which messages a visit needs and when, written to the outbox with the visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.appointments.models import Appointment
from app.notifications import outbox
from app.notifications.outbox import OutboxRequest

TOPIC = "appointment"
# A reminder that would come this soon after the booking tells nothing that the confirmation did not.
QUIET_AFTER_BOOKING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """One reminder: sent at `send_at`, and of no use any more from `expires_at`."""

    minutes_before: int
    send_at: datetime
    expires_at: datetime


def planned(starts_at: datetime, minutes_before: Sequence[int], *, now: datetime) -> list[Planned]:
    """Return the reminders of a visit in order; each expires when the next is due, the last at the start."""
    times = sorted({starts_at - timedelta(minutes=m) for m in minutes_before if m > 0})
    ends = [*times, starts_at][1:]
    return [
        Planned(int((starts_at - at).total_seconds()) // 60, at, end)
        for at, end in zip(times, ends, strict=True)
        if at >= now + QUIET_AFTER_BOOKING
    ]


def announce(appointment: Appointment, kind: str, *, now: datetime) -> None:
    """Replace what waits in the outbox by this message and, while the visit lives, its reminders."""
    if appointment.revision:  # Of a new visit nothing can be waiting.
        outbox.cancel(TOPIC, appointment.id, now=now)
    channel = _channel(appointment)
    if channel is None:
        return
    messages = [_message(appointment, kind, channel, now, None)]
    if appointment.live:
        for reminder in planned(appointment.starts_at, appointment.service.reminder_minutes, now=now):
            kind = f"reminder-{reminder.minutes_before}"
            messages.append(_message(appointment, kind, channel, reminder.send_at, reminder.expires_at))
    outbox.enqueue(*messages, now=now)


def _channel(appointment: Appointment) -> str | None:
    if appointment.email_encrypted:
        return "email"
    return "sms" if appointment.phone_encrypted else None


def _message(
    appointment: Appointment, kind: str, channel: str, send_at: datetime, expires_at: datetime | None
) -> OutboxRequest:
    return OutboxRequest(
        dedupe_key=f"{appointment.reference}:{appointment.revision}:{kind}",
        topic=TOPIC,
        subject_id=appointment.id,
        revision=appointment.revision,
        kind=kind,
        channel=channel,
        send_at=send_at,
        expires_at=expires_at,
    )
