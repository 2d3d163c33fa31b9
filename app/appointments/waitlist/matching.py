"""Offer free times to those who wait: one person at a time, in order of joining. Runs inside `transact()`.

Whoever matches at a station locks the entries of that station in the order of their ids, so that
two at once cannot change the order. Locks go entries, visit, hold, desks; a change of a visit has
its visit and desks locked already, so it never waits for entries (`offer_freed`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import exists, or_, select

from app.appointments import queries
from app.appointments.availability import free_times
from app.appointments.availability import rules as availability_rules
from app.appointments.availability.policy import (
    OutsideWindow,
    PapersElsewhere,
    PapersNotThere,
    PastDeadline,
    ServiceNotOffered,
    SlotUnavailable,
)
from app.appointments.availability.reach import reach_of
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.models import Appointment, Hold, HoldStatus
from app.appointments.refusals import NotChangeable
from app.appointments.states import Status
from app.appointments.waitlist import offers
from app.appointments.waitlist.models import OfferReason, TimeOffer, WaitingEntry, WaitingPlace, is_asked
from app.appointments.waitlist.offers import OfferRequest, Recipient
from app.appointments.waitlist.rules import WaitingWish, is_quiet, kept_until, may_be_asked, suits
from app.cases.models import Case
from app.cases.readiness import CaseNotReady, Readiness, readiness
from app.db import db, locking
from app.i18n import local
from app.notifications import contacts
from app.settings import Settings, WaitingRules
from app.stations.models import Service, Station
from app.stations.queries import StationRetired

# A slot that others take in the same moment is no reason to give up at once.
MOST_TRIES = 3
NOT_NOW = (
    CaseNotReady,
    SlotUnavailable,
    OutsideWindow,
    NotChangeable,
    ServiceNotOffered,
    PapersElsewhere,
    PapersNotThere,
    PastDeadline,
    StationRetired,
)


def rules() -> WaitingRules:
    settings: Settings = current_app.extensions["settings"]
    return settings.waiting


_WITH_WAITING = (
    select(WaitingPlace.station_id)
    .join(WaitingEntry, WaitingEntry.id == WaitingPlace.entry_id)
    .join(Station, Station.id == WaitingPlace.station_id)
    .where(is_asked, Station.retired_at.is_(None))
    .distinct()
)


def stations_with_waiting() -> Sequence[int]:
    """Return the ids of the stations at which somebody waits."""
    return db.session.scalars(_WITH_WAITING).all()


def offer_free_times(station_id: int, *, now: datetime) -> int:
    """Hand on what nobody answered, and offer what is free at this station. Returns how many offers."""
    return _offer_to(_locked_entries(station_id, wait=True), station_id, now=now)


def offer_freed(station_id: int, *, now: datetime) -> int:
    """Do the same where a time has just been freed, unless somebody does it at this moment."""
    here = _WITH_WAITING.where(WaitingPlace.station_id == station_id)
    if db.session.scalar(here) is None:
        return 0
    return _offer_to(_locked_entries(station_id, wait=False), station_id, now=now)


def _locked_entries(station_id: int, *, wait: bool) -> Sequence[WaitingEntry]:
    here = (
        select(WaitingEntry)
        .where(is_asked)
        .where(
            exists().where(WaitingPlace.entry_id == WaitingEntry.id, WaitingPlace.station_id == station_id)
        )
        .order_by(WaitingEntry.id)
    )
    locked = db.session.scalars(locking(here, of=WaitingEntry, skip_locked=not wait)).all()
    if wait or len(locked) == len(db.session.scalars(here.with_only_columns(WaitingEntry.id)).all()):
        return locked
    return ()  # Somebody else has the first in line: out of order is worse than a little later.


def _offer_to(entries: Sequence[WaitingEntry], station_id: int, *, now: datetime) -> int:
    if not entries:
        return 0
    station = db.session.get_one(Station, station_id)
    _hand_on(station_id, now=now)
    if is_quiet(now, ZoneInfo(station.timezone), rules()):
        return 0
    free = _FreeTimes(station, now)
    return sum(_offer_first(entry, free, now=now) for entry in entries if _may_be_asked(entry, now=now))


@dataclass
class _FreeTimes:
    """What is free at a station, looked up once for all who wait for the same."""

    station: Station
    now: datetime
    found: dict[tuple[int, int], list[datetime]] = field(default_factory=dict)

    def of(self, service: Service, party_size: int) -> list[datetime]:
        key = (service.id, party_size)
        if key not in self.found:
            first = local(self.now, self.station.timezone).date()
            days = free_times.availability(
                self.station,
                service,
                first_day=first,
                days=availability_rules.days_ahead(self.station, service) + 1,
                party_size=party_size,
                now=self.now,
            )
            self.found[key] = [slot.interval.start for day in days for slot in day.slots]
        return self.found[key]

    def forget(self) -> None:
        self.found.clear()


def _hand_on(station_id: int, *, now: datetime) -> None:
    """Free the times whose person did not answer; a moment later they would be free for everybody."""
    over = (
        select(Hold)
        .join(TimeOffer, TimeOffer.hold_id == Hold.id)
        .where(TimeOffer.answer.is_(None), TimeOffer.until <= now)
        .where(Hold.status == HoldStatus.OPEN, Hold.station_id == station_id)
    )
    for kept in db.session.scalars(locking(over, of=Hold, skip_locked=True)).all():
        holds.give_back(kept)


def _may_be_asked(entry: WaitingEntry, *, now: datetime) -> bool:
    """Say whether this person can be asked now: reachable by rule, able to come, and not asked already."""
    asked = db.session.execute(
        select(TimeOffer.created_at, TimeOffer.until, TimeOffer.answer).where(
            TimeOffer.waiting_id == entry.id, TimeOffer.created_at > now - timedelta(days=1)
        )
    ).all()
    if any(answer is None and until > now for _at, until, answer in asked):
        return False
    return may_be_asked([row.created_at for row in asked], rules(), now=now) and _can_come(entry, now=now)


def _can_come(entry: WaitingEntry, *, now: datetime) -> bool:
    _find_visit_of_case(entry)
    if entry.appointment:
        visit = entry.appointment
        return (
            visit.status == Status.BOOKED
            and visit.starts_at > now
            and not availability_rules.is_too_late(visit, now=now)
        )
    if entry.case_id is None:
        return not _has_booked_since(entry)
    chooses = select(Hold.id).where(
        Hold.case_id == entry.case_id, Hold.status == HoldStatus.OPEN, Hold.expires_at > now
    )
    case = db.session.get_one(Case, entry.case_id)
    return db.session.scalar(chooses) is None and readiness(case) is Readiness.READY


def _has_booked_since(entry: WaitingEntry) -> bool:
    """Say whether who waits without a visit booked one at a time of their own choice, and kept it."""
    email, phone = (contacts.indexes_of(way) if way else [] for way in (entry.email, entry.phone))
    theirs = or_(Appointment.email_index.in_(email), Appointment.phone_index.in_(phone))
    booked = select(Appointment.id).where(theirs, Appointment.service_id == entry.service_id)
    since = booked.where(Appointment.created_at > entry.joined_at, Appointment.status != Status.CANCELLED)
    return db.session.scalar(since.limit(1)) is not None


def _find_visit_of_case(entry: WaitingEntry) -> None:
    """Let who waited without a visit, and booked one since, wait for an earlier time than that."""
    if entry.appointment_id is None and entry.case_id is not None:
        visit = queries.find_live_for_case(entry.case_id)
        if visit and not _waits_already(visit):
            entry.appointment, entry.appointment_id = visit, visit.id


def _waits_already(visit: Appointment) -> bool:
    other = select(WaitingEntry.id).where(
        WaitingEntry.appointment_id == visit.id, WaitingEntry.ended_at.is_(None)
    )
    return db.session.scalar(other) is not None


def _offer_first(entry: WaitingEntry, free: "_FreeTimes", *, now: datetime) -> bool:
    for starts_at, until in islice(_suitable(entry, free), MOST_TRIES):
        request = OfferRequest(
            free.station.slug, starts_at, until, _recipient(entry), OfferReason.EARLIER, waiting_id=entry.id
        )
        if _offer(request, now=now):
            free.forget()
            return True
    return False


def _suitable(entry: WaitingEntry, free: "_FreeTimes") -> Iterator[tuple[datetime, datetime]]:
    """Yield each free start that the person waits for and until when to keep it, but none offered before."""
    wish = WaitingWish(entry.from_day, entry.until_day, entry.morning, entry.afternoon)
    before = entry.appointment.starts_at if entry.appointment else None
    had = _offered_before(entry, free.station)
    earliest = _papers_there_from(entry, free.station, now=free.now)
    if earliest is None:
        return
    for starts_at in free.of(entry.service, entry.party_size):
        there = local(starts_at, free.station.timezone)
        until = kept_until(starts_at, rules(), now=free.now)
        if until and starts_at >= earliest and starts_at not in had and suits(wish, there, before=before):
            yield starts_at, until


def _papers_there_from(entry: WaitingEntry, station: Station, *, now: datetime) -> datetime | None:
    """Return from when the papers of the person's case can be at the station; None for never."""
    case_id = entry.case_id or (entry.appointment.case_id if entry.appointment else None)
    case = db.session.get(Case, case_id) if case_id else None
    if case is None or case.papers_station_id is None:
        return now
    reach = reach_of(case, now=now).get(station.id)
    return reach.earliest if reach else None


def _offered_before(entry: WaitingEntry, station: Station) -> set[datetime]:
    starts = select(Hold.starts_at).join(TimeOffer, TimeOffer.hold_id == Hold.id)
    return set(
        db.session.scalars(starts.where(TimeOffer.waiting_id == entry.id, Hold.station_id == station.id))
    )


def _offer(request: OfferRequest, *, now: datetime) -> bool:
    try:
        with db.session.begin_nested():  # What a full slot left behind must go, what was freed must stay.
            offers.make(request, now=now)
    except NOT_NOW:
        return False
    return True


def _recipient(entry: WaitingEntry) -> Recipient:
    visit = entry.appointment
    case = db.session.get(Case, entry.case_id) if entry.case_id else None
    known = next((one for one in (entry, visit, case) if one and (one.email or one.phone)), entry)
    contact = Contact(entry.name, known.email, known.phone)
    if visit:
        return Recipient(entry.service.code, visit.language, contact, visit.party_size, visit.id)
    return Recipient(entry.service.code, entry.language, contact, entry.party_size, case_id=entry.case_id)
