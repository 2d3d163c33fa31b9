"""Write what the seed files say into the database. Call inside `transact()`.

Loading again changes nothing. What somebody confirmed later than the file says is kept, what staff
wrote by hand is kept, hours that a station already has and limits of the network are kept, and a row
that left its file is not deleted (but for holidays: the file is the whole calendar of its published
years).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import delete, select

from app.db import db
from app.localtext import LocalText
from app.seeding.upsert import Tallies, assign, upsert
from app.stations import limits
from app.stations.hours import plans
from app.stations.hours.calendar import DaySeed
from app.stations.limits import Limits, LimitsChange
from app.stations.models import (
    BookingLimits,
    CalendarDay,
    CalendarStatus,
    CalendarYear,
    Confidence,
    OpeningPeriod,
    Place,
    Service,
    Station,
    StationFact,
    StationPhone,
    StationService,
)
from app.stations.seeding import facts
from app.stations.seeding.facts import Fact, Phone
from app.stations.seeding.seed import CodedSeed, NetworkSeed, OfferSeed, PeriodSeed, StationSeed, YearSeed


def load(seed: NetworkSeed, tallies: Tallies, *, now: datetime) -> None:
    """Write everything; the tallies say what became of each table's rows."""
    stations = {s.slug: _load_station(s, tallies) for s in seed.stations}
    services = {s.code: _load_service(s, tallies) for s in seed.services}
    _load_offers(seed.offers, stations, services, tallies)
    _load_periods(seed.periods, stations, tallies)
    _load_calendar(seed.years, seed.days, tallies)
    load_places(seed.places, tallies)
    for slug, found in seed.limits:
        _load_limits(stations[slug].id if slug else None, found, tallies, now=now)


def load_places(places: Iterable[CodedSeed], tallies: Tallies) -> None:
    """Write the places; a thousand of them are read at once and not one by one."""
    known = {place.slug: place for place in db.session.scalars(select(Place))}
    tally = tallies.of(Place)
    for place in places:
        row = known.get(place.code)
        if row is None:
            db.session.add(Place(slug=place.code, **place.columns))
            tally.added += 1
        elif assign(row, place.columns):
            tally.changed += 1
        else:
            tally.unchanged += 1
    db.session.flush()


def _load_station(seed: StationSeed, tallies: Tallies) -> Station:
    tally = tallies.of(Station)
    station = db.session.scalar(select(Station).where(Station.slug == seed.slug))
    fresh = list(seed.facts if station is None else _fresh_facts(station, seed.facts))
    columns = {"number": seed.number, "kind": seed.kind, "timezone": seed.timezone}
    if station is not None and station.edited_at:
        columns = {}
    columns |= _columns(station, fresh)
    if station is None:
        station = Station(slug=seed.slug, **columns)
        _set_phones(station, facts.phones_of(fresh))
        db.session.add(station)
        db.session.flush()
        tally.added += 1
    elif assign(station, columns) | _set_phones(station, facts.phones_of(fresh)):
        tally.changed += 1
    else:
        tally.unchanged += 1
    for fact in fresh:
        _load_fact(station, fact, tallies)
    return station


def _fresh_facts(station: Station, found: Iterable[Fact]) -> Iterable[Fact]:
    """Leave out what staff wrote by hand, and what was confirmed later than the file was checked."""
    if station.edited_at:
        by_hand = {fact.field for fact in station.facts if fact.edited}
        found = [f for f in found if f.field not in by_hand and not f.field.startswith("phone_")]
    checked = {fact.field: fact.checked_on for fact in station.facts}
    checked[facts.POSITION] = station.position_confirmed_on or checked.get(facts.POSITION)
    checked[facts.HOURS] = station.hours_confirmed_on or checked.get(facts.HOURS)
    return [fact for fact in found if (fact.checked_on or date.min) >= (checked.get(fact.field) or date.min)]


def _columns(station: Station | None, fresh: list[Fact]) -> dict[str, object]:
    columns: dict[str, object] = {}
    for name in facts.TEXTS:
        before = LocalText() if station is None else getattr(station, name)
        columns[name] = facts.text_of(fresh, name, before)
    for fact in fresh:
        if fact.point:
            columns |= {"lat": fact.point.lat, "lon": fact.point.lon, "precision_m": fact.point.precision_m}
            columns["position_confirmed_on"] = fact.checked_on
        elif fact.field == facts.HOURS:
            columns["hours_confirmed_on"] = fact.checked_on
        elif fact.field == facts.STEP_FREE and fact.value:
            columns["step_free"] = fact.value == "yes"
        elif fact.field == facts.LAST_NUMBER and fact.value:
            columns["last_number_minutes"] = int(fact.value)
    return columns


def _set_phones(station: Station, phones: list[Phone]) -> bool:
    """Replace the telephones if they differ; none in the file says nothing about those we have."""
    if not phones or phones == [Phone(p.number, p.label) for p in station.phones]:
        return False
    station.phones = [
        StationPhone(number=phone.number, label=phone.label, position=position)
        for position, phone in enumerate(phones)
    ]
    return True


def _load_fact(station: Station, fact: Fact, tallies: Tallies) -> None:
    values = {
        "confidence": fact.confidence,
        "source": fact.source,
        "note": fact.note,
        "checked_on": fact.checked_on,
    }
    key = {"station_id": station.id, "field": fact.field}
    upsert(StationFact, key, values, tallies.of(StationFact))


def _load_service(seed: CodedSeed, tallies: Tallies) -> Service:
    """Load a service; reminders that staff changed since stay as staff wants them."""
    wanted = select(Service.reminder_version).where(Service.code == seed.code)
    changed = (db.session.scalar(wanted) or 1) > 1
    columns = {
        name: value for name, value in seed.columns.items() if not (changed and name == "reminder_plan")
    }
    return upsert(Service, {"code": seed.code}, columns, tallies.of(Service))


def _load_offers(
    offers: Iterable[OfferSeed], stations: dict[str, Station], services: dict[str, Service], tallies: Tallies
) -> None:
    for offer in offers:
        if stations[offer.slug].edited_at:
            continue  # its staff say what it offers
        key = {"station_id": stations[offer.slug].id, "service_id": services[offer.service].id}
        values = {"confidence": offer.confidence, "source": offer.source}
        upsert(StationService, key, values, tallies.of(StationService))


def _load_periods(periods: Iterable[PeriodSeed], stations: dict[str, Station], tallies: Tallies) -> None:
    by_slug: dict[str, list[PeriodSeed]] = defaultdict(list)
    for period in periods:
        by_slug[period.slug].append(period)
    tally = tallies.of(OpeningPeriod)
    for slug, given in by_slug.items():
        station = stations[slug]
        if db.session.scalar(select(OpeningPeriod.id).where(OpeningPeriod.station_id == station.id).limit(1)):
            tally.unchanged += len(given)
            continue
        _open(station, given)
        _load_fact(station, _bookable_hours(given[0]), tallies)
        tally.added += len(given)


def _open(station: Station, periods: Iterable[PeriodSeed]) -> None:
    db.session.add_all(
        OpeningPeriod(station_id=station.id, weekday=p.weekday, opens=p.opens, closes=p.closes, desks=p.desks)
        for p in periods
    )
    station.plan_version += 1


def _bookable_hours(period: PeriodSeed) -> Fact:
    """Return where the hours in which visits can be booked come from: they are not opening hours."""
    return Fact(facts.BOOKABLE_HOURS, "", Confidence(period.confidence), period.source)


def _load_calendar(years: Iterable[YearSeed], days: Iterable[DaySeed], tallies: Tallies) -> None:
    before = tallies.touched
    for year in years:
        _load_year(year, [day for day in days if day.day.year == year.year], tallies)
    if tallies.touched > before:
        db.session.flush()
        plans.raise_all_versions()


def _load_year(seed: YearSeed, days: list[DaySeed], tallies: Tallies) -> None:
    known = db.session.get(CalendarYear, seed.year)
    if known and known.status != CalendarStatus.UNPUBLISHED and seed.status is CalendarStatus.UNPUBLISHED:
        tallies.of(CalendarYear).unchanged += 1  # a year that was published meanwhile stays so
        return
    values = {"status": seed.status, "source": seed.source}
    upsert(CalendarYear, {"year": seed.year}, values, tallies.of(CalendarYear))
    tally = tallies.of(CalendarDay)
    tally.removed += _remove_other_days(seed.year, {day.day for day in days})
    for day in days:
        columns = {"kind": day.kind, "name": day.name, "works_as": day.works_as}
        upsert(CalendarDay, {"day": day.day}, columns, tally)


def _remove_other_days(year: int, kept: set[date]) -> int:
    of_year = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    known = set(db.session.scalars(select(CalendarDay.day).where(of_year)))
    gone = known - kept
    db.session.execute(delete(CalendarDay).where(CalendarDay.day.in_(gone)))
    return len(gone)


def _load_limits(station_id: int | None, found: Limits, tallies: Tallies, *, now: datetime) -> None:
    tally = tallies.of(BookingLimits)
    if limits.is_set(station_id, None):
        tally.unchanged += 1
        return
    limits.save(LimitsChange(station_id, None, found, "seed"), now=now)
    tally.added += 1
