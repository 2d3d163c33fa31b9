"""Visits that are provisional until somebody is known to stand behind them. Writes run inside `transact()`.

What counts is what only the person of the contact can do, or staff: the link in our message, coming,
somebody at the counter who says so. Whoever books knows nothing of the link.
"""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from app import throttle
from app.appointments import history
from app.appointments.availability import capacity, shares
from app.appointments.booking.refusals import TooManyLetters
from app.appointments.holds.refusals import TooManyHolds
from app.appointments.locks import lock_visit
from app.appointments.models import Appointment, Hold, is_live
from app.appointments.origins import counting, networks
from app.appointments.origins.rules import OriginStanding, standing
from app.appointments.reminders.announcing import announce
from app.appointments.states import Status
from app.appointments.waitlist import matching, offers
from app.db import db, locking
from app.settings import LetterRules
from app.stations.limits import limits_at

RAN_OUT = "ran_out"
PROVED = "proved"
BY = "system"
BATCH = 50


def lock_networks(hold_id: str) -> None:
    """Let others of the hold's networks wait; before the hold, so that nobody keeps a hold while waiting."""
    origin = select(Hold.asked_from, Hold.asked_from_56, Hold.asked_from_48)
    found = db.session.execute(origin.where(Hold.public_id == hold_id)).one_or_none()
    if found and found.asked_from:
        counting.lock(found)


def until_for(owner: Hold | Appointment, *, now: datetime) -> datetime | None:
    """Return until when somebody must be known to stand behind a visit that is booked now; None for ever.

    Raises TooManyHolds when one of its networks has as many such visits as it may.
    """
    if not owner.asked_from or getattr(owner, "proved_at", None):
        return None
    counting.lock(owner)
    place = counting.place_of(owner)
    share = limits_at(owner.station, owner.service_id).unproved_share
    known = counting.networks_with(owner, None, now=now, beside=owner if isinstance(owner, Hold) else None)
    day = counting.day_of(place, unproved=share is not None)
    found = standing(known, day, shares.cells_of_owner(owner), unproved_percent=share)
    if found is OriginStanding.REFUSED:
        raise TooManyHolds
    if found is OriginStanding.BOOKED:
        return None
    return min(owner.starts_at, now + timedelta(minutes=counting.rules().prove_within_minutes))


def begin(visit: Appointment, kept: Hold, until: datetime | None, *, now: datetime) -> None:
    """Let the new visit be what it was found to be. What no network asked for is known already.

    Raises TooManyLetters when too many are booked for one address or from one network within a day.
    """
    if kept.asked_from is None:
        visit.proved_at = now  # a case, a group, or an offer whose link was opened
        return
    networks.pass_on(kept, visit)
    visit.provisional_until = until
    for key, most in _letter_keys(visit):
        if throttle.count(key, window=timedelta(days=1), now=now) > most:
            raise TooManyLetters


def _letter_keys(visit: Appointment) -> list[tuple[str, int]]:
    """Return by what the visits of a day are counted that nobody proved, and how many each may have."""
    numbers: LetterRules = current_app.extensions["settings"].letters
    people = {visit.email_index, visit.phone_index} - {None}
    keys = [(f"unproved-to:{index}", numbers.to_one) for index in sorted(filter(None, people))]
    return [*keys, (f"unproved-from:{visit.asked_from}", numbers.of_network)]


def prove(reference: str, *, actor: str, now: datetime) -> Appointment:
    """Note that a person stands behind the visit; its time is theirs from now on. Raises NotFound."""
    visit = lock_visit(reference)
    if visit.prove(now=now):
        for key, _most in _letter_keys(visit):
            throttle.take_back(key)
        history.record(visit, PROVED, actor=actor, now=now)
    return visit


def expire(*, now: datetime, limit: int = BATCH) -> int:
    """Give back the desks of provisional visits whose link nobody opened in time. Returns how many."""
    over = select(Appointment).where(
        is_live,
        Appointment.provisional_until <= now,
        Appointment.proved_at.is_(None),
        Appointment.status == Status.BOOKED,
    )
    found = db.session.scalars(locking(over.order_by(Appointment.id).limit(limit), skip_locked=True)).all()
    for visit in found:
        _run_out(visit, now=now)
    for station_id in sorted({visit.station_id for visit in found}):
        matching.offer_freed(station_id, now=now)
    return len(found)


def _run_out(visit: Appointment, *, now: datetime) -> None:
    offers.withdraw(visit.id, now=now)
    capacity.give_back(visit)
    visit.status = Status.CANCELLED
    visit.cancelled_at, visit.cancelled_by = now, BY
    visit.revision += 1
    history.record(visit, RAN_OUT, actor=BY, now=now)
    announce(visit, RAN_OUT, now=now)
