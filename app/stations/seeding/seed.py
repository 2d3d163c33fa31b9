"""Read the network from CSV files: stations and their facts, services, hours, the calendar, places."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.localtext import LocalText
from app.seeding.files import SeedRow, read_rows
from app.stations.hours.calendar import DAY_COLUMNS, DaySeed, read_day
from app.stations.limits import NO_LIMITS, Limits
from app.stations.models import CalendarStatus, Confidence, StationKind
from app.stations.party import PartyServed
from app.stations.reminder_rules import rule_from_text
from app.stations.seeding import facts
from app.stations.seeding.facts import Fact

_PLACE_NAMES = tuple(f"name_{language}" for language in ("en", "zh", "ru"))
_PLACE_POSITION = ("lat", "lon", "precision_m", "confidence", "source", "source_url", "licence", "note")
PLACE_COLUMNS = (
    "slug",
    *_PLACE_NAMES,
    *(f"district_{language}" for language in ("en", "zh", "ru")),
    "aliases",
    "category",
    *_PLACE_POSITION,
)
LIMITS = {"contact_visits": (1, 999), "case_share": (0, 100), "unproved_share": (0, 100)}  # least, most
STREET_COLUMNS = (
    "slug",
    *_PLACE_NAMES,
    "aliases",
    "stretch",
    "length_m",
    "numbers_seen",
    *_PLACE_POSITION,
)


@dataclass(frozen=True, slots=True)
class StationSeed:
    slug: str
    number: int
    kind: StationKind
    timezone: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class PeriodSeed:
    slug: str
    weekday: int
    opens: time
    closes: time
    desks: int
    confidence: Confidence
    source: str


@dataclass(frozen=True, slots=True)
class OfferSeed:
    slug: str
    service: str
    confidence: Confidence
    source: str


@dataclass(frozen=True, slots=True)
class YearSeed:
    year: int
    status: CalendarStatus
    source: str


@dataclass(frozen=True, slots=True)
class CodedSeed:
    """A row that is written as it stands, by its code or slug."""

    code: str
    columns: dict[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class NetworkSeed:
    """Everything the files say, checked."""

    stations: tuple[StationSeed, ...]
    services: tuple[CodedSeed, ...]
    offers: tuple[OfferSeed, ...]
    periods: tuple[PeriodSeed, ...]
    years: tuple[YearSeed, ...]
    days: tuple[DaySeed, ...]
    places: tuple[CodedSeed, ...]
    limits: tuple[tuple[str, Limits], ...]  # of a station by its slug; of the whole network by none


def read(folder: Path) -> NetworkSeed:
    """Read and check all files of the folder. Raises SeedError with the place of the first mistake."""
    stations = _read_stations(folder)
    services = _read_services(folder)
    slugs = {station.slug for station in stations}
    codes = {service.code for service in services}
    years = _read_years(folder)
    return NetworkSeed(
        stations,
        services,
        _read_offers(folder, slugs, codes),
        _read_periods(folder, slugs),
        years,
        _read_days(folder, {y.year for y in years if y.status is not CalendarStatus.UNPUBLISHED}),
        _read_places(folder),
        _read_limits(folder, slugs),
    )


def _read_stations(folder: Path) -> tuple[StationSeed, ...]:
    rows = read_rows(folder, "stations.csv", ("slug", "number", "kind", "timezone"), key=("slug",))
    found = _read_facts(folder, {row.required("slug") for row in rows})
    return tuple(_station(row, found[row.text("slug")]) for row in rows)


def _read_facts(folder: Path, slugs: set[str]) -> dict[str, list[Fact]]:
    columns = ("slug", "field", "value", "precision_m", "confidence", "source", "note", "checked_on")
    found: dict[str, list[Fact]] = defaultdict(list)
    for row in read_rows(folder, "station_facts.csv", columns, key=("slug", "field")):
        found[row.known("slug", slugs)].append(facts.fact_of(row))
    return found


def _station(row: SeedRow, found: list[Fact]) -> StationSeed:
    known = {fact.field for fact in found if fact.value}
    for needed in ("name_en", facts.POSITION):
        if needed not in known:
            raise row.error("slug", f"station_facts.csv has no {needed} for it")
    return StationSeed(
        row.required("slug", at_most=60),
        row.integer("number", least=1, most=999),
        row.choice("kind", StationKind),
        _timezone(row),
        tuple(found),
    )


def _timezone(row: SeedRow) -> str:
    name = row.required("timezone", at_most=40)
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise row.error("timezone", f"{name!r} is not a time zone") from None
    return name


def _read_services(folder: Path) -> tuple[CodedSeed, ...]:
    texts = (
        f"{text}_{language}" for text in ("name", "description", "cost") for language in ("en", "zh", "ru")
    )
    lengths = ("minutes", "lead_minutes", "horizon_days")
    rules = ("needs_case", *lengths, "max_party", "party_served", "reminder_plan")
    columns = ("code", *texts, *rules, "confidence", "note")
    rows = read_rows(folder, "services.csv", columns, key=("code",))
    return tuple(_service(row, position) for position, row in enumerate(rows, start=1))


def _service(row: SeedRow, position: int) -> CodedSeed:
    row.choice("confidence", Confidence)
    minutes = row.integer("minutes", least=5, most=480)
    if minutes % 5:
        raise row.error("minutes", f"{minutes} is not a multiple of five")
    columns = {
        "position": position,
        "name": row.whole_text("name"),
        "description": row.whole_text("description"),
        "cost": row.local_text("cost") or None,
        "needs_case": row.truth("needs_case"),
        "minutes": minutes,
        "lead_minutes": row.integer("lead_minutes", least=0, most=60 * 24 * 60),
        "horizon_days": row.integer("horizon_days", least=1, most=366),
        "max_party": row.integer("max_party", least=1, most=30),
        "party_served": row.choice("party_served", PartyServed),
        "reminder_plan": _reminders(row),
    }
    return CodedSeed(row.required("code", at_most=40), columns)


def _reminders(row: SeedRow) -> list[dict[str, Any]]:
    texts = row.items("reminder_plan")
    try:
        return [rule_from_text(text).as_dict() for text in texts]
    except ValueError:
        raise row.error("reminder_plan", "is not a list of reminders like 1d@10:00>3h;120m sms") from None


def _read_offers(folder: Path, slugs: set[str], codes: set[str]) -> tuple[OfferSeed, ...]:
    columns = ("slug", "service", "confidence", "source")
    rows = read_rows(folder, "station_services.csv", columns, key=("slug", "service"))
    return tuple(
        OfferSeed(
            row.known("slug", slugs),
            row.known("service", codes),
            row.choice("confidence", Confidence),
            row.text("source"),
        )
        for row in rows
    )


def _read_periods(folder: Path, slugs: set[str]) -> tuple[PeriodSeed, ...]:
    columns = ("slug", "weekday", "opens", "closes", "desks", "confidence", "source")
    rows = read_rows(folder, "opening_periods.csv", columns, key=("slug", "weekday", "opens"))
    return tuple(_period(row, slugs) for row in rows)


def _period(row: SeedRow, slugs: set[str]) -> PeriodSeed:
    opens, closes = row.clock_time("opens"), row.clock_time("closes")
    if opens >= closes:
        raise row.error("closes", f"{closes:%H:%M} is not after {opens:%H:%M}")
    return PeriodSeed(
        row.known("slug", slugs),
        row.integer("weekday", least=0, most=6),
        opens,
        closes,
        row.integer("desks", least=1, most=200),
        row.choice("confidence", Confidence),
        row.text("source"),
    )


def _read_years(folder: Path) -> tuple[YearSeed, ...]:
    rows = read_rows(folder, "calendar_years.csv", ("year", "status", "source"), key=("year",))
    return tuple(
        YearSeed(
            row.integer("year", least=2020, most=2100),
            row.choice("status", CalendarStatus),
            row.required("source"),
        )
        for row in rows
    )


def _read_days(folder: Path, years: set[int]) -> tuple[DaySeed, ...]:
    rows = read_rows(folder, "calendar_days.csv", DAY_COLUMNS, key=("day",))
    return tuple(read_day(row, years) for row in rows)


def _read_places(folder: Path) -> tuple[CodedSeed, ...]:
    rows = read_rows(folder, "gazetteer.csv", PLACE_COLUMNS, key=("slug",))
    streets = read_rows(folder, "streets.csv", STREET_COLUMNS, key=("slug",))
    places = (*map(read_place, rows), *map(_street, streets))
    twice = {place.code for place in places[len(rows) :]} & {place.code for place in places[: len(rows)]}
    for row in streets:
        if row.text("slug") in twice:
            raise row.error("slug", "gazetteer.csv has this slug, too")
    return places


def read_place(row: SeedRow) -> CodedSeed:
    """Return a place of the gazetteer as its row says it."""
    columns = {
        **_named_position(row),
        "category": row.required("category", at_most=40),
        "district": row.local_text("district"),
    }
    return CodedSeed(row.required("slug", at_most=60), columns)


def _street(row: SeedRow) -> CodedSeed:
    length = row.integer("length_m", least=0, most=100_000)
    columns = {
        **_named_position(row),
        "category": "street",
        "district": LocalText(),
        "stretch": _stretch(row),
        "length_m": length or None,
    }
    return CodedSeed(row.required("slug", at_most=60), columns)


def _named_position(row: SeedRow) -> dict[str, Any]:
    row.required("name_en")
    return {
        "name": row.local_text("name"),
        "aliases": row.items("aliases"),
        "lat": row.decimal("lat", least=-90, most=90),
        "lon": row.decimal("lon", least=-180, most=180),
        "precision_m": row.integer("precision_m", least=0, most=100_000),
        "confidence": row.choice("confidence", Confidence),
        "source": " ".join(filter(None, (row.required("source"), row.text("source_url")))),
        "licence": row.required("licence"),
    }


def _stretch(row: SeedRow) -> list[list[float]] | None:
    try:
        points = [[float(part) for part in item.split()] for item in row.items("stretch")]
        known = [[lat, lon] for lat, lon in points if abs(lat) <= 90 and abs(lon) <= 180]
    except ValueError:
        known = []
    if len(known) != len(row.items("stretch")) or len(known) == 1:
        raise row.error(
            "stretch", "is not a list of two or more positions like 20.031 110.302;20.042 110.329"
        )
    return known or None


def _read_limits(folder: Path, slugs: set[str]) -> tuple[tuple[str, Limits], ...]:
    columns = ("station", *LIMITS, "confidence", "note")
    rows = read_rows(folder, "booking_limits.csv", columns, key=("station",))
    return tuple((row.known("station", slugs) if row.text("station") else "", _limits(row)) for row in rows)


def _limits(row: SeedRow) -> Limits:
    row.choice("confidence", Confidence)
    said: dict[str, Any] = {
        name: row.integer(name, least=least, most=most)
        for name, (least, most) in LIMITS.items()
        if row.text(name)
    }
    return replace(NO_LIMITS, **said)
