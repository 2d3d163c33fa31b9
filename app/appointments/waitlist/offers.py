"""Keep a time for one person until a stated moment, and write to them. Runs inside `transact()`.

Making and taking back are here; what the person answers is in `answers`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from sqlalchemy import ColumnElement, select

from app.appointments.availability import rules
from app.appointments.availability.reach import check_in_time, check_reach
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.models import Appointment, Hold, HoldStatus
from app.appointments.refusals import NotChangeable
from app.appointments.waitlist.models import OfferAnswer, OfferReason, TimeOffer
from app.cases.locks import lock_case
from app.cases.readiness import check_ready
from app.codes import new_link
from app.crypto import link_hash, link_hashes
from app.db import db, locking
from app.errors import NotFound
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.notifications.undoing import TakenBack, bring_back

TOPIC = "offer"
# The hold outlasts what the person was told, so that the next person has the time before it is public.
HANDED_ON_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Recipient:
    """For whom a time is kept: for a visit that would move there, or for somebody who has none."""

    service_code: str
    language: str
    contact: Contact
    party_size: int = 1
    visit_id: int | None = None
    case_id: int | None = None

    @classmethod
    def of_visit(cls, visit: Appointment) -> Self:
        # One open hold per case is for the times that its person chooses; the visit names the case here.
        contact = Contact("", visit.email, visit.phone)
        return cls(visit.service.code, visit.language, contact, visit.party_size, visit.id)


@dataclass(frozen=True, slots=True)
class OfferRequest:
    """A time to keep, for whom, and until when. The message about it goes out at `tell_at`, else at once."""

    station_slug: str
    starts_at: datetime
    until: datetime
    who: Recipient
    reason: OfferReason = OfferReason.EARLIER
    tell_at: datetime | None = None
    silent: bool = False  # no message goes out: somebody calls
    waiting_id: int | None = None


class OfferState(StrEnum):
    OPEN = "open"
    ENDED = "ended"
    TAKEN = "taken"
    DECLINED = "declined"
    CHANGED = "changed"  # the visit moved, was cancelled or has begun since


def make(request: OfferRequest, *, now: datetime) -> TimeOffer:
    """Take the desks of a time, keep them for one person and put the message into the outbox.

    Raises NotFound, ServiceNotOffered, NotChangeable, PapersElsewhere, PapersNotThere, PastDeadline,
    OutsideWindow or SlotUnavailable. After SlotUnavailable nothing of the transaction, or of its
    savepoint, may stay.
    """
    kept = _keep(request, now=now)
    made = TimeOffer(
        hold=kept,
        appointment_id=request.who.visit_id,
        waiting_id=request.waiting_id,
        reason=request.reason,
        language=request.who.language,
        until=request.until,
        created_at=now,
    )
    _give_link(made)
    db.session.add(made)
    db.session.flush()  # The outbox names the offer by its id.
    if not request.silent:
        _tell(made, request.who.contact, request.tell_at or now, now=now)
    return made


def _keep(request: OfferRequest, *, now: datetime) -> Hold:
    who = request.who
    offer = rules.get_offer(request.station_slug, who.service_code, lock=True)
    case_id = who.case_id
    if who.visit_id is not None:
        visit = holds.lock_movable(who.visit_id, offer.service_id, now=now)
        if request.reason is OfferReason.EARLIER and visit.starts_at <= request.starts_at:
            raise NotChangeable  # It was moved to an earlier time meanwhile.
        case_id = visit.case_id
    if case_id:
        case = lock_case(case_id)
        if who.visit_id is None:
            check_ready(case)
        check_reach(case, offer, request.starts_at, now=now)
        if request.reason is OfferReason.EARLIER:
            check_in_time(case, offer, request.starts_at)
    holds.release_expired(now=now, station_id=offer.id)
    taken = holds.take_slot(offer, offer, request.starts_at, who.party_size, now=now)
    kept = Hold(
        public_id=holds.new_name(),
        station_id=offer.id,
        service_id=offer.service_id,
        case_id=who.case_id,
        appointment_id=who.visit_id,
        starts_at=taken.interval.start,
        ends_at=taken.interval.end,
        party_size=who.party_size,
        desks=taken.desks_for(who.party_size),
        desk_group=taken.desk_group,
        expires_at=request.until + HANDED_ON_WITHIN,
        created_at=now,
        language=who.language,
    )
    kept.name, kept.email, kept.phone = who.contact.name, who.contact.email, who.contact.phone
    db.session.add(kept)
    return kept


def _tell(made: TimeOffer, contact: Contact, send_at: datetime, *, now: datetime) -> None:
    channel = "email" if contact.email else "sms" if contact.phone else None
    if channel is None:
        return
    message = OutboxRequest(
        dedupe_key=f"offer:{made.token_hash[:32]}",
        topic=TOPIC,
        subject_id=made.id,
        revision=0,
        kind=f"offer-{made.reason}",
        channel=channel,
        send_at=send_at,
        expires_at=made.until,
    )
    outbox.enqueue(message, now=now)


def state_of(made: TimeOffer, *, now: datetime) -> OfferState:
    """Return what the person can still do with the offer, as far as a plain read can tell."""
    answered = {
        OfferAnswer.TAKEN: OfferState.TAKEN,
        OfferAnswer.DECLINED: OfferState.DECLINED,
        OfferAnswer.WITHDRAWN: OfferState.CHANGED,
    }
    if made.answer:
        return answered[OfferAnswer(made.answer)]
    visit = made.appointment
    if visit and not visit.is_changeable(now=now):
        return OfferState.CHANGED
    kept = made.hold.status == HoldStatus.OPEN and now < min(made.until, made.hold.starts_at)
    return OfferState.OPEN if kept else OfferState.ENDED


def renew_all(whose: ColumnElement[bool], contact: Contact, *, now: datetime) -> None:
    """Let the links of these open offers end, and write to the person where they are reached now."""
    still_open = select(TimeOffer).join(TimeOffer.hold).where(whose, TimeOffer.answer.is_(None))
    for made in db.session.scalars(still_open.where(Hold.status == HoldStatus.OPEN, TimeOffer.until > now)):
        outbox.cancel(TOPIC, made.id, now=now)
        _give_link(made)
        made.hold.email, made.hold.phone = contact.email, contact.phone
        _tell(made, contact, now, now=now)


def _give_link(made: TimeOffer) -> None:
    token = new_link()
    made.token_hash = link_hash(token)
    made.token = token


def get_offer(token: str) -> TimeOffer:
    """Return the offer whose secret link this is. Raises NotFound."""
    found = db.session.scalar(select(TimeOffer).where(TimeOffer.token_hash.in_(link_hashes(token))))
    if found is None:
        raise NotFound
    return found


def find_open(visit: Appointment, *, now: datetime) -> TimeOffer | None:
    """Return the time that is kept for this visit instead of its own, while it can be taken."""
    wanted = select(TimeOffer).where(
        TimeOffer.appointment_id == visit.id,
        TimeOffer.reason == OfferReason.INSTEAD,
        TimeOffer.answer.is_(None),
    )
    found = db.session.scalar(wanted.order_by(TimeOffer.id.desc()).limit(1))
    return found if found and state_of(found, now=now) is OfferState.OPEN else None


def withdraw(appointment_id: int, *, now: datetime) -> list[TimeOffer]:
    """Take back the open offers to a visit that was changed or cancelled. Hold the visit's row lock."""
    return _close(_open_for(appointment_id), OfferAnswer.WITHDRAWN, now=now)


def reopen(made: TimeOffer, ended_at: datetime, *, now: datetime) -> None:
    """Keep the time again, whose desks were just taken, as if the offer had not ended then."""
    made.answer = made.answered_at = None
    made.hold.status, made.hold.expires_at = HoldStatus.OPEN, made.until + HANDED_ON_WITHIN
    bring_back(TakenBack(TOPIC, made.id, 0, ended_at), now=now)


def close(made: TimeOffer, answer: OfferAnswer, *, now: datetime) -> None:
    """Note the answer, take the message back if it still waits, and free the desks while they are kept."""
    made.answer, made.answered_at = answer, now
    outbox.cancel(TOPIC, made.id, now=now)
    if made.hold.status == HoldStatus.OPEN:
        holds.give_back(made.hold)


def _close(found: Sequence[TimeOffer], answer: OfferAnswer, *, now: datetime) -> list[TimeOffer]:
    for made in found:
        close(made, answer, now=now)
    return list(found)


def _open_for(appointment_id: int) -> Sequence[TimeOffer]:
    wanted = (
        select(TimeOffer)
        .join(TimeOffer.hold)
        .where(TimeOffer.appointment_id == appointment_id, TimeOffer.answer.is_(None))
        .where(Hold.status == HoldStatus.OPEN)
        .order_by(TimeOffer.id)
    )
    return db.session.scalars(locking(wanted)).all()
