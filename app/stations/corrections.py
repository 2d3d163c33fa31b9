"""What people tell us is wrong about a station: written from its page, read and settled by its staff."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app import throttle
from app.codes import NAME_LENGTH, new_code
from app.db import db, transact
from app.errors import NotFound
from app.stations.models import Station, StationReport
from app.web.networks import address_block

MOST_SIGNS = 1000
MOST_CONTACT = 254
MOST_REPORTS = 5
WINDOW = timedelta(minutes=15)
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class NewReport:
    """What is wrong, and one way to ask back; the contact may be empty."""

    message: str
    contact: str
    language: str


def tell(station: Station, report: NewReport, *, address: str, now: datetime) -> None:
    """Keep a report for the staff. Raises TooManyTries for the sixth of one network in 15 minutes."""
    key = f"reports-from:{address_block(address)}"
    transact(throttle.count, key, window=WINDOW, now=now)
    throttle.check(key, limit=MOST_REPORTS + 1, now=now)
    transact(keep, station.id, report, now=now)


def keep(station_id: int, report: NewReport, *, now: datetime) -> None:
    """Write the report. Call inside `transact()`."""
    row = StationReport(
        public_id=new_code(NAME_LENGTH),
        station_id=station_id,
        language=report.language,
        created_at=now,
    )
    row.message = report.message
    row.contact = report.contact
    db.session.add(row)


def list_reports(stations: Iterable[Station], *, handled: bool) -> Sequence[StationReport]:
    """Return the reports about these stations: open ones oldest first, settled ones newest first."""
    settled = StationReport.handled_at.is_not(None)
    return db.session.scalars(
        select(StationReport)
        .where(StationReport.station_id.in_([s.id for s in stations]), settled if handled else ~settled)
        .order_by(StationReport.handled_at.desc() if handled else StationReport.created_at)
        .limit(MOST_LISTED)
    ).all()


def get_report(stations: Iterable[Station], report_id: int) -> StationReport:
    """Return the report if it is about one of these stations. Raises NotFound."""
    report = db.session.get(StationReport, report_id)
    if report is None or report.station_id not in {s.id for s in stations}:
        raise NotFound
    return report


def settle(report_id: int, *, username: str, now: datetime) -> None:
    """Mark the report as handled; the first who does so is remembered. Call inside `transact()`."""
    report = db.session.get(StationReport, report_id)
    if report is not None and report.handled_at is None:
        report.handled_at, report.handled_by = now, username
