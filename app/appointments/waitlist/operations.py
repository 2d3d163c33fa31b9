"""The waiting list: join, stop, look up. Runs inside `transact()`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import joinedload, selectinload

from app.appointments.contacts import Contact, ContactNeeded
from app.appointments.models import Appointment
from app.appointments.refusals import NotChangeable
from app.appointments.states import Status
from app.appointments.waitlist.matching import rules
from app.appointments.waitlist.models import WaitingEntry, WaitingPlace, is_asked
from app.appointments.waitlist.refusals import ListFull, TooManyPlaces
from app.appointments.waitlist.rules import WaitingWish
from app.cases.models import Case
from app.codes import new_link
from app.crypto import link_hash, link_hashes
from app.db import db, locking
from app.errors import NotFound
from app.notifications import contacts
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.stations.models import Service, Station
from app.stations.queries import StationRetired

TOPIC = "waiting"
NO_CONTACT = Contact()
UNCONFIRMED_LASTS = timedelta(days=1)
KEEP_ENDED = timedelta(days=30)  # longer than the holds of the offers that name them


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """Who waits for what, and where."""

    service: Service
    places: Sequence[Station]
    wish: WaitingWish
    language: str
    contact: Contact = NO_CONTACT
    visit: Appointment | None = None
    case: Case | None = None
    people: int = 1  # who would come together; a visit knows its own


def join(request: JoinRequest, *, now: datetime) -> WaitingEntry:
    """Put a person on the list, or change what one who waits already asked for; the order stays.

    Who has neither a visit nor a case is asked once the link of our message was opened. Raises
    ContactNeeded when nobody could be told, NotChangeable for a visit that is over, ListFull,
    StationRetired, TooManyPlaces.
    """
    if len(request.places) > rules().most_places:
        raise TooManyPlaces
    _keep_open(request.places)
    if request.visit and (request.visit.status != Status.BOOKED or request.visit.starts_at <= now):
        raise NotChangeable
    channel = _channel(request)
    entry = _find_open(request)
    is_new, is_known = entry is None, bool(request.visit or request.case)
    if entry is None:
        _check_room(request)
        entry = _new(request, now=now)
    if is_new or is_known:  # Knowing somebody's address is not enough to change what they asked for.
        _wish(entry, request)
    if request.visit is None and (is_new or not is_known):
        _tell(entry, "waiting" if entry.confirmed_at else "waiting-confirm", channel, now=now)
    return entry


def confirm(token: str, *, now: datetime) -> WaitingEntry:
    """Note that the link of our message was opened: this person is asked from now on. Raises NotFound."""
    entry = get_entry(token)
    locked = db.session.scalars(locking(select(WaitingEntry).where(WaitingEntry.id == entry.id))).one()
    if locked.ended_at is None and locked.confirmed_at is None:
        locked.confirmed_at = now
    return locked


def _keep_open(places: Sequence[Station]) -> None:
    """Let none of the places be retired until this is done: its retirement tells who waits there."""
    ids = [place.id for place in places]
    wanted = select(Station.id).where(Station.id.in_(ids), Station.retired_at.is_(None))
    if len(db.session.scalars(locking(wanted.order_by(Station.id), shared=True)).all()) < len(ids):
        raise StationRetired


def _channel(request: JoinRequest) -> str:
    channel = _first_way(request.contact, request.visit, request.case)
    if channel is None:
        raise ContactNeeded
    if channel == "sms" and request.contact.phone:
        request.contact.check_reached()
    return channel


def _first_way(*known: Contact | Appointment | Case | WaitingEntry | None) -> str | None:
    if any(one and one.email for one in known):
        return "email"
    return "sms" if any(one and one.phone for one in known) else None


def _find_open(request: JoinRequest) -> WaitingEntry | None:
    wanted = select(WaitingEntry).where(WaitingEntry.ended_at.is_(None))
    if request.visit:
        wanted = wanted.where(WaitingEntry.appointment_id == request.visit.id)
    elif request.case:
        wanted = wanted.where(WaitingEntry.case_id == request.case.id)
    else:
        wanted = wanted.where(
            WaitingEntry.service_id == request.service.id,
            WaitingEntry.person_index.in_(contacts.indexes_of(_way(request.contact))),
        )
    return db.session.scalar(locking(wanted))


def index_of(contact: Contact) -> str:
    """Return the fingerprint of who waits without a visit or a case."""
    return contacts.index_of(_way(contact))


def _way(contact: Contact) -> str:
    return contact.email or contact.phone


def _check_room(request: JoinRequest) -> None:
    waiting = (
        select(WaitingPlace.station_id, func.count())
        .join(WaitingEntry, WaitingEntry.id == WaitingPlace.entry_id)
        .where(is_asked, WaitingEntry.service_id == request.service.id)
        .where(WaitingPlace.station_id.in_([place.id for place in request.places]))
        .group_by(WaitingPlace.station_id)
    )
    if any(count >= rules().most_waiting for _station, count in db.session.execute(waiting)):
        raise ListFull


def _new(request: JoinRequest, *, now: datetime) -> WaitingEntry:
    entry = WaitingEntry(
        service_id=request.service.id,
        appointment_id=request.visit.id if request.visit else None,
        case_id=request.case.id if request.case else None,
        party_size=request.visit.party_size if request.visit else request.people,
        language=request.language,
        joined_at=now,
        # The holder of a visit or a case has shown a secret; an address alone anybody can type.
        confirmed_at=now if request.visit or request.case else None,
        person_index=None if request.visit or request.case else index_of(request.contact),
    )
    # What the visit or the case knows is read from there when a message is written.
    _give_link(entry, request.contact)
    db.session.add(entry)
    db.session.flush()  # The outbox names the entry by its id.
    return entry


def _wish(entry: WaitingEntry, request: JoinRequest) -> None:
    wish = request.wish
    entry.from_day, entry.until_day = wish.from_day, wish.until_day
    entry.morning, entry.afternoon = wish.morning, wish.afternoon
    wanted = {place.id for place in request.places}
    entry.places = [p for p in entry.places if p.station_id in wanted]
    known = {p.station_id for p in entry.places}
    entry.places += [WaitingPlace(station_id=place_id) for place_id in sorted(wanted - known)]


def _tell(entry: WaitingEntry, kind: str, channel: str, *, now: datetime) -> None:
    """Write to who waits, once a day at most; to who joins without a visit it brings the link to stop."""
    message = OutboxRequest(
        dedupe_key=f"{kind}:{entry.token_hash[:32]}:{now:%Y%m%d}",
        topic=TOPIC,
        subject_id=entry.id,
        revision=0,
        kind=kind,
        channel=channel,
        send_at=now,
    )
    outbox.enqueue(message, now=now)


def renew_links(whose: ColumnElement[bool]) -> None:
    """Let the links of who waits end: they went to an address that is not theirs."""
    for entry in db.session.scalars(select(WaitingEntry).where(whose, WaitingEntry.ended_at.is_(None))):
        contact = Contact(entry.name, entry.email, entry.phone)
        _give_link(entry, contact)


def _give_link(entry: WaitingEntry, contact: Contact) -> None:
    """Set the link, and the contact, which is bound to it."""
    token = new_link()
    entry.token_hash = link_hash(token)
    entry.token = token
    entry.name, entry.email, entry.phone = contact.name, contact.email, contact.phone


def get_entry(token: str) -> WaitingEntry:
    """Return the entry whose secret link this is, ended or not. Raises NotFound."""
    found = db.session.scalar(select(WaitingEntry).where(WaitingEntry.token_hash.in_(link_hashes(token))))
    if found is None:
        raise NotFound
    return found


def find_for_visit(appointment_id: int) -> WaitingEntry | None:
    """Return the open entry of a visit."""
    return db.session.scalar(
        select(WaitingEntry).where(
            WaitingEntry.appointment_id == appointment_id, WaitingEntry.ended_at.is_(None)
        )
    )


def list_at(stations: Sequence[Station], *, most: int = 200) -> Sequence[WaitingEntry]:
    """Return who waits at any of these stations, in the order in which they are asked."""
    here = WaitingPlace.station_id.in_([station.id for station in stations])
    wanted = select(WaitingEntry).where(is_asked, WaitingEntry.places.any(here))
    loaded = wanted.options(
        selectinload(WaitingEntry.places).joinedload(WaitingPlace.station),
        joinedload(WaitingEntry.service),
        joinedload(WaitingEntry.appointment),
    )
    return db.session.scalars(loaded.order_by(WaitingEntry.id).limit(most)).all()


def get_at(entry_id: int, stations: Sequence[Station], *, lock: bool = False) -> WaitingEntry:
    """Return the open entry of somebody who waits at one of these stations. Raises NotFound."""
    here = WaitingPlace.station_id.in_([station.id for station in stations])
    wanted = select(WaitingEntry).where(WaitingEntry.id == entry_id, WaitingEntry.ended_at.is_(None))
    wanted = wanted.where(WaitingEntry.places.any(here))
    entry = db.session.scalar(locking(wanted, of=WaitingEntry) if lock else wanted)
    if entry is None:
        raise NotFound
    return entry


@dataclass(frozen=True, slots=True)
class TakingOff:
    """Who takes a person off the list of some stations, and why."""

    entry_id: int
    stations: Sequence[Station]
    username: str
    reason: str


def take_off(request: TakingOff, *, now: datetime) -> None:
    """Let a person wait at these stations no more; elsewhere they go on. Raises NotFound.

    An offer that is open stays theirs until it ends. Who waits nowhere any more is told.
    """
    entry = get_at(request.entry_id, request.stations, lock=True)
    own = {station.id for station in request.stations}
    entry.places = [place for place in entry.places if place.station_id not in own]
    entry.removed_by, entry.removed_because = request.username, request.reason
    if entry.places:
        return
    stop(entry.id, now=now)
    if channel := channel_of(entry):
        _tell(entry, "waiting-ended", channel, now=now)


def channel_of(entry: WaitingEntry) -> str | None:
    """Return how who waits is told, or None when nothing is known."""
    case = db.session.get(Case, entry.case_id) if entry.case_id else None
    return _first_way(entry, entry.appointment, case)


def stop(entry_id: int, *, now: datetime) -> None:
    """Take a person off the list; an offer that is open stays theirs until it ends."""
    db.session.execute(
        update(WaitingEntry)
        .where(WaitingEntry.id == entry_id, WaitingEntry.ended_at.is_(None))
        .values(ended_at=now)
    )
    outbox.cancel(TOPIC, entry_id, now=now)


def end_useless(*, now: datetime, limit: int = 200) -> int:
    """Take those off the list whose visit is over, whose last day has passed, who have no case to collect
    any more, who never confirmed, or who wait too long to be still there. Returns how many.
    """
    yesterday = (now - timedelta(days=1)).date()
    longest = timedelta(days=rules().longest_days)
    unconfirmed = WaitingEntry.confirmed_at.is_(None) & (WaitingEntry.joined_at < now - UNCONFIRMED_LASTS)
    too_long = WaitingEntry.appointment_id.is_(None) & (WaitingEntry.joined_at < now - longest)
    case_over = Case.collected_at.is_not(None) | Case.merged_into_id.is_not(None)
    over = (
        select(WaitingEntry)
        .outerjoin(Appointment, Appointment.id == WaitingEntry.appointment_id)
        .where(WaitingEntry.ended_at.is_(None))
        .outerjoin(Case, Case.id == WaitingEntry.case_id)
        .where(
            (Appointment.starts_at <= now)
            | (WaitingEntry.until_day < yesterday)
            | too_long
            | unconfirmed
            | case_over
        )
        .limit(limit)
    )
    found = db.session.scalars(locking(over, of=WaitingEntry, skip_locked=True)).all()
    for entry in found:
        entry.ended_at = now
    return len(found)
