"""Visits that a service point has to move or cancel itself. Runs inside `transact()`.

The person did nothing, so each message says what they had, why it cannot be, and what they have now.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.appointments import history
from app.appointments.availability import capacity
from app.appointments.availability.policy import SlotUnavailable
from app.appointments.availability.slots import Candidate
from app.appointments.booking.operations import lock_changeable
from app.appointments.holds.operations import release_expired
from app.appointments.locks import lock_visit
from app.appointments.models import Appointment, AppointmentEvent
from app.appointments.reminders.announcing import TOPIC, announce, remind
from app.appointments.states import Status
from app.appointments.waitlist import offers
from app.appointments.waitlist.models import OfferReason
from app.appointments.waitlist.offers import OfferRequest, Recipient
from app.db import db, whole_step
from app.localtext import LocalText
from app.notifications.delivery import outbox
from app.notifications.undoing import TakenBack, bring_back
from app.stations.models import Station

MOVED, CANCELLED, ASKED, PUT_BACK = "moved_by_us", "cancelled_by_us", "asked_by_us", "put_back"
TO_CHOOSE = timedelta(hours=48)  # how long a time is kept for who is asked


@dataclass(frozen=True, slots=True)
class Because:
    """Why, decided by whom, and when the message goes out; None when somebody calls instead."""

    reason: LocalText
    actor: str
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Was:
    """Where a visit was before, and its revision after: undo leaves alone what changed since.

    What waited to be sent was taken back at `left_at`.
    """

    reference: str
    station_id: int
    candidate: Candidate
    desks: int
    revision: int
    left_at: datetime


@dataclass(frozen=True, slots=True)
class TimeAtStation:
    """A time at a named place."""

    place: LocalText
    starts_at: datetime
    timezone: str

    @classmethod
    def of(cls, visit: Appointment) -> "TimeAtStation":
        return cls(visit.station.name, visit.starts_at, visit.station.timezone)


@dataclass(frozen=True, slots=True)
class Displacement:
    """What a person had, and why it could not be."""

    was: TimeAtStation
    reason: LocalText


def move(
    reference: str, station: Station, candidate: Candidate, because: Because, *, now: datetime
) -> Appointment:
    """Give the visit this slot. Raises NotChangeable, or SlotUnavailable when somebody took it."""
    appointment = lock_changeable(reference, now=now)
    offers.withdraw(appointment.id, now=now)
    release_expired(now=now, station_id=station.id)
    capacity.give_back(appointment)
    desks = candidate.desks_for(appointment.party_size)
    if not capacity.take(station.id, candidate, desks=desks):
        raise SlotUnavailable
    details = _before(appointment, because)
    _put(appointment, station, candidate, desks)
    details["after"] = f"{station.slug} {appointment.starts_at.isoformat()}"
    _tell(appointment, MOVED, because, details, now=now)
    return appointment


def ask(reference: str, station: Station, candidate: Candidate, because: Because, *, now: datetime) -> None:
    """Keep this slot for the person, who chooses within 48 hours; the visit stays until then.

    Raises NotChangeable, or SlotUnavailable when somebody took it.
    """
    appointment = lock_changeable(reference, now=now)
    offers.withdraw(appointment.id, now=now)
    # What waits says the old time.
    outbox.cancel(TOPIC, appointment.id, now=now)
    appointment.asked_revision = appointment.revision
    request = OfferRequest(
        station.slug,
        candidate.interval.start,
        # Once the old time has come there is nothing left to choose instead of.
        until=min(now + TO_CHOOSE, candidate.interval.start, appointment.starts_at),
        who=Recipient.of_visit(appointment),
        reason=OfferReason.INSTEAD,
        tell_at=because.told_at,
        silent=because.told_at is None,
    )
    offers.make(request, now=now)
    details = {**_before(appointment, because), "revision": appointment.revision}
    history.record(appointment, ASKED, actor=because.actor, now=now, details=details)


def stop_asking(was: Was, *, actor: str, now: datetime) -> bool:
    """Let the visit keep its time, take the offer back and let wait what waited.

    False when the person or somebody else changed it since.
    """
    appointment = lock_visit(was.reference)
    if appointment.revision != was.revision or not appointment.asked:
        return False
    offers.withdraw(appointment.id, now=now)
    appointment.asked_revision = None
    history.record(appointment, PUT_BACK, actor=actor, now=now)
    taken = TakenBack(TOPIC, appointment.id, was.revision, was.left_at)
    bring_back(taken, revision=appointment.revision, now=now)
    return True


def cancel(reference: str, because: Because, *, now: datetime) -> Appointment:
    """End the visit and free its desk. Raises NotChangeable."""
    appointment = lock_changeable(reference, now=now)
    offers.withdraw(appointment.id, now=now)
    capacity.give_back(appointment)
    details = _before(appointment, because)
    appointment.status = Status.CANCELLED
    appointment.cancelled_at, appointment.cancelled_by = now, because.actor
    appointment.revision += 1
    _tell(appointment, CANCELLED, because, details, now=now)
    return appointment


def put_back(was: Was, station: Station, *, actor: str, now: datetime) -> bool:
    """Give the visit its old time again and take its message back.

    False when the person or somebody else changed it since, or when its old desk is taken.
    """
    appointment = lock_visit(was.reference)
    if appointment.revision != was.revision or appointment.status not in (Status.BOOKED, Status.CANCELLED):
        return False
    if not whole_step(capacity.take, was.station_id, was.candidate, desks=was.desks):
        return False
    if appointment.status == Status.BOOKED:
        capacity.give_back(appointment)
    appointment.status = Status.BOOKED
    appointment.cancelled_at = appointment.cancelled_by = None
    _put(appointment, station, was.candidate, was.desks)
    if appointment.asked_revision == was.revision - 1:
        appointment.asked_revision = appointment.revision
    history.record(appointment, PUT_BACK, actor=actor, now=now)
    outbox.cancel(TOPIC, appointment.id, now=now)
    # The move or the cancellation raised it by one.
    taken = TakenBack(TOPIC, appointment.id, was.revision - 1, was.left_at)
    bring_back(taken, revision=appointment.revision, now=now)
    return True


def _put(appointment: Appointment, station: Station, candidate: Candidate, desks: int) -> None:
    appointment.station, appointment.station_id = station, station.id
    appointment.starts_at, appointment.ends_at = candidate.interval.start, candidate.interval.end
    appointment.desk_group, appointment.desks = candidate.desk_group, desks
    appointment.confirmed_at = None  # it was said about the other time
    appointment.revision += 1


def _before(appointment: Appointment, because: Because) -> dict[str, Any]:
    station = appointment.station
    return {
        "before": f"{station.slug} {appointment.starts_at.isoformat()}",
        "place": station.name.as_dict(),
        "timezone": station.timezone,
        "starts_at": appointment.starts_at.isoformat(),
        "reason": because.reason.as_dict(),
    }


def _tell(
    appointment: Appointment, kind: str, because: Because, details: dict[str, Any], *, now: datetime
) -> None:
    details = {**details, "revision": appointment.revision}
    history.record(appointment, kind, actor=because.actor, now=now, details=details)
    if because.told_at:
        announce(appointment, kind, now=now, send_at=because.told_at)
    else:
        remind(appointment, now=now)


def find_displacement(appointment: Appointment) -> Displacement | None:
    """Return the time that we took from the visit, and why, while nobody has changed it since."""
    kinds = (ASKED,) if appointment.asked else (MOVED, CANCELLED)
    wanted = select(AppointmentEvent).where(
        AppointmentEvent.appointment_id == appointment.id, AppointmentEvent.kind.in_(kinds)
    )
    event = db.session.scalar(wanted.order_by(AppointmentEvent.id.desc()).limit(1))
    if event is None or event.details.get("revision") != appointment.revision:
        return None
    was = TimeAtStation(
        LocalText.from_dict(event.details["place"]),
        datetime.fromisoformat(event.details["starts_at"]),
        event.details["timezone"],
    )
    return Displacement(was, LocalText.from_dict(event.details["reason"]))
