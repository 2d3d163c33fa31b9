"""Start a group, keep times for it, book it. Runs inside `transact()`: all or nothing.

Locks go group, station, then members in the order of their cases: times are given in the same
order, so two groups never wait for each other in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from app.appointments import queries as visits
from app.appointments.availability.policy import SlotUnavailable
from app.appointments.booking import operations
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.models import Appointment, HoldStatus
from app.cases.models import Case
from app.codes import new_link
from app.crypto import link_hash
from app.db import db, locking
from app.groups.models import Group, Member
from app.groups.planning import Block
from app.groups.queries import get_group, waiting_members
from app.groups.refusals import GroupChanged, GroupGone, NobodyToBook
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.stations.models import Service

GROUP_HOLD = timedelta(minutes=30)
KEEP_DRAFTS = timedelta(hours=24)
KEEP_BOOKED = timedelta(days=90)
KEEP_AFTER_VISITS = timedelta(days=30)  # however far ahead they were booked
BOOKED, INVITED = "group", "group-invite"  # topics of messages


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """Who books, and for what."""

    company: str
    contact: Contact
    service: Service
    language: str


def start(draft: GroupDraft, *, now: datetime, group_id: int | None = None) -> Group:
    """Make a draft, or change the one that this browser has. Raises ContactNeeded or PhoneNotMobile."""
    draft.contact.check_reached()
    group = _find_locked(group_id) if group_id else None
    service_id = draft.service.id
    if group is None or group.booked_at:
        token = new_link()
        group = Group(created_at=now, token_hash=link_hash(token), service_id=service_id, language="")
        group.token = token
        db.session.add(group)
    elif group.service_id != service_id:
        _drop(group.members)
        group.members = []
    group.service_id, group.language = service_id, draft.language
    group.company = draft.company
    group.email, group.phone = draft.contact.email, draft.contact.phone
    db.session.flush()
    return group


def set_cases(group_id: int, cases: Sequence[Case]) -> Group:
    """Let the group be these people; who stays keeps the time that is kept for them."""
    group = _locked_draft(group_id)
    wanted = {case.id for case in cases}
    _drop([m for m in group.members if m.case_id not in wanted])
    known = {m.case_id: m for m in group.members if m.case_id in wanted}
    group.members = [
        known.get(case.id) or Member(case_id=case.id, position=0, party_size=1) for case in cases
    ]
    _number(group)
    return group


def set_party(group_id: int, people: int) -> Group:
    """Let the group be so many people for an open service, in visits as large as the service takes."""
    group = _locked_draft(group_id)
    _drop(group.members)
    most = group.service.max_party
    sizes = [most] * (people // most) + ([people % most] if people % most else [])
    group.members = [Member(position=0, party_size=size) for size in sizes]
    _number(group)
    return group


def _number(group: Group) -> None:
    for position, member in enumerate(group.members, start=1):
        member.position = position
    db.session.flush()


def _drop(members: Sequence[Member]) -> None:
    for member in members:
        if member.hold and member.hold.status == HoldStatus.OPEN:
            holds.release(member.hold.public_id)
        member.hold = None
    db.session.flush()


def _locked_draft(group_id: int) -> Group:
    group = _locked(group_id)
    if group.booked_at:
        raise GroupChanged
    return group


def _find_locked(group_id: int) -> Group | None:
    return db.session.scalar(locking(select(Group).where(Group.id == group_id)))


def _locked(group_id: int) -> Group:
    found = _find_locked(group_id)
    if found is None:
        raise GroupGone
    return found


def hold_all(
    group_id: int, station_slug: str, block: Block, *, members: Sequence[int], asked_from: str, now: datetime
) -> Group:
    """Keep a time for each of these members for 30 minutes, or none.

    Raises GroupChanged when the people are others by now, SlotUnavailable, OutsideWindow, and what
    `holds.hold` refuses for a case.
    """
    group = _locked_draft(group_id)
    wanted = [member for member in waiting_members(group) if member.id in set(members)]
    if not wanted or len(wanted) != len(members) or block.people != len(wanted):
        raise GroupChanged
    holds.locked_station(station_slug)
    _drop(group.members)
    for member, starts_at in zip(wanted, block.starts, strict=True):
        kept = holds.hold(_request(group, member, station_slug, starts_at, asked_from), now=now)
        kept.expires_at = now + GROUP_HOLD
        if member.case_id is None:
            kept.name, kept.email, kept.phone = group.company, group.email, group.phone
            kept.language = group.language
        db.session.flush()
        member.hold = kept
    return group


def _request(
    group: Group, member: Member, station_slug: str, starts_at: datetime, asked_from: str
) -> HoldRequest:
    return HoldRequest(
        station_slug,
        group.service.code,
        starts_at,
        party_size=member.party_size,
        case_id=member.case_id,
        asked_from=asked_from,
    )


def extend_all(group_id: int, *, now: datetime) -> Group:
    """Keep all times 15 minutes longer. Raises what `holds.extend` raises, and then extends none."""
    group = _locked_draft(group_id)
    for member in waiting_members(group):
        if member.hold:
            holds.extend(member.hold.public_id, now=now)
    return group


def book_all(group_id: int, *, now: datetime) -> Group:
    """Turn all kept times into visits; pressing twice books once.

    Who booked alone in the meantime keeps that visit, and the time kept here is free again. Raises
    NobodyToBook, or SlotUnavailable when the times ran out and somebody took one: then nothing is booked.
    """
    group = _locked(group_id)
    if group.booked_at:
        return group
    held = [member for member in waiting_members(group) if member.hold]
    booked = [_book(group, member, now=now) for member in held if not _has_visit(member)]
    if not booked:
        raise NobodyToBook
    group.booked_at = now
    _tell_employer(group, now=now)
    return group


def _has_visit(member: Member) -> bool:
    if member.case_id is None or visits.find_live_for_case(member.case_id) is None:
        return False
    _drop([member])
    return True


def _book(group: Group, member: Member, *, now: datetime) -> Member:
    if member.hold is None:
        raise SlotUnavailable
    language = member.case.language if member.case else group.language
    key = f"group:{group.token_hash}:{member.id}"
    visit = operations.book_held(member.hold.public_id, key=key, language=language, now=now, in_group=True)
    member.appointment, member.appointment_id = visit, visit.id
    return member


def _tell_employer(group: Group, *, now: datetime) -> None:
    outbox.enqueue(
        OutboxRequest(
            dedupe_key=f"{BOOKED}:{group.token_hash[:32]}",
            topic=BOOKED,
            subject_id=group.id,
            revision=0,
            kind="group-booked",
            channel="email" if group.email else "sms",
            send_at=now,
        ),
        now=now,
    )


def invite_all(group_id: int, *, now: datetime) -> int:
    """Ask each person to choose a time. Returns how many can be reached; asking twice writes once."""
    group = _locked_draft(group_id)
    members = [m for m in waiting_members(group) if m.case and (m.case.email or m.case.phone)]
    _drop(group.members)
    for member in members:
        outbox.enqueue(
            OutboxRequest(
                dedupe_key=f"{INVITED}:{group.token_hash[:32]}:{member.case_id}",
                topic=INVITED,
                subject_id=member.case_id or 0,
                revision=0,
                kind=INVITED,
                channel="email" if member.case and member.case.email else "sms",
                send_at=now,
                expires_at=now + timedelta(days=2),
            ),
            now=now,
        )
    return len(members)


def forget_old(*, now: datetime, limit: int = 100) -> int:
    """Delete drafts after a day, and what an employer typed some weeks after the visits. Returns how many.

    The visits themselves stay: they belong to their people.
    """
    draft = Group.booked_at.is_(None) & (Group.created_at < now - KEEP_DRAFTS)
    lasting = exists().where(
        Member.group_id == Group.id,
        Member.appointment_id == Appointment.id,
        Appointment.ends_at > now - KEEP_AFTER_VISITS,
    )
    old = select(Group.id).where(draft | ((Group.booked_at < now - KEEP_BOOKED) & ~lasting))
    # A draft that is being booked just now is none any more.
    ids = db.session.scalars(locking(old.limit(limit), skip_locked=True)).all()
    for group_id in ids:
        _drop(get_group(group_id).members)
    if ids:
        db.session.execute(delete(Member).where(Member.group_id.in_(ids)))
        db.session.execute(delete(Group).where(Group.id.in_(ids)))
    return len(ids)
