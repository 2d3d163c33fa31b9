"""flask calendar …"""

from pathlib import Path

import click

from app import clock
from app.cli.plain import Commands
from app.db import transact
from app.errors import DomainError
from app.i18n import in_language
from app.planning import operations
from app.planning.edits import CalendarEdit
from app.planning.effects import EditedPlan, Effect, effect_of
from app.seeding.files import SeedError
from app.stations.hours import calendar
from app.stations.hours.calendar import CalendarDifference, DaySeed, YearCalendar, difference
from app.stations.models import CalendarStatus
from app.stations.queries import list_stations
from app.wording import sentence

group = Commands("calendar", help="The official calendar: public holidays and make-up workdays, by year.")


@group.command("list")
def list_years() -> None:
    """List the years, their state and their source."""
    for year in calendar.list_years():
        click.echo(f"{year.year}  {year.status}  {len(year.days)} days  {year.source}")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--year", type=click.IntRange(2020, 2100), required=True, help="The year of the notice.")
@click.option("--source", required=True, help="Where the notice can be read.")
@click.option("--complete", is_flag=True, help="It lacks holidays of another year, and is complete.")
@click.option("--yes", is_flag=True, help="Save without asking.")
def import_year(file: Path, year: int, source: str, complete: bool, yes: bool) -> None:
    """Import the notice of a year from a CSV file with the columns of seed_data/calendar_days.csv.

    First it shows every difference and how many booked visits lose their desk. Nobody is moved: those
    visits stay booked and stand on the call list of their day board.
    """
    try:
        days = calendar.read_notice(file.read_text(encoding="utf-8-sig"), year)
    except (SeedError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    known = calendar.read_year(year)
    edit = CalendarEdit(YearCalendar(year, CalendarStatus.OFFICIAL, source, days))
    if edit.year == known:
        click.echo("Nothing to change.")
        return
    missing = calendar.missing_holidays(edit.year, calendar.list_years())
    if missing and not complete:
        names = ", ".join(name.en for name in missing)
        raise click.ClickException(f"These holidays are missing: {names}. If the notice has none: --complete")
    _tell(difference(known, edit.year), _effect(edit))
    if not yes:
        click.confirm("Save?", abort=True)
    try:
        transact(operations.save_calendar, edit, known.fingerprint, "command line", now=clock.now())
    except DomainError as refusal:
        with in_language("en"):
            raise click.ClickException(sentence(refusal)) from refusal
    click.echo(f"{year} is saved.")


def _effect(edit: CalendarEdit) -> Effect:
    changes = [EditedPlan.of(station, edit) for station in list_stations()]
    return effect_of(changes, now=clock.now())


def _tell(found: CalendarDifference, effect: Effect) -> None:
    for sign, days in (("+", found.added), ("-", found.removed), ("~", [new for _old, new in found.changed])):
        for day in days:
            click.echo(f"{sign} {_line(day)}")
    click.echo(f"{len(effect.touched)} booked visits lose their desk.")
    for one in effect.touched:
        click.echo(
            f"  {one.visit.reference}  {one.visit.station.slug}  {one.visit.starts_at:%Y-%m-%d %H:%M} UTC"
        )


def _line(day: DaySeed) -> str:
    works = "" if day.works_as is None else f" (works as weekday {day.works_as})"
    return f"{day.day.isoformat()} {day.kind} {day.name.en}{works}"
