"""flask seed history: made-up cases of two half-years, as many as the bureaus once told.

109 units added and 432 permits approved in the first half of 2023, for people of 59 countries, and
355 permits in the first half of 2022: those are the published figures (seed_data/README.md). Who,
when and from where is invented, marked as demo, and never loads in production. The report counts
the rows; none of these numbers is written down in it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from app import clock
from app.appointments.models import Appointment, AppointmentEvent
from app.appointments.states import Status
from app.cases.models import Case, Employer
from app.cases.operations import NewCase, build_case
from app.cases.queries import get_visit_type
from app.cli.demo.day import COLLECT, NotInProduction
from app.codes import new_code
from app.crypto import link_hash
from app.db import db, transact
from app.reports.figures import half_year
from app.stations import queries as stations
from app.stations.models import Service, Station

FIRST_NUMBER = "DEMO-2022-0001"
COUNTRIES = (
    "RU", "US", "CA", "KR", "TH", "GB", "SG", "MY", "DE", "FR", "JP", "UA", "KZ", "PH", "IN", "AU", "IT",
    "ES", "BR", "ZA", "PK", "NG", "EG", "TR", "BY", "UZ", "KG", "ID", "VN", "MN", "NZ", "IE", "NL", "BE",
    "SE", "NO", "FI", "DK", "PL", "CZ", "RO", "RS", "PT", "GR", "CH", "AT", "HU", "MX", "CO", "AR", "CL",
    "PE", "GH", "KE", "ET", "MA", "TN", "LK", "NP",
)  # fmt: skip
SATURDAY = 5
FREQUENT = 10  # of the countries: most people come from these
UNFINISHED_SHARE = 0.02  # of the first visits, in which something was missing


@dataclass(frozen=True)
class Half:
    """One half-year to make up."""

    year: int
    permits: int
    units: int
    countries: int


HALVES = (Half(2022, 355, 88, 52), Half(2023, 432, 109, 59))


@click.command("history")
@with_appcontext
def history() -> None:
    """Load made-up cases of 2022 and 2023 for the reports. Refused in production."""
    if current_app.extensions["settings"].production:
        raise NotInProduction
    if db.session.scalar(select(Case.id).where(Case.external_number == FIRST_NUMBER)):
        click.echo("The history is there already.")
        return
    for half in HALVES:
        transact(_add_half, half, now=clock.now())
    click.echo("Loaded made-up cases of two half-years.")


def _add_half(half: Half, *, now: datetime) -> None:
    chance = random.Random(half.year)  # noqa: S311 - the same demo every time
    employers = list(_employers(half, chance))
    db.session.add_all(employers)
    station, service = stations.get_station("central-window"), stations.get_service(COLLECT)
    visit_type = get_visit_type("work-and-residence")
    for number in range(1, half.permits + 1):
        approved_on = _weekday(half.year, chance)
        new = NewCase(
            visit_type=visit_type,
            full_name=f"DEMO HOLDER {number:04}",
            passport=f"D{half.year % 100}{number:06}",
            language=chance.choice(("en", "en", "ru", "zh")),
            received_on=approved_on - timedelta(days=chance.randint(4, 11)),
            employer=chance.choice(employers),
            nationality=_country(number, half.countries, chance),
            external_number=f"DEMO-{half.year}-{number:04}",
            demo=True,
        )
        _add_case(build_case(new, now=now), approved_on, station, service, chance)


def _employers(half: Half, chance: random.Random) -> Iterator[Employer]:
    for number in range(1, half.units + 1):
        name = f"Demo Unit {half.year}-{number:03}"
        yield Employer(
            code=f"DEMO{half.year}{number:06}",
            name=name,
            name_folded=name.casefold(),
            registered_on=_weekday(half.year, chance),
            demo=True,
        )


def _weekday(year: int, chance: random.Random) -> date:
    return chance.choice([day for day in half_year(year, 1).days if day.weekday() < SATURDAY])


def _weekday_after(day: date, days: int) -> date:
    later = day + timedelta(days=days)
    return later + timedelta(days=7 - later.weekday()) if later.weekday() >= SATURDAY else later


def _country(number: int, countries: int, chance: random.Random) -> str:
    """Return each country once, then mostly the frequent ones."""
    if number <= countries:
        return COUNTRIES[number - 1]
    return COUNTRIES[min(chance.randrange(FREQUENT), chance.randrange(FREQUENT))]


def _add_case(
    case: Case, approved_on: date, station: Station, service: Service, chance: random.Random
) -> None:
    for leg in case.legs:
        leg.decided_on = leg.changed_on = approved_on
    case.papers_station_id = station.id
    case.ready_at = _at(approved_on, 16, 0)
    day = _weekday_after(approved_on, chance.randint(1, 5))
    came = _at(day, chance.randint(9, 11), 20 * chance.randint(0, 2))
    db.session.add(case)
    db.session.flush()
    if chance.random() < UNFINISHED_SHARE:
        _add_visit(case, station, service, came, Status.INCOMPLETE)
        came += timedelta(days=2)
    case.collected_at = came + timedelta(minutes=15)
    _add_visit(case, station, service, came, Status.COMPLETED)


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def _add_visit(case: Case, station: Station, service: Service, came: datetime, status: Status) -> None:
    token = new_code(20)
    visit = Appointment(
        reference=new_code(),
        station_id=station.id,
        service_id=service.id,
        case_id=case.id,
        status=status,
        starts_at=came,
        ends_at=came + timedelta(minutes=service.minutes),
        language=case.language,
        created_at=came - timedelta(days=1),
        token_hash=link_hash(token),
    )
    visit.token = token
    db.session.add(visit)
    db.session.flush()
    for kind, minutes in ((Status.CHECKED_IN, 0), (status, 15)):
        moment = came + timedelta(minutes=minutes)
        event = AppointmentEvent(appointment_id=visit.id, happened_at=moment, kind=kind, actor="demo")
        db.session.add(event)
