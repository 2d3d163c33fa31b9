"""flask seed demo: made-up people on the real network, so that a first look shows a working day.

Everything here is marked as demo and never loads in production. Loading again adds nothing but,
when everybody of the demo has booked, one more person who is ready to collect.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from app import clock
from app.accounts.models import Role, User
from app.accounts.operations import NewUser, create_user
from app.appointments.availability import free_times
from app.appointments.booking import operations
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.models import Appointment
from app.cases.models import Case
from app.cases.operations import NewCase, open_case
from app.cases.queries import get_visit_type
from app.cases.states import LegState, Permit
from app.cli.demo.cases import add_cases
from app.db import db, transact
from app.staff.models import StaffAssignment
from app.stations import queries as stations
from app.stations.hours import plans
from app.stations.models import CalendarStatus, CalendarYear

PASSWORD = "calm-harbour-demo"  # noqa: S105 - printed at every start, for made-up people only
COLLECT = "collect-permits"


@dataclass(frozen=True)
class Colleague:
    username: str
    name: str
    role: Role
    station_slugs: tuple[str, ...]
    bureau: str | None = None


COLLEAGUES = (
    Colleague("mei", "Mei (demo clerk)", Role.CLERK, ("central-window",)),
    Colleague("tom", "Tom (demo manager)", Role.MANAGER, ("central-window", "fuxingcheng")),
    Colleague("ada", "Ada (demo administrator)", Role.ADMINISTRATOR, ()),
    Colleague("lin", "Lin (demo, decides work permits)", Role.CLERK, (), "foreign-experts"),
    Colleague("gao", "Gao (demo, decides residence permits)", Role.CLERK, (), "exit-entry"),
)

# Name, passport, language: invented; the passport numbers follow no country's rule.
READY = (
    ("ANNA PETROVA", "X00014821", "ru"),
    ("JOHN OKAFOR", "X00025937", "en"),
    ("MARIA DA SILVA SANTOS", "X00031148", "en"),
    ("KIM MINSEO", "X00048652", "zh"),
)
# Who comes next, each once, when all of those have booked.
LATER = (
    ("AMINA BELLO", "X00094410", "en"),
    ("VIKTOR ORLOV", "X00095521", "ru"),
    ("HANA SUZUKI", "X00096632", "zh"),
    ("LUCAS MOREAU", "X00097743", "en"),
    ("SOFIA ROSSI", "X00098854", "en"),
    ("ALEKSEI LEBEDEV", "X00099965", "ru"),
)
BOOKED = (("DMITRI SOKOLOV", "X00052290", "ru"), ("EMMA WILSON", "X00067413", "en"))
WAITING = (("PIERRE LAURENT", "X00073386", "en"),)
VISITORS = (
    ("fuxingcheng", "recruitment-advice", "Chen Hao"),
    ("fuxingcheng", "permit-advice", "Sara Lindqvist"),
    ("meilan", "permit-advice", "Nguyễn Thị Lan"),
)


class NotInProduction(click.ClickException):
    def __init__(self) -> None:
        super().__init__("Demo data never loads in production.")


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Load made-up staff, cases and visits, and print how to sign in. Refused in production."""
    settings = current_app.extensions["settings"]
    if settings.production:
        raise NotInProduction
    now = clock.now()
    transact(_ensure_calendar, now.year)
    if db.session.scalar(select(User.id).where(User.demo)) is None:
        transact(_add_staff, now=now)
        transact(_add_cases, now=now)
        transact(add_cases, now=now)
        _add_visits(now=now)
    link, code, last4 = transact(_ready_case, now=now)
    _tell(settings.public_url, link, code, last4)


def _ensure_calendar(year: int) -> None:
    """Let the demo run in a year whose holidays are not imported: a made-up year without holidays."""
    known = db.session.get(CalendarYear, year)
    if known is None:
        known = CalendarYear(year=year, status=CalendarStatus.UNPUBLISHED, source="")
        db.session.add(known)
    if known.status == CalendarStatus.UNPUBLISHED:
        known.status, known.source = CalendarStatus.DEMO, "made up for the demo: no public holidays"
        plans.raise_all_versions()


def _add_staff(*, now: datetime) -> None:
    for colleague in COLLEAGUES:
        new = NewUser(colleague.username, colleague.name, colleague.role, PASSWORD, demo=True)
        user = create_user(replace(new, bureau=colleague.bureau), now=now)
        db.session.flush()
        for slug in colleague.station_slugs:
            station = stations.get_station(slug)
            db.session.add(StaffAssignment(user_id=user.id, station_id=station.id))


def _add_cases(*, now: datetime) -> None:
    for name, passport, language in (*READY, *BOOKED):
        _open(name, passport, language, now=now)
    for name, passport, language in WAITING:
        _open(name, passport, language, LegState.IN_REVIEW, now=now)


def _open(
    name: str, passport: str, language: str, residence: LegState = LegState.APPROVED, *, now: datetime
) -> Case:
    return open_case(
        NewCase(
            visit_type=get_visit_type("work-and-residence"),
            full_name=name,
            passport=passport,
            language=language,
            email=f"demo-{passport[-4:]}@example.org",
            papers_station=stations.get_station("central-window"),
            legs={Permit.WORK: LegState.APPROVED, Permit.RESIDENCE: residence},
            demo=True,
        ),
        now=now,
    )


def _add_visits(*, now: datetime) -> None:
    """Book visits near enough that a reminder is due as soon as the worker starts."""
    long_ago = now - timedelta(days=4)
    names = {name for name, _, _ in BOOKED}
    for case in db.session.scalars(select(Case).where(Case.demo)).all():
        if case.full_name in names:
            contact = Contact()
            _book("central-window", COLLECT, contact, case, now=now, booked_at=long_ago)
    for slug, service, name in VISITORS:
        contact = Contact(name, f"demo-{slug}@example.org")
        _book(slug, service, contact, None, now=now, booked_at=now)


def _book(
    slug: str, service_code: str, contact: Contact, case: Case | None, *, now: datetime, booked_at: datetime
) -> None:
    station, service = stations.get_station(slug), stations.get_service(service_code)
    free = free_times.soonest(station, service, count=1, now=now)
    if not free:
        return  # A long holiday: the demo has no visit, and the pages say why.
    request = holds.HoldRequest(slug, service_code, free[0].interval.start, case_id=case.id if case else None)
    kept = transact(holds.hold, request, now=booked_at)
    language = case.language if case else "en"
    booking = operations.BookingRequest(kept.public_id, f"demo:{kept.public_id}", contact, language)
    transact(operations.book, booking, now=booked_at)


def _ready_case(*, now: datetime) -> tuple[str, str, str]:
    """Return the keys of a case that may be booked; opens the next one, and never one person's twice.

    When nobody is left, these are the keys of the last one, whose page shows the visit.
    """
    people = {person[0]: person for person in (*READY, *LATER)}
    known = {c.full_name: c for c in _demo_cases() if c.full_name in people}
    booked = set(db.session.scalars(select(Appointment.case_id).where(Appointment.case_id.is_not(None))))
    case = next((known[name] for name in people if name in known and known[name].id not in booked), None)
    if case is None:
        new = next((person for name, person in people.items() if name not in known), None)
        case = _open(*new, now=now) if new else known[LATER[-1][0]]
    return case.link, case.code, case.passport_last4


def _demo_cases() -> Sequence[Case]:
    """Return the cases of the demo without those of its made-up history."""
    return db.session.scalars(select(Case).where(Case.demo, Case.external_number.is_(None))).all()


def _tell(public_url: str, link: str, code: str, last4: str) -> None:
    click.echo("")
    click.echo(f"  Pages            {public_url}/")
    click.echo(f"  Collection link  {public_url}/c/{link}")
    click.echo(f"  Collection code  {code[:4]} {code[4:]}   last 4 of the passport: {last4}")
    click.echo(f"  Staff            {public_url}/staff")
    for colleague in COLLEAGUES:
        click.echo(f"    {colleague.username:<6} {PASSWORD}   {colleague.name}")
    click.echo("")
