"""What a person answers to a time that is kept for them. Runs inside `transact()`: lock, check, change.

Locks go waiting entry, visit, hold, offer: the order of matching, of a move and of a cancellation.
"""

from datetime import datetime

from sqlalchemy import select

from app.appointments.booking import operations
from app.appointments.models import Appointment, Hold
from app.appointments.waitlist import matching, offers
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.models import OfferAnswer, TimeOffer, WaitingEntry
from app.appointments.waitlist.offers import OfferState
from app.appointments.waitlist.refusals import OfferOver
from app.crypto import link_hashes
from app.db import db, locking
from app.errors import NotFound


def take(token: str, *, now: datetime) -> Appointment:
    """Move the visit to the kept time, or book it for somebody without one; twice does it once.

    Raises NotFound, OfferOver when it ended or the visit changed, AlreadyBooked or NotChangeable.
    """
    made = _locked(token)
    if made.answer == OfferAnswer.TAKEN and made.appointment:
        return made.appointment
    if offers.state_of(made, now=now) is not OfferState.OPEN:
        raise OfferOver
    visit = _use(made, now=now)
    made.appointment_id = visit.id
    offers.close(made, OfferAnswer.TAKEN, now=now)
    if made.waiting_id:
        waitlist.stop(made.waiting_id, now=now)
    return visit


def _use(made: TimeOffer, *, now: datetime) -> Appointment:
    if made.appointment_id:
        return operations.move_to_hold(made.hold.public_id, now=now)
    key = f"offer:{made.token_hash}"  # an offer is taken once, whoever asks again
    return operations.book_held(made.hold.public_id, key=key, language=made.language, now=now)


def decline(token: str, *, now: datetime) -> TimeOffer:
    """Give the kept time to others at once; the visit stays as it is. An answer is given only once."""
    made = _locked(token)
    if offers.state_of(made, now=now) is OfferState.OPEN:
        offers.close(made, OfferAnswer.DECLINED, now=now)
        matching.offer_freed(made.hold.station_id, now=now)
    return made


def _locked(token: str) -> TimeOffer:
    found = offers.get_offer(token)
    if found.waiting_id:
        _lock(WaitingEntry, found.waiting_id)
    if found.appointment_id:
        _lock(Appointment, found.appointment_id)
    _lock(Hold, found.hold_id)
    _lock(TimeOffer, found.id)
    if found.token_hash not in link_hashes(token):
        raise NotFound  # The link went to an address that was corrected meanwhile.
    return found


def _lock(model: type[Appointment | Hold | TimeOffer | WaitingEntry], row_id: int) -> None:
    db.session.scalar(locking(select(model).where(model.id == row_id)))
