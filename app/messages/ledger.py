"""The messages in the outbox as staff see them: about whom, in which state, after which tries.

What a message is about is found by joins on keys; a topic that is not known here is shown to
administrators by its number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from app.accounts.models import User
from app.appointments.attendance import TOLD
from app.appointments.models import Appointment, AppointmentEvent, Hold
from app.appointments.reminders.announcing import TOPIC as VISIT
from app.appointments.states import Status
from app.appointments.waitlist.models import TimeOffer
from app.appointments.waitlist.offers import TOPIC as OFFER
from app.broadcasts.operations import TOPIC as BROADCAST
from app.cases.models import Case
from app.cases.notices import TOPIC as CASE
from app.db import db
from app.errors import NotFound
from app.groups.operations import INVITED
from app.notifications import pauses
from app.notifications.models import DeliveryAttempt, MessagePause, MessageStatus, OutboxMessage
from app.staff.models import StaffAssignment
from app.stations.models import Station

PLANNED = "planned"
TABS: dict[str, tuple[MessageStatus, ...]] = {
    PLANNED: (MessageStatus.WAITING,),
    "waiting": (MessageStatus.WAITING, MessageStatus.CLAIMED, MessageStatus.HELD),
    "sent": (MessageStatus.SENT, MessageStatus.DELIVERED),
    "failed": (MessageStatus.FAILED, MessageStatus.BOUNCED),
    "skipped": (MessageStatus.SKIPPED, MessageStatus.CANCELLED),
}
_GONE_WRONG = (MessageStatus.FAILED, MessageStatus.BOUNCED)


@dataclass(frozen=True)
class LedgerScope:
    """Whose messages: those about these stations, and for administrators all others too."""

    stations: Sequence[Station]
    everything: bool = False


@dataclass(frozen=True)
class LedgerRow:
    """One message and what it is about; who gets it is not shown."""

    message: OutboxMessage
    reference: str
    visit: bool  # `reference` is a booking number, else a case number or nothing
    timezone: str


_is_visit = OutboxMessage.topic.in_([VISIT, BROADCAST])
_is_case = OutboxMessage.topic.in_([CASE, INVITED])
_visit_id = case((_is_visit, OutboxMessage.subject_id), else_=TimeOffer.appointment_id)
_station_id = func.coalesce(Appointment.station_id, Hold.station_id, Case.papers_station_id)


def _joined(scope: LedgerScope, *columns: Any) -> Select[Any]:
    wanted = (
        select(*columns)
        .select_from(OutboxMessage)
        .outerjoin(TimeOffer, and_(OutboxMessage.topic == OFFER, TimeOffer.id == OutboxMessage.subject_id))
        .outerjoin(Hold, Hold.id == TimeOffer.hold_id)
        .outerjoin(Case, and_(_is_case, Case.id == OutboxMessage.subject_id))
        .outerjoin(Appointment, Appointment.id == _visit_id)
    )
    return wanted if scope.everything else wanted.where(_station_id.in_([s.id for s in scope.stations]))


def own_pauses(scope: LedgerScope, username: str) -> Sequence[MessagePause]:
    """Return the pauses in force of people who were written to about these stations, or by their staff."""
    rows = pauses.list_pauses()
    if scope.everything or not rows:
        return rows
    indexes = [row.contact_index for row in rows]
    written = _joined(scope, OutboxMessage.contact_index).where(OutboxMessage.contact_index.in_(indexes))
    colleagues = (
        select(User.username)
        .join(StaffAssignment, StaffAssignment.user_id == User.id)
        .where(StaffAssignment.station_id.in_([station.id for station in scope.stations]))
    )
    people, staff = set(db.session.scalars(written)), {username, *db.session.scalars(colleagues)}
    return [row for row in rows if row.contact_index in people or row.paused_by in staff]


def _in_tab(tab: str, now: datetime) -> ColumnElement[bool]:
    of_tab = OutboxMessage.status.in_(TABS[tab])
    not_yet = and_(
        OutboxMessage.status == MessageStatus.WAITING,
        OutboxMessage.due_at > now,
        OutboxMessage.attempts == 0,
    )
    if tab == PLANNED:
        return not_yet
    return and_(of_tab, ~not_yet) if tab == "waiting" else of_tab


def count_tabs(scope: LedgerScope, *, now: datetime) -> dict[str, int]:
    """Return how many messages each tab has."""
    tabs = case(*((_in_tab(tab, now), tab) for tab in TABS), else_="")
    found = db.session.execute(_joined(scope, tabs.label("tab"), func.count()).group_by("tab"))
    counts: dict[str, int] = dict(found.all())
    return {tab: counts.get(tab, 0) for tab in TABS}


def list_tab(scope: LedgerScope, tab: str, *, now: datetime, limit: int) -> list[LedgerRow]:
    """Return the messages of a tab: what is to come the soonest first, all else the latest first."""
    soonest = tab in (PLANNED, "waiting")
    order = OutboxMessage.due_at if soonest else OutboxMessage.due_at.desc()
    return _rows(scope, _in_tab(tab, now), limit=limit, order=order)


def find_about(scope: LedgerScope, number: str, *, limit: int) -> list[LedgerRow]:
    """Return every message about a booking number or a case number, however it is spaced."""
    plain = "".join(sign for sign in number.upper() if sign.isalnum() or sign == "-")[:40]
    if not plain:
        return []
    case_id = db.session.scalar(select(Case.id).where(Case.number == plain))
    same_case = Appointment.case_id == case_id if case_id else Appointment.reference == plain
    visits = db.session.scalars(select(Appointment.id).where(or_(Appointment.reference == plain, same_case)))
    ids = visits.all()
    offered = select(TimeOffer.id).where(TimeOffer.appointment_id.in_(ids))
    about = [
        and_(_is_visit, OutboxMessage.subject_id.in_(ids)),
        and_(OutboxMessage.topic == OFFER, OutboxMessage.subject_id.in_(offered)),
        and_(_is_case, OutboxMessage.subject_id == (case_id or 0)),
    ]
    return _rows(scope, or_(*about), limit=limit, order=OutboxMessage.id.desc())


def _rows(scope: LedgerScope, *where: ColumnElement[bool], limit: int, order: Any) -> list[LedgerRow]:
    zones = {station.id: station.timezone for station in scope.stations}
    wanted = _joined(scope, OutboxMessage, Appointment.reference, Case.number, _station_id).where(*where)
    found = db.session.execute(wanted.order_by(order, OutboxMessage.id.desc()).limit(limit))
    return [
        LedgerRow(message, reference or number or "", bool(reference), zones.get(station_id, "Asia/Shanghai"))
        for message, reference, number, station_id in found
    ]


def get_row(scope: LedgerScope, message_id: int) -> LedgerRow:
    """Return one message. Raises NotFound when it is about another station."""
    found = _rows(scope, OutboxMessage.id == message_id, limit=1, order=OutboxMessage.id)
    if not found:
        raise NotFound
    return found[0]


def list_attempts(message: OutboxMessage) -> Sequence[DeliveryAttempt]:
    wanted = select(DeliveryAttempt).where(DeliveryAttempt.message_id == message.id)
    return db.session.scalars(wanted.order_by(DeliveryAttempt.id)).all()


def other_channel(message: OutboxMessage) -> str:
    """Return the other way by which the person of a message about a visit is known; "" for none."""
    if message.topic not in (VISIT, BROADCAST, OFFER) or message.status not in _GONE_WRONG:
        return ""
    other = "sms" if message.channel == "email" else "email"
    return other if any(getattr(one, f"{_FIELDS[other]}_encrypted") for one in _known(message)) else ""


_FIELDS = {"sms": "phone", "email": "email"}


def contacts_of(message: OutboxMessage) -> list[str]:
    """Return every address and number of the person of a message about a visit, an offer or a case."""
    found = [contact for one in _known(message) for contact in (one.email, one.phone) if contact]
    return list(dict.fromkeys(found))


def _known(message: OutboxMessage) -> list[Appointment | Hold | Case]:
    """Return all rows by which the person is known to whom a message goes."""
    hold: Hold | None = None
    visit: Appointment | None = None
    case_id = message.subject_id if message.topic in (CASE, INVITED) else None
    if message.topic in (VISIT, BROADCAST):
        visit = db.session.get(Appointment, message.subject_id)
    elif message.topic == OFFER and (made := db.session.get(TimeOffer, message.subject_id)):
        hold, visit = made.hold, made.appointment
        case_id = hold.case_id
    case_id = visit.case_id if visit else case_id
    found = (hold, visit, db.session.get(Case, case_id) if case_id else None)
    return [one for one in found if one]


def list_calls(scope: LedgerScope, *, now: datetime, limit: int) -> list[LedgerRow]:
    """Return what did not reach the person of a coming visit, where nothing later did and nobody called."""
    later = OutboxMessage.__table__.alias("later")
    reached = exists().where(
        later.c.topic == OutboxMessage.topic,
        later.c.subject_id == OutboxMessage.subject_id,
        later.c.revision == OutboxMessage.revision,
        later.c.status.in_(TABS["sent"]),
        later.c.finished_at > OutboxMessage.finished_at,
    )
    told = exists().where(
        AppointmentEvent.appointment_id == Appointment.id,
        AppointmentEvent.kind == TOLD,
        AppointmentEvent.happened_at >= OutboxMessage.finished_at,
    )
    coming = and_(Appointment.status == Status.BOOKED, Appointment.starts_at > now)
    unreached = and_(_is_visit, OutboxMessage.status.in_(_GONE_WRONG), coming, ~reached, ~told)
    rows = _rows(scope, unreached, limit=limit, order=Appointment.starts_at)
    return list({row.reference: row for row in reversed(rows)}.values())[::-1]


def count_states(broadcast_id: int) -> dict[str, int]:
    """Return how many messages of a letter to many are in each state."""
    wanted = select(OutboxMessage.status, func.count()).where(
        OutboxMessage.topic == BROADCAST, OutboxMessage.revision == broadcast_id
    )
    return dict(db.session.execute(wanted.group_by(OutboxMessage.status)).all())
