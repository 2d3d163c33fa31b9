"""Rows for tests: every builder has sensible values for everything and takes any column by keyword.

They write and commit at once, and need an app context, which the `app` fixture gives.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher

from app.accounts.models import Role, User
from app.appointments.models import Appointment, HandoverItem
from app.appointments.states import Status
from app.cases.finding import keys as finding_keys
from app.cases.models import (
    Bureau,
    Case,
    CaseToken,
    PaperTransfer,
    PermitLeg,
    VisitItem,
    VisitItemKind,
    VisitType,
)
from app.cases.readiness import is_complete
from app.cases.states import DECIDED, LegState, Permit
from app.codes import new_code, new_link
from app.crypto import link_hash
from app.db import db
from app.localtext import LocalText
from app.staff.models import StaffAssignment
from app.stations.models import (
    CalendarDay,
    CalendarDayKind,
    CalendarStatus,
    CalendarYear,
    Closure,
    Confidence,
    OpeningException,
    OpeningPeriod,
    Place,
    Service,
    Station,
    StationKind,
    StationService,
)
from tests.calendar_2026 import DAYS_OFF, MAKEUP_WORKDAYS

HAIKOU = ZoneInfo("Asia/Shanghai")
TUESDAY = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
ALL_DAY = {"earliest": "00:00", "latest": "23:59"}

# (weekday, opens, closes): Monday to Thursday with an afternoon, Friday without.
WEEK = (
    *((day, time(9), time(12)) for day in range(5)),
    *((day, time(14, 30), time(17)) for day in range(4)),
)

_number = itertools.count(1)
# The cheapest parameters: the hash says which they are, so checking it needs nothing else.
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


_together = ContextVar("together", default=False)


def save(*rows: Any) -> None:
    """Write rows, and commit them unless more is built with them."""
    db.session.add_all(rows)
    if _together.get():
        db.session.flush()
    else:
        db.session.commit()


@contextmanager
def together() -> Iterator[None]:
    """Commit once what is built here: a commit for each row takes most of the time of building."""
    if _together.get():
        yield
        return
    token = _together.set(True)
    try:
        yield
    finally:
        _together.reset(token)
    db.session.commit()


def words(en: str) -> LocalText:
    """Return a text whose other languages can be told apart from the English one."""
    return LocalText(en=en, zh=f"{en} (zh)", ru=f"{en} (ru)")


def at(day: str, clock: str) -> datetime:
    """Return the instant of a day and a time on Haikou's clock: at("2026-11-24", "14:30")."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=HAIKOU).astimezone(UTC)


# --- stations ----------------------------------------------------------------------------------


def build_station(slug: str | None = None, *, services: Any = (), desks: int = 0, **columns: Any) -> Station:
    """Build a station. `desks` opens that many in the usual WEEK; 0 leaves it without hours."""
    number = next(_number)
    slug = slug or f"station-{number}"
    given = {
        "number": number,
        "kind": StationKind.STATION,
        "name": words(slug.replace("-", " ").title()),
        "address": words("1 Test Road"),
        "district": words("Longhua"),
        "lat": 20.03,
        "lon": 110.33,
        "precision_m": 50,
        "position_confirmed_on": date(2026, 11, 1),
        "hours_confirmed_on": date(2026, 11, 1),
        "languages": ["en", "zh"],
        **columns,
    }
    station = Station(slug=slug, **given)
    with together():
        save(station)
        for service in services:
            offer(station, service)
        if desks:
            open_week(station, desks=desks)
    return station


def build_service(code: str | None = None, **columns: Any) -> Service:
    """Build a service of 20 minutes that anyone may book from now to 30 days ahead."""
    number = next(_number)
    code = code or f"service-{number}"
    given = {
        "position": number,
        "name": words(code.replace("-", " ").capitalize()),
        "description": words(f"What {code} is."),
        "needs_case": False,
        "minutes": 20,
        "lead_minutes": 0,
        "horizon_days": 30,
        "max_party": 5,
        "reminder_plan": [{"minutes": minutes, **ALL_DAY} for minutes in (4320, 1440, 120)],
        **columns,
    }
    service = Service(code=code, **given)
    save(service)
    return service


def offer(station: Station, service: Service) -> None:
    """Let this station offer this service."""
    save(StationService(station_id=station.id, service_id=service.id, confidence=Confidence.VERIFIED))
    db.session.refresh(station)


def open_week(station: Station, *, desks: int = 1, week: Any = WEEK) -> None:
    """Open the station every week as (weekday, opens, closes) says."""
    _change_plan(
        station,
        *(
            OpeningPeriod(station_id=station.id, weekday=day, opens=opens, closes=closes, desks=desks)
            for day, opens, closes in week
        ),
    )


def add_exception(station: Station, day: date, opens: time | None = None, closes: time | None = None,
                  *, desks: int = 1, reason: str = "") -> None:  # fmt: skip
    """Give one day its own hours; without times it is closed."""
    row = OpeningException(station_id=station.id, on_day=day, opens=opens, closes=closes, desks=desks,
                           reason=words(reason) if reason else None)  # fmt: skip
    _change_plan(station, row)


def add_closure(
    station: Station, starts_at: datetime, ends_at: datetime, *, reason: str = "Repairs"
) -> Closure:
    """Close the station for a stretch of time."""
    row = Closure(station_id=station.id, starts_at=starts_at, ends_at=ends_at, reason=words(reason),
                  created_at=TUESDAY)  # fmt: skip
    _change_plan(station, row)
    return row


def _change_plan(station: Station, *rows: Any) -> None:
    station.plan_version = (station.plan_version or 0) + 1
    save(station, *rows)


def build_calendar() -> None:
    """Build the official calendar of 2026."""
    year = CalendarYear(year=2026, status=CalendarStatus.OFFICIAL, source="State Council notice")
    off = [CalendarDay(day=day, kind=CalendarDayKind.DAY_OFF, name=words(n)) for day, n in DAYS_OFF.items()]
    name, kind = words("Make-up workday"), CalendarDayKind.MAKEUP_WORKDAY
    made_up = [CalendarDay(day=day, kind=kind, name=name, works_as=n) for day, n in MAKEUP_WORKDAYS.items()]
    save(year, *off, *made_up)


def build_place(slug: str | None = None, **columns: Any) -> Place:
    """Build a place of the gazetteer."""
    slug = slug or f"place-{next(_number)}"
    given = {
        "name": words(slug.replace("-", " ").title()),
        "aliases": [],
        "category": "landmark",
        "district": words("Longhua"),
        "lat": 20.02,
        "lon": 110.34,
        "precision_m": 300,
        "confidence": Confidence.APPROXIMATE,
        "source": "test",
        "licence": "none",
        **columns,
    }
    place = Place(slug=slug, **given)
    save(place)
    return place


@dataclass(frozen=True)
class Network:
    """What most tests of booking need. The central window has 2 desks in the usual WEEK."""

    central: Station
    jiangdong: Station
    collect: Service
    document_check: Service
    visit_type: VisitType


def build_network() -> Network:
    """Build the central window and one station with confirmed hours, services, and the calendar."""
    with together():
        return _build_network()


def _build_network() -> Network:
    build_calendar()
    collect = build_service("collect-permits", needs_case=True, max_party=1)
    document_check = build_service("document-check")
    central = build_station(
        "central-window",
        kind=StationKind.CENTRAL_WINDOW,
        lat=20.0285,
        lon=110.3470,
        services=(collect, document_check),
        desks=2,
    )
    jiangdong = build_station("jiangdong", lat=19.9900, lon=110.5000, services=(document_check,), desks=1)
    build_bureaus()
    return Network(central, jiangdong, collect, document_check, build_visit_type(collect))


# --- cases -------------------------------------------------------------------------------------


def build_bureaus() -> None:
    """Build the two authorities, each with its permit."""
    for code, permit in (("foreign-experts", Permit.WORK), ("exit-entry", Permit.RESIDENCE)):
        save(Bureau(code=code, permit=permit, name=words(code.replace("-", " ").title())))


def build_visit_type(service: Service, code: str = "two-permits") -> VisitType:
    """Build the 2023 visit: a work permit and a residence permit, against two papers."""
    visit_type = VisitType(
        code=code,
        service_id=service.id,
        title=words("Your work permit and residence permit are ready"),
        lead=words("Collect both in one visit."),
        promised_days=7,
        sequential_days=28,
        items=[
            VisitItem(kind=kind, code=item, position=position, name=words(item.replace("_", " ")))
            for position, (kind, item) in enumerate(
                (
                    (VisitItemKind.HANDOVER, "work_permit"),
                    (VisitItemKind.HANDOVER, "residence_permit"),
                    (VisitItemKind.PAPER, "passport"),
                    (VisitItemKind.PAPER, "receipt"),
                )
            )
        ],
    )
    save(visit_type)
    return visit_type


def build_case(
    visit_type: VisitType | None = None,
    papers_at: Station | None = None,
    *,
    legs: tuple[LegState, LegState] = (LegState.APPROVED, LegState.APPROVED),
    **columns: Any,
) -> Case:
    """Build a case, ready to collect when it has a station for its papers and both legs are approved.

    Personal data, `code` and `link` may be given in clear; the case shows them again as attributes.
    """
    number = next(_number)
    visit_type = visit_type or db.session.query(VisitType).first()
    personal = {
        "code": new_code(),
        "link": new_link(),
        # Its last four occur nowhere else, so that a test can look for them.
        "passport": f"P{number:05}{number % 10}QXZ",
        "full_name": "Maria Example",
        "email": "maria@example.org",
    }
    personal |= {name: columns.pop(name) for name in (*personal, "phone") if name in columns}
    given = {"number": f"HK-{number:06}", "language": "en", "created_at": TUESDAY,
             "received_on": date(2026, 11, 16), **columns}  # fmt: skip
    case = Case(
        visit_type_id=visit_type.id,
        papers_station_id=papers_at.id if papers_at else None,
        link_hash=link_hash(personal["link"]),
        **given,
    )
    for name, value in personal.items():
        setattr(case, name, value)
    case.legs = _build_legs(legs)
    if "ready_at" not in given and is_complete(case.legs, hands_over=papers_at is not None):
        case.ready_at = TUESDAY
    finding_keys.index_case(case)
    save(case)
    save(*(CaseToken(token=token, case_id=case.id) for token in finding_keys.tokens_of(case)))
    return case


def _build_legs(states: tuple[LegState, LegState]) -> list[PermitLeg]:
    return [
        PermitLeg(permit=permit, state=state, decided_on=TUESDAY.date() if state in DECIDED else None)
        for permit, state in zip((Permit.WORK, Permit.RESIDENCE), states, strict=True)
    ]


def build_transfer(start: Station, end: Station, *, working_days: int = 0) -> None:
    """Let papers be brought from one station to another, in so many working days."""
    row = PaperTransfer(from_station_id=start.id, to_station_id=end.id, working_days=working_days)
    save(row)


# --- appointments ------------------------------------------------------------------------------


def build_appointment(station: Station, service: Service, **columns: Any) -> Appointment:
    """Build the row of an appointment and nothing else: no desk is taken, no message is written.

    For one that the rules made, use `app.appointments.booking.operations`.
    """
    starts_at = columns.pop("starts_at", TUESDAY + timedelta(hours=1))
    token = columns.pop("token", None) or new_link()
    personal = {name: columns.pop(name) for name in ("name", "email", "phone") if name in columns}
    given = {"reference": new_code(), "status": Status.BOOKED, "desks": columns.get("party_size", 1),
             "ends_at": starts_at + timedelta(minutes=service.minutes), "language": "en",
             "created_at": TUESDAY, **columns}  # fmt: skip
    appointment = Appointment(
        station_id=station.id,
        service_id=service.id,
        starts_at=starts_at,
        token_hash=link_hash(token),
        **given,
    )
    appointment.token = token
    for name, value in ({"name": "Maria Example", "email": "maria@example.org"} | personal).items():
        setattr(appointment, name, value)
    save(appointment)
    return appointment


def give(appointment: Appointment, *items: str) -> None:
    """Write down that these things were handed over at a visit."""
    rows = (
        HandoverItem(appointment_id=appointment.id, item_code=item, given_at=TUESDAY, given_by="mei")
        for item in items
    )
    save(*rows)


# --- staff -------------------------------------------------------------------------------------


def build_user(
    username: str | None = None, *, password: str = PASSWORD, stations: Any = (), **columns: Any
) -> User:
    """Build a clerk with the password PASSWORD, working at these stations."""
    username = username or f"user-{next(_number)}"
    given = {"name": username.title(), "role": Role.CLERK, "created_at": TUESDAY, **columns}
    user = User(username=username, password_hash=HASHER.hash(password), **given)
    save(user)
    save(*(StaffAssignment(user_id=user.id, station_id=station.id) for station in stations))
    return user
