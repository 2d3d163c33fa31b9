"""Reading for the counter: the day, one visit, other times for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.appointments import attendance
from app.appointments.availability import free_times as availability
from app.appointments.availability import rules
from app.appointments.availability.free_times import DaySlots
from app.appointments.availability.slots import Slot
from app.appointments.masking import masked_email, masked_phone
from app.appointments.models import Appointment, AppointmentEvent, HandoverItem, is_live
from app.appointments.queries import cases_of
from app.appointments.states import Status
from app.cases.models import Case, VisitItem, VisitItemKind, VisitType
from app.counter import board
from app.counter.board import BoardRow
from app.db import db
from app.interval import Interval
from app.localtext import LocalText
from app.stations.hours import plans
from app.stations.hours.opening_hours import open_intervals
from app.stations.models import Station


def list_day(station: Station, day: date, *, now: datetime) -> list[BoardRow]:
    """Return the visits of one day on the station's clock, in order of time."""
    span = day_span(station, day)
    visits = db.session.scalars(
        select(Appointment)
        .where(Appointment.station_id == station.id)
        .where(Appointment.starts_at >= span.start, Appointment.starts_at < span.end)
        .order_by(Appointment.starts_at, Appointment.id)
        .options(joinedload(Appointment.service))
    ).all()
    cases = cases_of(visits)
    return [_row(visit, cases.get(visit.case_id or 0), now=now) for visit in visits]


def list_of_origin(
    visit: Appointment, stations: Sequence[Station], *, now: datetime
) -> Sequence[Appointment]:
    """Return the visits ahead at these stations that were booked from the same network, in their order.

    Of IPv6 it is the widest network that counts, which one subscriber can have.
    """
    widest = visit.asked_from_48 or visit.asked_from
    column = Appointment.asked_from_48 if visit.asked_from_48 else Appointment.asked_from
    if widest is None:
        return ()
    wanted = select(Appointment).where(column == widest, is_live, Appointment.starts_at > now)
    here = wanted.where(Appointment.station_id.in_([station.id for station in stations]))
    loaded = here.options(joinedload(Appointment.service), joinedload(Appointment.station))
    return db.session.scalars(loaded.order_by(Appointment.created_at, Appointment.id)).all()


def day_span(station: Station, day: date) -> Interval:
    zone = ZoneInfo(station.timezone)
    start, end = (datetime.combine(d, time(), zone).astimezone(UTC) for d in (day, day + timedelta(days=1)))
    return Interval(start, end)


def _row(visit: Appointment, case: Case | None, *, now: datetime) -> BoardRow:
    return BoardRow(
        reference=visit.reference,
        starts_at=visit.starts_at,
        status=Status(visit.status),
        initials=board.initials(visit.name or (case.full_name if case else "")),
        passport_ending=case.passport_last4 if case else "",
        language=visit.language,
        service=visit.service.name,
        party_size=visit.party_size,
        late_minutes=board.late_minutes(visit.starts_at, visit.status, now=now),
        confirmed=visit.confirmed_at is not None,
        asked=visit.asked,
        may_miss=visit.starts_at <= now and not visit.asked,
    )


def find_next_visit(station: Station, *, after: datetime) -> datetime | None:
    """Return when the next booked visit starts."""
    wanted = select(Appointment.starts_at).where(
        Appointment.station_id == station.id,
        Appointment.status == Status.BOOKED,
        Appointment.starts_at >= after,
    )
    return db.session.scalar(wanted.order_by(Appointment.starts_at).limit(1))


@dataclass(frozen=True)
class Item:
    """One thing to hand over, and whether this or an earlier visit has."""

    code: str
    name: LocalText
    given: bool
    given_before: bool


@dataclass(frozen=True)
class VisitPage:
    """All that the counter needs of one visit; `shown` says whether the person's data is in full."""

    visit: Appointment
    shown: bool
    name: str
    passport_ending: str
    phone: str
    email: str
    papers: list[VisitItem]
    items: list[Item]
    in_parts: bool
    history: list[AppointmentEvent]


def get_visit_page(visit: Appointment, *, shown: bool) -> VisitPage:
    """Return the page with name and contact in full, or with as little of them as tells people apart."""
    case = db.session.get(Case, visit.case_id) if visit.case_id else None
    kinds = _visit_items(case)
    name = visit.name or (case.full_name if case else "")
    phone = visit.phone or (case.phone if case else "")
    email = visit.email or (case.email if case else "")
    return VisitPage(
        visit=visit,
        shown=shown,
        name=name if shown else board.initials(name),
        passport_ending=case.passport_last4 if case else "",
        phone=phone if shown or not phone else masked_phone(phone),
        email=email if shown or not email else masked_email(email),
        papers=[item for item in kinds if item.kind == VisitItemKind.PAPER],
        items=_handover(visit, [item for item in kinds if item.kind == VisitItemKind.HANDOVER]),
        in_parts=case is None or case.visit_type.in_parts,
        history=list_history(visit),
    )


def _visit_items(case: Case | None) -> list[VisitItem]:
    if case is None:
        return []
    wanted = select(VisitType).where(VisitType.id == case.visit_type_id)
    return db.session.scalars(wanted.options(selectinload(VisitType.items))).one().items


def _handover(visit: Appointment, items: list[VisitItem]) -> list[Item]:
    wanted = select(HandoverItem.item_code).where(HandoverItem.appointment_id == visit.id)
    given = set(db.session.scalars(wanted))
    before = attendance.given_before(visit)
    return [Item(item.code, item.name, item.code in given, item.code in before) for item in items]


def list_history(visit: Appointment) -> list[AppointmentEvent]:
    """Return what happened to the visit, the latest first."""
    wanted = select(AppointmentEvent).where(AppointmentEvent.appointment_id == visit.id)
    return list(db.session.scalars(wanted.order_by(AppointmentEvent.id.desc())))


def was_shown(visit: Appointment, actor: str, *, since: datetime) -> bool:
    """Say whether this user asked for the name and the contact since then, as the history has it."""
    wanted = select(AppointmentEvent.id).where(
        AppointmentEvent.appointment_id == visit.id,
        AppointmentEvent.kind == attendance.OPENED,
        AppointmentEvent.actor == actor,
        AppointmentEvent.happened_at > since,
    )
    return db.session.scalar(wanted.limit(1)) is not None


def soonest_others(visit: Appointment, *, count: int, now: datetime) -> list[Slot]:
    """Return the next free times at the visit's station, without its own."""
    found = availability.soonest(
        visit.station, visit.service, count=count + 1, now=now, party_size=visit.party_size
    )
    return [slot for slot in found if slot.interval.start != visit.starts_at][:count]


def list_other_times(visit: Appointment, *, days: int, now: datetime) -> list[DaySlots]:
    """Return the free times of the next working days of the visit's station, without its own."""
    station, service = visit.station, visit.service
    today = now.astimezone(ZoneInfo(station.timezone)).date()
    listed = availability.availability(
        station,
        service,
        first_day=today,
        days=rules.days_ahead(station, service) + 1,
        party_size=visit.party_size,
        now=now,
    )
    plan = plans.plan_of(station)
    working = [one for one in listed if open_intervals(plan, one.day)]
    return [
        DaySlots(one.day, [slot for slot in one.slots if slot.interval.start != visit.starts_at])
        for one in working[:days]
    ]
