"""The rows of a station's plan as one JSON value and back, so that a change can be undone."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import delete, select

from app.db import Base, db
from app.localtext import LocalText
from app.stations.hours import calendar
from app.stations.hours.calendar import YearCalendar
from app.stations.models import Closure, DeskGroup, OpeningException, OpeningPeriod, Station

PLAN_TABLES: tuple[type[OpeningPeriod] | type[OpeningException] | type[Closure] | type[DeskGroup], ...] = (
    OpeningPeriod,
    OpeningException,
    Closure,
    DeskGroup,
)


def copy_of(station: Station, *, of_year: YearCalendar | None = None) -> dict[str, Any]:
    """Return everything that a change of this station's plan can write over; with it a year that changes."""
    confirmed = station.hours_confirmed_on
    copied: dict[str, Any] = {"hours_confirmed_on": confirmed.isoformat() if confirmed else None}
    for model in PLAN_TABLES:
        rows = db.session.scalars(
            select(model).where(model.station_id == station.id).order_by(*model.__mapper__.primary_key)
        )
        copied[model.__tablename__] = [_written(row) for row in rows]
    if of_year:
        copied["calendar"] = calendar.as_json(calendar.read_year(of_year.year))
    return copied


def put_back(station: Station, copied: dict[str, Any]) -> None:
    """Make the station's plan what it was when it was copied."""
    confirmed = copied["hours_confirmed_on"]
    station.hours_confirmed_on = date.fromisoformat(confirmed) if confirmed else None
    for model in PLAN_TABLES:
        db.session.execute(delete(model).where(model.station_id == station.id))
        db.session.flush()
        # A copy made before there were groups has none.
        db.session.add_all(model(**_read(model, row)) for row in copied.get(model.__tablename__, ()))
    if "calendar" in copied:
        calendar.write_year(calendar.from_json(copied["calendar"]))


def _written(row: Base) -> dict[str, Any]:
    # Without their ids: another station's rows may have got them by the time of an undo.
    names = (column.name for column in row.__table__.columns if column.name != "id")
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    return value.as_dict() if isinstance(value, LocalText) else value


def _read(model: type[Base], row: dict[str, Any]) -> dict[str, Any]:
    columns = model.__table__.columns
    return {name: _typed(columns[name].type.python_type, value) for name, value in row.items()}


def _typed(wanted: type, value: Any) -> Any:
    if value is None:
        return None
    if wanted in (datetime, date, time):
        return wanted.fromisoformat(value)
    return LocalText.from_dict(value) if wanted is LocalText else value
