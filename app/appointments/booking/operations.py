"""Book, move, cancel, restore. Runs inside `transact()`: lock, then check, then create."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from app.appointments import history, queries
from app.appointments.availability import capacity
from app.appointments.availability import rules as availability_rules
from app.appointments.availability.policy import ServiceNotOffered, check_cutoff
from app.appointments.availability.reach import check_reach
from app.appointments.booking import provisional, visit_limits
from app.appointments.booking.refusals import UNDO_LENGTH, KeyReused
from app.appointments.contacts import Contact
from app.appointments.holds.operations import (
    keep_or_retake,
    locked_hold,
    locked_station,
    release_expired,
    take_again,
    take_slot,
)
from app.appointments.holds.refusals import HoldNotFound
from app.appointments.locks import lock_visit, lock_visit_of_id
from app.appointments.models import (
    Appointment,
    Hold,
    HoldStatus,
    IdempotencyKey,
)
from app.appointments.origins import networks
from app.appointments.refusals import AlreadyBooked, NotChangeable
from app.appointments.reminders.announcing import announce
from app.appointments.states import Status
from app.appointments.waitlist import matching, offers
from app.cases.locks import lock_case
from app.cases.readiness import check_ready
from app.codes import new_code, new_link
from app.crypto import link_hash, token_hash
from app.db import db
from app.interval import Interval
from app.notifications import contacts
from app.stations import queries as stations
from app.stations.models import Station

PERSON, EMPLOYER = "person", "employer"


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """Turn a hold into a visit. The key makes the request repeatable.

    In a group the contact is the employer's, who may hold as many visits as there are people.
    """

    hold_id: str
    idempotency_key: str
    contact: Contact
    language: str
    in_group: bool = False

    @property
    def key(self) -> str:
        """Return the fingerprint of the key, among the requests of who asks.

        What others call their own requests must not be in the way. Who asks is told by the contact; a
        visit of a case needs none, and its hold knows the case.
        """
        asks = list(asdict(self.contact).values())
        scope = json.dumps(asks if any(asks) else self.hold_id)
        return token_hash(f"{scope}:{self.idempotency_key}")

    @property
    def fingerprint(self) -> str:
        facts = {"hold": self.hold_id, "language": self.language, **asdict(self.contact)}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Target:
    """Where and when a visit shall be."""

    station_slug: str
    starts_at: datetime


def book(request: BookingRequest, *, now: datetime) -> Appointment:
    """Turn a hold into a visit, in place: its desks stay taken and change owner.

    The same key, or the same hold with the same contents, gives the same visit again. Raises
    KeyReused for other contents, HoldNotFound, SlotUnavailable when the hold ran out and somebody
    took the time, NameNeeded, ContactNeeded, TooManyVisits, CaseNotReady, PapersElsewhere, PapersNotThere,
    TooManyHolds.
    """
    earlier = _find_answer(request)
    if earlier:
        return earlier
    provisional.lock_networks(request.hold_id)
    kept = locked_hold(request.hold_id)
    if kept.status == HoldStatus.USED and kept.appointment_id:
        return _booked_before(kept.appointment_id, request)
    if kept.appointment_id:
        raise HoldNotFound  # It keeps a time for moving a visit.
    contact = _contact_for(kept, request.contact, now=now)
    until = provisional.until_for(kept, now=now)
    keep_or_retake(kept, now=now)
    if not request.in_group:
        visit_limits.check_room(kept, contact, now=now)
    # Who types an address and confirms the visit with it says that it is right.
    contacts.trust_again(request.contact.email, request.contact.phone)
    appointment = _create(kept, contact, request.language, now=now)
    kept.status = HoldStatus.USED
    provisional.begin(appointment, kept, until, now=now)
    kept.appointment_id = appointment.id
    _remember_answer(request, appointment, now=now)
    history.record(appointment, "booked", actor=PERSON, now=now)
    announce(appointment, "confirmation", now=now)
    return appointment


def book_held(
    public_id: str, *, key: str, language: str, now: datetime, in_group: bool = False
) -> Appointment:
    """Book with what the person typed for the hold, and erase it there. Raises what `book` raises."""
    provisional.lock_networks(public_id)
    kept = locked_hold(public_id)
    if kept.status == HoldStatus.USED and kept.appointment_id:
        return db.session.get_one(Appointment, kept.appointment_id)
    contact = Contact(kept.name, kept.email, kept.phone)
    request = BookingRequest(public_id, key, contact, kept.language or language, in_group)
    appointment = book(request, now=now)
    kept.name = kept.email = kept.phone = ""
    return appointment


def _booked_before(appointment_id: int, request: BookingRequest) -> Appointment:
    """Return the visit to who booked it, asking again with another key. Raises KeyReused for others.

    Knowing a hold is not enough to be given the secret of the visit that it became.
    """
    known = db.session.scalars(
        select(IdempotencyKey.request_hash).where(IdempotencyKey.appointment_id == appointment_id)
    )
    if request.fingerprint not in known:
        raise KeyReused
    return db.session.get_one(Appointment, appointment_id)


def _find_answer(request: BookingRequest) -> Appointment | None:
    answer = db.session.get(IdempotencyKey, request.key)
    if answer is None:
        return None
    if answer.request_hash != request.fingerprint:
        raise KeyReused
    return db.session.get_one(Appointment, answer.appointment_id)


def _remember_answer(request: BookingRequest, appointment: Appointment, *, now: datetime) -> None:
    db.session.add(
        IdempotencyKey(
            key=request.key,
            request_hash=request.fingerprint,
            appointment_id=appointment.id,
            created_at=now,
        )
    )


def _contact_for(kept: Hold, given: Contact, *, now: datetime) -> Contact:
    if kept.case_id is None:
        return given.checked_for_visitor()
    case = lock_case(kept.case_id)
    if queries.find_live_for_case(case.id):
        raise AlreadyBooked
    # Staff may have moved the papers, or a bureau taken its decision back, while the time was kept.
    check_ready(case)
    check_reach(case, kept.station, kept.starts_at, now=now)
    contact = Contact("", given.email or case.email, given.phone or case.phone)
    if given.phone:
        contact.check_reached()
    return contact


def _create(kept: Hold, contact: Contact, language: str, *, now: datetime) -> Appointment:
    appointment = Appointment(
        reference=new_code(),
        station_id=kept.station_id,
        service_id=kept.service_id,
        case_id=kept.case_id,
        status=Status.BOOKED,
        starts_at=kept.starts_at,
        ends_at=kept.ends_at,
        party_size=kept.party_size,
        desks=kept.desks,
        desk_group=kept.desk_group,
        revision=0,
        language=language,
        created_at=now,
    )
    give_token(appointment)
    appointment.name, appointment.email, appointment.phone = contact.name, contact.email, contact.phone
    visit_limits.index_contact(appointment)
    db.session.add(appointment)
    db.session.flush()  # The history and the outbox name the visit by its id.
    return appointment


def give_token(appointment: Appointment) -> None:
    """Give a visit the secret of its link and of the API; the one it had opens nothing from now on."""
    token = new_link()
    appointment.token_hash = link_hash(token)
    appointment.token = token


def reschedule(reference: str, target: Target, *, now: datetime, actor: str = "person") -> Appointment:
    """Move a visit to another time or place. Its old time is free again only if the new one is had.

    Raises NotFound, NotChangeable, ServiceNotOffered, PapersElsewhere, PapersNotThere, OutsideWindow
    or SlotUnavailable.
    """
    appointment = lock_changeable(reference, now=now)
    if (appointment.station.slug, appointment.starts_at) == (target.station_slug, target.starts_at):
        return appointment
    _check_cutoff(appointment, actor, now=now)
    station = locked_station(target.station_slug)
    if not stations.offers(station, appointment.service):
        raise ServiceNotOffered
    offers.withdraw(appointment.id, now=now)
    release_expired(now=now, station_id=station.id)
    capacity.give_back(appointment)
    taken = take_slot(
        station,
        appointment.service,
        target.starts_at,
        appointment.party_size,
        now=now,
        beside=appointment.id,
    )
    desks = taken.desks_for(appointment.party_size)
    spot = _Spot(station, taken.desk_group, desks, taken.interval)
    return _move(appointment, spot, now=now, actor=actor)


def move_to_hold(public_id: str, *, now: datetime, actor: str = "person") -> Appointment:
    """Move the visit that a hold was made for; pressing twice moves once.

    Raises HoldNotFound, NotChangeable, or SlotUnavailable when the hold ran out and was taken.
    """
    kept = locked_hold(public_id)
    if kept.appointment_id is None:
        raise HoldNotFound
    if kept.status == HoldStatus.USED:
        return db.session.get_one(Appointment, kept.appointment_id)
    appointment = lock_visit_of_id(kept.appointment_id)
    _check_changeable(appointment, now=now)
    # What was kept in time may be taken: an offer holds until the moment that it named.
    _check_cutoff(appointment, actor, now=min(now, kept.created_at))
    keep_or_retake(kept, now=now)
    kept.status = HoldStatus.USED
    networks.forget(kept)
    offers.withdraw(appointment.id, now=now)  # other offers than this one, when it is one
    capacity.give_back(appointment)
    spot = _Spot(kept.station, kept.desk_group, kept.desks, kept.interval)
    return _move(appointment, spot, now=now, actor=actor)


def _check_cutoff(appointment: Appointment, actor: str, *, now: datetime) -> None:
    """Raise TooLateToChange for person and employer past the cut-off; staff may until the start.

    Whoever we ask to choose another time is never too late.
    """
    if actor in (PERSON, EMPLOYER) and not appointment.asked:
        rules = availability_rules.rules_at(appointment.station, appointment.service)
        check_cutoff(appointment.starts_at, rules, now=now)


def lock_changeable(reference: str, *, now: datetime) -> Appointment:
    """Return the visit, locked, while it is booked and ahead. Raises NotFound or NotChangeable."""
    appointment = lock_visit(reference)
    _check_changeable(appointment, now=now)
    return appointment


def _check_changeable(appointment: Appointment, *, now: datetime) -> None:
    if not appointment.is_changeable(now=now):
        raise NotChangeable


@dataclass(frozen=True, slots=True)
class _Spot:
    """Desks that are taken, and when."""

    station: Station
    group: int
    desks: int
    interval: Interval


def _move(appointment: Appointment, spot: _Spot, *, now: datetime, actor: str) -> Appointment:
    station, interval = spot.station, spot.interval
    if appointment.case_id:
        case = lock_case(appointment.case_id)
        check_reach(case, station, interval.start, now=now)
    left = appointment.station_id
    before = f"{appointment.station.slug} {appointment.starts_at.isoformat()}"
    appointment.station, appointment.station_id = station, station.id
    appointment.starts_at, appointment.ends_at = interval.start, interval.end
    appointment.desk_group, appointment.desks = spot.group, spot.desks
    appointment.confirmed_at = None  # it was said about the old time
    appointment.revision += 1
    after = f"{station.slug} {interval.start.isoformat()}"
    details = {"before": before, "after": after}
    history.record(appointment, "rescheduled", actor=actor, now=now, details=details)
    announce(appointment, "changed", now=now)
    matching.offer_freed(left, now=now)
    return appointment


def cancel(reference: str, *, now: datetime, actor: str = "person", why: str = "") -> Appointment:
    """End a visit and free its desks; cancelling twice frees them once. Raises NotChangeable.

    `why` is the code of a reason that the person chose to say.
    """
    appointment = lock_visit(reference)
    if appointment.status == Status.CANCELLED:
        return appointment
    _check_changeable(appointment, now=now)
    _check_cutoff(appointment, actor, now=now)
    offers.withdraw(appointment.id, now=now)
    capacity.give_back(appointment)
    appointment.status = Status.CANCELLED
    appointment.cancelled_at, appointment.cancelled_by = now, actor
    appointment.revision += 1
    history.record(appointment, "cancelled", actor=actor, now=now, details={"why": why} if why else {})
    announce(appointment, "cancelled", now=now)
    matching.offer_freed(appointment.station_id, now=now)
    return appointment


def confirm(reference: str, *, now: datetime) -> Appointment:
    """Note that the person says "I will come"; saying it twice is saying it once. Raises NotChangeable."""
    appointment = lock_changeable(reference, now=now)
    if appointment.asked:
        raise NotChangeable  # There is nothing to come to until another time is chosen.
    if appointment.confirmed_at is None:
        appointment.confirmed_at = now
        history.record(appointment, "confirmed", actor=PERSON, now=now)
    return appointment


def restore(reference: str, *, now: datetime) -> Appointment:
    """Undo a cancellation within 30 minutes, while the time is free.

    Raises NotChangeable, AlreadyBooked when the case has another visit by now, CaseNotReady,
    PapersElsewhere or PapersNotThere when its papers are not what they were, SlotUnavailable,
    TooManyVisits when the person booked others since, or TooManyHolds when their network did.
    """
    appointment = lock_visit(reference)
    if appointment.status == Status.BOOKED:
        return appointment
    cancelled_at = appointment.cancelled_at
    if appointment.status != Status.CANCELLED or not cancelled_at or now - cancelled_at > UNDO_LENGTH:
        raise NotChangeable
    if appointment.case_id:
        _check_case_again(appointment, now=now)
    until = provisional.until_for(appointment, now=now)
    release_expired(now=now, station_id=appointment.station_id)
    take_again(appointment, now=now)
    visit_limits.check_room(appointment, Contact("", appointment.email, appointment.phone), now=now)
    appointment.status = Status.BOOKED
    appointment.cancelled_at = appointment.cancelled_by = None
    appointment.provisional_until = until or appointment.provisional_until
    appointment.revision += 1
    history.record(appointment, "restored", actor=PERSON, now=now)
    announce(appointment, "confirmation", now=now)
    return appointment


def _check_case_again(appointment: Appointment, *, now: datetime) -> None:
    case = lock_case(appointment.case_id)
    if queries.find_live_for_case(case.id):
        raise AlreadyBooked
    check_ready(case)
    check_reach(case, appointment.station, appointment.starts_at, now=now)
