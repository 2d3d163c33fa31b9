"""The facts about a station, one per row of station_facts.csv."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.localtext import LANGUAGES, LocalText
from app.seeding.files import SeedRow
from app.stations.geography.distance import Point
from app.stations.models import Confidence

TEXTS = ("name", "full_name", "address", "district")
POSITION = "position"
HOURS = "opening_hours"
BOOKABLE_HOURS = "bookable_hours"
STEP_FREE = "step_free"
LAST_NUMBER = "last_number_minutes"  # minutes before closing
LONGEST_LAST_NUMBER = 240
_PHONE = re.compile(r"phone_[1-9](_label_(en|zh|ru))?")
_FIELDS = {
    *(f"{text}_{language}" for text in TEXTS for language in LANGUAGES),
    POSITION,
    HOURS,
    STEP_FREE,
    LAST_NUMBER,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known, or known to be unknown, about a station."""

    field: str
    value: str
    confidence: Confidence
    source: str = ""
    note: str = ""
    checked_on: date | None = None
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    number: str
    label: LocalText


def fact_of(row: SeedRow) -> Fact:
    """Read one fact; an empty value and `not_found` need each other."""
    name = row.required("field")
    if name not in _FIELDS and not _PHONE.fullmatch(name):
        raise row.error("field", f"{name!r} is not a field of a station")
    confidence = row.choice("confidence", Confidence)
    value = row.text("value")
    if bool(value) == (confidence is Confidence.NOT_FOUND):
        raise row.error("confidence", "must be not_found where the value is empty, and only there")
    if name != POSITION and row.text("precision_m"):
        raise row.error("precision_m", "belongs to a position only")
    if name == STEP_FREE and value not in ("", "yes", "no"):
        raise row.error("value", f"{value!r} is not yes or no")
    if name == LAST_NUMBER and value:
        row.integer("value", least=0, most=LONGEST_LAST_NUMBER)
    return Fact(
        name,
        value,
        confidence,
        row.text("source"),
        row.text("note"),
        row.find_day("checked_on"),
        _point(row) if name == POSITION else None,
    )


def _point(row: SeedRow) -> Point:
    precision = row.integer("precision_m", least=0, most=100_000)
    try:
        lat, lon = map(float, row.required("value").split())
        return Point(lat, lon, precision)
    except ValueError:
        raise row.error("value", "is not a latitude and a longitude like 20.04017 110.32387") from None


def text_of(facts: Iterable[Fact], name: str, before: LocalText) -> LocalText:
    """Return the text in all languages; those without a fact stay as they were before."""
    values = {fact.field: fact.value for fact in facts}
    texts = before.as_dict()
    for language in LANGUAGES:
        texts[language] = values.get(f"{name}_{language}", texts[language])
    return LocalText.from_dict(texts)


def phones_of(facts: Iterable[Fact]) -> list[Phone]:
    """Return the telephones in the order of their numbers in the file."""
    values = {fact.field: fact.value for fact in facts if fact.value}
    names = sorted(name for name in values if re.fullmatch(r"phone_[1-9]", name))
    return [
        Phone(
            values[name], LocalText(*(values.get(f"{name}_label_{language}", "") for language in LANGUAGES))
        )
        for name in names
    ]
