"""A first answer by reading alone: a run on the last place then does not queue to write."""

from datetime import datetime

from sqlalchemy import select

from app.appointments.availability import free_times, rules
from app.appointments.availability.policy import OutsideWindow, SlotUnavailable, check_party
from app.appointments.holds.operations import ALTERNATIVES, HoldRequest
from app.appointments.holds.refusals import CaseNeeded
from app.appointments.models import Hold, HoldStatus
from app.db import db
from app.stations.queries import OfferedService


def check(request: HoldRequest, offer: OfferedService, *, now: datetime) -> None:
    """Refuse a hopeless wish, with the refusals of `hold`; what passes may still be refused there."""
    if offer.needs_case and request.case_id is None:
        raise CaseNeeded
    check_party(request.party_size, rules.rules_of(offer))
    if request.case_id is not None and _has_hold(request.case_id):
        return  # `hold` gives that one back first, and its place may be the one that is wanted.
    if request.starts_at not in rules.window_of(offer, offer, now=now):
        raise OutsideWindow
    if free_times.is_free(offer, offer, request.starts_at, request.party_size, now=now):
        return
    raise SlotUnavailable(
        free_times.nearest_to(
            offer,
            offer,
            request.starts_at,
            count=ALTERNATIVES,
            now=now,
            party_size=request.party_size,
        )
    )


def _has_hold(case_id: int) -> bool:
    found = select(Hold.id).where(Hold.case_id == case_id, Hold.status == HoldStatus.OPEN)
    return db.session.scalar(found) is not None
