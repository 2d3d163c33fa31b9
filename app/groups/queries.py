"""Groups and what is free for them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import select

from app.appointments.availability import free_times
from app.appointments.availability import rules as visits
from app.appointments.availability.reach import reach_of
from app.appointments.availability.slots import Slot
from app.appointments.models import Appointment
from app.crypto import LINK, keyring, link_hashes
from app.db import db
from app.groups import planning
from app.groups.models import Group, Member
from app.groups.planning import Block
from app.groups.refusals import GroupGone
from app.i18n import local
from app.interval import Interval
from app.stations.models import Station
from app.stations.queries import list_stations, offers

DAYS_SHOWN = 5


def get_group(group_id: int) -> Group:
    """Return the group. Raises GroupGone."""
    found = db.session.get(Group, group_id)
    if found is None:
        raise GroupGone
    return found


def get_by_fingerprint(fingerprint: str) -> Group:
    """Return the group whose link has this plain fingerprint, as a session has it. Raises GroupGone."""
    known = keyring().blind_indexes(fingerprint, purpose=LINK)
    found = db.session.scalar(select(Group).where(Group.token_hash.in_(known)))
    if found is None:
        raise GroupGone
    return found


def get_by_token(token: str) -> Group:
    """Return the booked group whose secret link this is. Raises GroupGone."""
    found = db.session.scalar(
        select(Group).where(Group.token_hash.in_(link_hashes(token)), Group.booked_at.is_not(None))
    )
    if found is None:
        raise GroupGone
    return found


def waiting_members(group: Group) -> list[Member]:
    """Return those who need a time, in the order in which times are given and rows are locked."""
    return sorted(
        (member for member in group.members if member.appointment_id is None),
        key=lambda member: (member.case_id or 0, member.position),
    )


def booked_members(group: Group) -> list[Member]:
    """Return those with a visit, in order of time."""
    found = [member for member in group.members if member.appointment]
    return sorted(found, key=lambda member: (_visit(member).starts_at, member.id))


def _visit(member: Member) -> Appointment:
    assert member.appointment  # noqa: S101 - tells the type checker
    return member.appointment


def places_of(group: Group, *, now: datetime) -> list[tuple[Station, list[Member]]]:
    """Return the places with the members that can come there, the places of most members first."""
    members = waiting_members(group)
    reach = {m.id: reach_of(m.case, now=now) if m.case else None for m in members}
    found = []
    for station in list_stations():
        if offers(station, group.service):
            can = [m for m in members if (there := reach[m.id]) is None or station.id in there]
            found.append((station, can))
    return sorted((pair for pair in found if pair[1]), key=lambda pair: (-len(pair[1]), pair[0].number))


def earliest_for(members: list[Member], station: Station, *, now: datetime) -> datetime:
    """Return from when the papers of all of them are at the station."""
    reaches = [reach_of(m.case, now=now).get(station.id) for m in members if m.case]
    return max((reach.earliest for reach in reaches if reach), default=now)


@dataclass(frozen=True, slots=True)
class DayChoices:
    day: date
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Choices:
    """Times for the whole group by day; or, when no day takes all, one proposal over several days."""

    days: list[DayChoices]
    split: list[Block]
    more_from: date | None


def choices_for(
    group: Group, members: list[Member], station: Station, *, first: date | None, now: datetime
) -> Choices:
    """Return what this place can offer these people."""
    size = max((member.party_size for member in members), default=1)
    days = _free_days(group, members, station, size=size, now=now)
    shown: list[DayChoices] = []
    more_from = None
    for day, slots in days:
        if first and day < first:
            continue
        blocks = planning.choices(slots, len(members))
        if not blocks:
            continue
        if len(shown) == DAYS_SHOWN:
            more_from = day
            break
        shown.append(DayChoices(day, blocks))
    split = [] if shown or first else planning.over_days(days, len(members))
    return Choices(shown, split, more_from)


def _free_days(
    group: Group, members: list[Member], station: Station, *, size: int, now: datetime
) -> list[tuple[date, list[Slot]]]:
    today = local(now, station.timezone).date()
    length = visits.days_ahead(station, group.service) + 1
    earliest = earliest_for(members, station, now=now)
    found = free_times.availability(
        station, group.service, first_day=today, days=length, party_size=size, now=now
    )
    return [
        (day.day, [Slot(s.interval, s.remaining // size) for s in day.slots if s.interval.start >= earliest])
        for day in found
    ]


def by_day(block: Block, zone: str) -> list[tuple[date, Block]]:
    """Return the block of each day, on the clock of the place."""
    grouped = groupby(block.parts, key=lambda part: local(part.starts_at, zone).date())
    return [(day, Block(tuple(parts))) for day, parts in grouped]


def length_of(group: Group) -> timedelta:
    return timedelta(minutes=group.service.minutes)


def span_of(appointments: list[Appointment]) -> Interval:
    return Interval(min(a.starts_at for a in appointments), max(a.ends_at for a in appointments))
