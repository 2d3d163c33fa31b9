"""What may be booked, and every no with its name. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from app.appointments.availability.slots import Slot
from app.errors import DomainError
from app.interval import Interval


class SlotUnavailable(DomainError):
    """Somebody took the time, or it does not exist any more. `alternatives` are the nearest free slots."""

    code: ClassVar[str] = "slot_unavailable"

    def __init__(self, alternatives: Sequence[Slot] = ()) -> None:
        super().__init__()
        self.alternatives = list(alternatives)


class OutsideWindow(DomainError):
    """Too soon, too late, or in the past."""

    code = "outside_window"
    status = 422


class ServiceNotOffered(DomainError):
    code = "service_not_offered"
    status = 422


class PartyTooLarge(DomainError):
    code = "party_too_large"
    status = 422


class PapersElsewhere(DomainError):
    """The papers of the case lie at another station, and nothing brings them here."""

    code = "papers_elsewhere"
    status = 422


class PapersNotThere(DomainError):
    """The papers of the case are brought to this station, but not by then."""

    code = "papers_not_there"
    status = 422


class PastDeadline(DomainError):
    """We offer nobody a time after the day before which the permits are to be collected."""

    code = "past_deadline"
    status = 422


class TooLateToChange(DomainError):
    """The visit begins so soon that only staff can still change it."""

    code = "too_late_to_change"


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """What a service's row says about booking it."""

    lead: timedelta
    horizon: timedelta
    max_party: int
    in_a_row: bool = False  # a party is served at one desk, one person after another
    cutoff: timedelta = timedelta()  # until so long before the start the person may change the visit


def booking_window(rules: ServiceRules, zone: ZoneInfo, *, now: datetime) -> Interval:
    """Return from the earliest bookable start to the end of the last bookable day on the station's clock."""
    last_day = now.astimezone(zone).date() + rules.horizon
    end = datetime.combine(last_day + timedelta(days=1), time(), zone).astimezone(UTC)
    start = now + rules.lead
    return Interval(start, max(start, end))


def is_past_cutoff(starts_at: datetime, rules: ServiceRules, *, now: datetime) -> bool:
    """Say whether the visit begins too soon to be changed by the person."""
    return starts_at - now < rules.cutoff


def check_cutoff(starts_at: datetime, rules: ServiceRules, *, now: datetime) -> None:
    if is_past_cutoff(starts_at, rules, now=now):
        raise TooLateToChange


def check_party(party_size: int, rules: ServiceRules) -> None:
    if not 1 <= party_size <= rules.max_party:
        raise PartyTooLarge


def leaves_share(taken: int, wanted: int, desks: int, *, case_share: int) -> bool:
    """Say whether visits without a case leave so many percent of a day's desks to those with one.

    All three are counted in cells: what such visits take of the day, what one more would, and the whole.
    """
    return (taken + wanted) * 100 <= (100 - case_share) * desks
