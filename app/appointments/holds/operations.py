"""Keep a slot for somebody who is deciding. Runs inside `transact()`: lock, then check, then create."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from app.appointments import queries as visits
from app.appointments.availability import capacity, free_times, rules, shares
from app.appointments.availability.policy import OutsideWindow, SlotUnavailable, check_party
from app.appointments.availability.reach import check_reach
from app.appointments.availability.rules import Bookable
from app.appointments.availability.slots import Candidate, Slot
from app.appointments.contacts import Contact
from app.appointments.holds.refusals import (
    HOLD_LENGTH,
    MOST_EXTENSIONS,
    CaseNeeded,
    HoldLimit,
    HoldNotFound,
    TooManyHolds,
)
from app.appointments.locks import lock_visit_of_id
from app.appointments.models import Appointment, Hold, HoldStatus
from app.appointments.origins import counting
from app.appointments.origins.counting import CountedDay
from app.appointments.origins.networks import NOWHERE, HasOrigin, Origin, origin_of
from app.appointments.origins.rules import may_keep
from app.appointments.refusals import AlreadyBooked, NotChangeable
from app.cases.locks import lock_case
from app.cases.readiness import check_ready
from app.db import db, lock_name, locking
from app.i18n import local
from app.stations import queries as stations
from app.stations.hours.plans import PlanOwner
from app.stations.models import Station
from app.stations.queries import OfferedService

ALTERNATIVES = 3
KEEP_CONTACTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """A wish for one slot. `moves` is the id of the visit that would move there.

    A `key` makes the request repeatable: the same key and slot give the same hold while it lasts.
    `asked_from` is the network of who asks; without one the number of holds is not limited.
    """

    station_slug: str
    service_code: str
    starts_at: datetime
    party_size: int = 1
    case_id: int | None = None
    moves: int | None = None
    key: str = ""
    asked_from: str = ""

    @property
    def public_id(self) -> str:
        """Return the name of the hold: from the key and all that is asked for, else a new one."""
        if not self.key:
            return new_name()
        slot = self.station_slug, self.service_code, self.starts_at.timestamp()
        facts = (self.key, *slot, self.party_size, self.case_id)
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def new_name() -> str:
    """Return a name for a hold that nobody can guess."""
    return secrets.token_urlsafe(16)


def hold(request: HoldRequest, *, now: datetime) -> Hold:
    """Keep a slot for 15 minutes. A case's earlier open hold is given back: the newest wins.

    Raises NotFound, ServiceNotOffered, CaseNeeded, CaseNotReady, PapersElsewhere, PapersNotThere,
    AlreadyBooked, PartyTooLarge, NotChangeable, TooManyHolds, OutsideWindow, or SlotUnavailable
    with the three nearest free slots.
    """
    earlier = find_repeated(request, now=now)
    if earlier:
        return earlier
    offer = rules.get_offer(request.station_slug, request.service_code, lock=True)
    check_party(request.party_size, rules.rules_of(offer))
    if request.moves is not None:
        lock_movable(request.moves, offer.service_id, now=now)
    if request.case_id is not None or offer.needs_case:
        _check_case(request, offer, now=now)
    origin = _origin_of(request)
    _check_room(origin, offer, request, now=now)
    release_expired(now=now, station_id=offer.id)
    taken = take_slot(offer, offer, request.starts_at, request.party_size, now=now, beside=request.moves)
    kept = Hold(
        public_id=_free_name(request),
        station_id=offer.id,
        service_id=offer.service_id,
        case_id=request.case_id,
        appointment_id=request.moves,
        starts_at=taken.interval.start,
        ends_at=taken.interval.end,
        party_size=request.party_size,
        desks=taken.desks_for(request.party_size),
        desk_group=taken.desk_group,
        expires_at=now + HOLD_LENGTH,
        created_at=now,
        **asdict(origin),
    )
    db.session.add(kept)
    return kept


def hold_instead(request: HoldRequest, earlier_id: str | None, *, now: datetime) -> Hold:
    """Keep another slot and give the earlier one back, taking along what was typed for it."""
    earlier = _find(earlier_id) if earlier_id else None
    if earlier and earlier.status == HoldStatus.OPEN and earlier.public_id != request.public_id:
        give_back(earlier)
    kept = hold(request, now=now)
    if earlier and earlier is not kept and earlier.service_id == kept.service_id:
        kept.language = earlier.language
        kept.name, kept.email, kept.phone = earlier.name, earlier.email, earlier.phone
    return kept


def note_contact(public_id: str, contact: Contact, language: str) -> Hold:
    """Keep what the person typed with the hold. Raises HoldNotFound once it is used."""
    kept = locked_hold(public_id)
    if kept.status == HoldStatus.USED:
        raise HoldNotFound
    kept.language = language
    kept.name, kept.email, kept.phone = contact.name, contact.email, contact.phone
    return kept


def forget_contacts(*, now: datetime, limit: int = 200) -> int:
    """Erase what was typed for holds that ended a day ago without a visit. Returns how many."""
    over = select(Hold).where(
        Hold.status != HoldStatus.OPEN,
        Hold.expires_at < now - KEEP_CONTACTS,
        Hold.name_encrypted.is_not(None)
        | Hold.email_encrypted.is_not(None)
        | Hold.phone_encrypted.is_not(None),
    )
    found = db.session.scalars(locking(over.limit(limit), skip_locked=True)).all()
    for kept in found:
        kept.name = kept.email = kept.phone = ""
    return len(found)


_NAMED = locking(select(Hold).where(Hold.public_id == bindparam("public_id")))


def _find(public_id: str) -> Hold | None:
    return db.session.scalar(_NAMED, {"public_id": public_id})


def find_repeated(request: HoldRequest, *, now: datetime) -> Hold | None:
    """Return the hold that this very request made before, while it lasts."""
    earlier = _find(request.public_id) if request.key else None
    lasts = earlier and earlier.status == HoldStatus.OPEN and earlier.expires_at > now
    return earlier if lasts else None


def _free_name(request: HoldRequest) -> str:
    name = request.public_id
    # The key made a hold that is over by now: this is a new wish from an old page.
    return new_name() if request.key and _find(name) else name


def lock_movable(appointment_id: int, service_id: int, *, now: datetime) -> Appointment:
    """Return the visit, locked. Raises NotChangeable unless it is for the service and can be moved."""
    visit = lock_visit_of_id(appointment_id)
    if visit.service_id != service_id:
        raise NotChangeable
    if not visit.is_changeable(now=now):
        raise NotChangeable
    return visit


def _origin_of(request: HoldRequest) -> Origin:
    """Return the networks to count a hold by; a case has one open hold anyway."""
    if request.case_id is not None or not request.asked_from:
        return NOWHERE
    return origin_of(request.asked_from)


def _check_room(origin: Origin, offer: OfferedService, wish: HoldRequest, *, now: datetime) -> None:
    """Raise TooManyHolds when one of the networks keeps as many times, or as much of the day, as it may."""
    serving = rules.serving_at(offer, offer, wish.party_size)
    wanted = shares.cells_for(serving, wish.party_size)
    day = local(wish.starts_at, offer.timezone).date()
    _check_networks(origin, CountedDay(offer, serving.desk_group, day), wanted, now=now)


def _check_networks(origin: HasOrigin, place: CountedDay, wanted: int, *, now: datetime) -> None:
    if not origin.asked_from:
        return
    counting.lock(origin)
    networks = counting.networks_with(origin, place, now=now)
    if not may_keep(networks, counting.day_of(place), wanted):
        raise TooManyHolds


def locked_station(slug: str) -> Station:
    """Return the station with its plan kept as it is. Raises NotFound, StationRetired."""
    # Shared: bookings go side by side, a change of the plan waits for them and they for it.
    found = stations.lock_station(slug, shared=True)
    return found if found and not found.retired_at else stations.get_station(slug)


def _check_case(request: HoldRequest, station: PlanOwner, *, now: datetime) -> None:
    if request.case_id is None:
        raise CaseNeeded
    case = lock_case(request.case_id)
    live = visits.find_live_for_case(case.id)
    if live and live.id != request.moves:
        raise AlreadyBooked
    if not live:
        check_ready(case)
    check_reach(case, station, request.starts_at, now=now)
    earlier = _open_hold_of(case.id)
    if earlier:
        give_back(earlier)
        # The new hold's row may only come after the old one stopped being open (one per case).
        db.session.flush()


def _open_hold_of(case_id: int) -> Hold | None:
    wanted = select(Hold).where(Hold.case_id == case_id, Hold.status == HoldStatus.OPEN)
    return db.session.scalar(locking(wanted))  # it is given back at once, by whoever comes first


def take_slot(
    station: PlanOwner,
    service: Bookable,
    starts_at: datetime,
    party_size: int,
    *,
    now: datetime,
    beside: int | None = None,
) -> Candidate:
    """Take the desks of the slot that starts then. Raises OutsideWindow or SlotUnavailable.

    `beside` is the id of a visit that would move there.
    """
    if starts_at not in rules.window_of(service, station, now=now):
        raise OutsideWindow
    return _take(station, service, starts_at, party_size, now=now, beside=beside)


def take_again(owner: Hold | Appointment, *, now: datetime) -> None:
    """Take the desks of a time that this person had before. Raises SlotUnavailable.

    The notice that the service asks for was kept when the time was chosen, so only a start that
    has passed rules it out.
    """
    station = locked_station(owner.station.slug)
    if owner.starts_at <= now:
        raise SlotUnavailable(_near(station, owner.service, owner.starts_at, owner.party_size, now=now))
    moves = owner.appointment_id if isinstance(owner, Hold) else None
    taken = _take(station, owner.service, owner.starts_at, owner.party_size, now=now, beside=moves)
    # The plan may have changed since: other desks serve it now, its slot is longer, or a party takes turns.
    owner.desk_group, owner.desks = taken.desk_group, taken.desks_for(owner.party_size)
    owner.ends_at = taken.interval.end


def _take(
    station: PlanOwner,
    service: Bookable,
    starts_at: datetime,
    party_size: int,
    *,
    now: datetime,
    beside: int | None = None,
) -> Candidate:
    candidate = free_times.find_candidate(station, service, starts_at, party_size)
    if candidate and shares.is_kept(station, service):
        lock_name(f"share-of:{station.id}")  # two at once would both find room in it
        if not free_times.has_share(station, service, starts_at, party_size, now=now, beside=beside):
            candidate = None
    if candidate and capacity.take(station.id, candidate, desks=candidate.desks_for(party_size)):
        return candidate
    raise SlotUnavailable(_near(station, service, starts_at, party_size, now=now))


def _near(
    station: PlanOwner, service: Bookable, starts_at: datetime, party_size: int, *, now: datetime
) -> list[Slot]:
    return free_times.nearest_to(
        station, service, starts_at, count=ALTERNATIVES, now=now, party_size=party_size
    )


def extend(public_id: str, *, now: datetime) -> Hold:
    """Keep the slot 15 more minutes, at most ten times. Raises HoldNotFound, HoldLimit or SlotUnavailable."""
    kept = locked_hold(public_id)
    if kept.status == HoldStatus.USED:
        raise HoldNotFound
    if kept.extensions >= MOST_EXTENSIONS:
        raise HoldLimit
    if kept.status == HoldStatus.RELEASED:
        check_room_again(kept, now=now)
    keep_or_retake(kept, now=now)
    kept.extensions += 1
    kept.expires_at = now + HOLD_LENGTH
    return kept


def check_room_again(kept: Hold, *, now: datetime) -> None:
    """Raise TooManyHolds when the networks of a hold that ended have no room for it any more."""
    _check_networks(kept, counting.place_of(kept), shares.cells_of_owner(kept), now=now)


def release(public_id: str) -> None:
    """Give an open hold back; one that is used or released already stays as it is."""
    kept = locked_hold(public_id)
    if kept.status == HoldStatus.OPEN:
        give_back(kept)


def end(public_ids: Sequence[str], *, now: datetime) -> None:
    """End holds whose time the service point gives no more; who confirms then is shown other times."""
    wanted = select(Hold).where(Hold.public_id.in_(public_ids), Hold.status == HoldStatus.OPEN)
    for kept in db.session.scalars(locking(wanted.order_by(Hold.id))):
        give_back(kept)
        kept.expires_at = now


# Built once: this runs before every hold and mostly finds nothing.
_RAN_OUT_ANYWHERE = select(Hold).where(Hold.status == HoldStatus.OPEN, Hold.expires_at <= bindparam("now"))
_RAN_OUT, _RAN_OUT_AT = (
    locking(wanted.limit(bindparam("most")), skip_locked=True)
    for wanted in (_RAN_OUT_ANYWHERE, _RAN_OUT_ANYWHERE.where(Hold.station_id == bindparam("station")))
)


def release_expired(*, now: datetime, station_id: int | None = None, limit: int = 200) -> int:
    """Give back the desks of holds that ran out. Returns how many."""
    ran_out = _RAN_OUT if station_id is None else _RAN_OUT_AT
    found = db.session.scalars(ran_out, {"now": now, "station": station_id, "most": limit}).all()
    for kept in found:
        give_back(kept)
    return len(found)


def give_back(kept: Hold) -> None:
    """Free the desks of an open hold."""
    kept.status = HoldStatus.RELEASED
    capacity.give_back(kept)


def locked_hold(public_id: str) -> Hold:
    found = _find(public_id)
    if found is None:
        raise HoldNotFound
    return found


def keep_or_retake(kept: Hold, *, now: datetime) -> None:
    """Make sure that the hold has its slot, taking it again if it ran out. Raises SlotUnavailable."""
    if kept.status == HoldStatus.OPEN and max(kept.starts_at, kept.expires_at) > now:
        return
    if kept.status == HoldStatus.RELEASED and kept.expires_at > now:
        raise HoldNotFound  # It did not run out: the person chose another time since.
    _check_newest(kept, now=now)
    release_expired(now=now, station_id=kept.station_id)
    take_again(kept, now=now)
    kept.status = HoldStatus.OPEN


def _check_newest(kept: Hold, *, now: datetime) -> None:
    if kept.case_id is None:
        return
    newer = _open_hold_of(kept.case_id)
    if newer is None or newer is kept:
        return
    if newer.expires_at > now:
        raise HoldNotFound
    give_back(newer)
    db.session.flush()  # One open hold per case, at every moment.
