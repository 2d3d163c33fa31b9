"""A service point as a row of text cells: what the form, the file, a draft and the history are made of.

A cell's text is always in the one form that `cells_of` writes, so that two cells are equal when they
mean the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.localtext import LANGUAGES, LocalText
from app.stations.models import Confidence, Station, StationFact

Cells = dict[str, str]

TEXTS = ("name", "full_name", "address", "district", "notice")
MOST_PHONES = 9  # as many as the facts of a station can name
# What a source, a confidence and a day of checking are kept for, each with the facts it is made of.
GROUPS = (
    "name",
    "full_name",
    "address",
    "district",
    "position",
    "phones",
    "opening_hours",
    "languages",
    "step_free",
)
ORIGINS = ("confidence", "source", "checked_on")
FOR_ADMINISTRATORS = ("number", "kind")
SLUG = "slug"
NEEDED = ("number", "kind", "position", "precision_m")  # and the name in one language


def localised(name: str) -> tuple[str, ...]:
    return tuple(f"{name}_{language}" for language in LANGUAGES)


def phone_cells(number: int) -> tuple[str, ...]:
    """Return the cells of one telephone: its number, then its label in each language."""
    return (f"phone_{number}", *localised(f"phone_{number}_label"))


PHONES = tuple(cell for n in range(1, MOST_PHONES + 1) for cell in phone_cells(n))
FIELDS = (
    *FOR_ADMINISTRATORS,
    *(cell for text in TEXTS for cell in localised(text)),
    "position",
    "precision_m",
    *PHONES,
    "services",
    "languages",
    "step_free",
    "last_number_minutes",
    "photo",
    *localised("photo_alt"),
    *(f"{group}_{origin}" for group in GROUPS for origin in ORIGINS),
)


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """One changed cell."""

    field: str
    before: str
    after: str


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[ChangedCell]:
    """Return the cells that differ, in the order of FIELDS; a missing cell is an empty one."""
    pairs = ((field, before.get(field, ""), after.get(field, "")) for field in FIELDS)
    return [ChangedCell(*pair) for pair in pairs if pair[1] != pair[2]]


def changed_only(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Cells, Cells]:
    """Return the cells that differ, as they were and as they are."""
    found = differences(before, after)
    return {d.field: d.before for d in found}, {d.field: d.after for d in found}


def cells_of(station: Station) -> Cells:
    """Return all cells of a station."""
    cells = {"number": str(station.number), "kind": station.kind}
    for text in TEXTS:
        cells |= text_cells(text, getattr(station, text))
    cells["position"] = position_cell(station.lat, station.lon)
    cells["precision_m"] = str(station.precision_m)
    for number in range(1, MOST_PHONES + 1):
        cells |= _phone(station, number)
    cells["services"] = list_cell(offer.service.code for offer in station.offers)
    cells["languages"] = list_cell(station.languages or ())
    cells["step_free"] = {None: "", True: "yes", False: "no"}[station.step_free]
    last = station.last_number_minutes
    cells["last_number_minutes"] = "" if last is None else str(last)
    cells["photo"] = station.photo or ""
    cells |= text_cells("photo_alt", station.photo_alt)
    return cells | origin_cells(station)


def text_cells(name: str, value: LocalText | None) -> Cells:
    texts = (value or LocalText()).as_dict()
    return {f"{name}_{language}": texts[language] for language in LANGUAGES}


def text_of(cells: Mapping[str, str], name: str) -> LocalText:
    return LocalText(*(cells.get(cell, "") for cell in localised(name)))


def is_complete(cells: Mapping[str, str]) -> bool:
    """Say whether the cells are enough for a point; those of a draft that was just begun are not."""
    return bool(text_of(cells, "name")) and all(cells.get(name) for name in NEEDED)


def position_cell(lat: float, lon: float) -> str:
    """Return WGS-84 degrees to a tenth of a metre, as they are typed."""
    return f"{_short(lat)}, {_short(lon)}"


def _short(degrees: float) -> str:
    return f"{degrees:.6f}".rstrip("0").rstrip(".")


def position_of(cells: Mapping[str, str]) -> tuple[float, float]:
    lat, lon = cells["position"].split(", ")
    return float(lat), float(lon)


def list_cell(items: Iterable[str]) -> str:
    return "; ".join(sorted(items))


def list_of(cell: str) -> list[str]:
    return [item for item in cell.split("; ") if item]


def _phone(station: Station, number: int) -> Cells:
    if number > len(station.phones):
        return dict.fromkeys(phone_cells(number), "")
    phone = station.phones[number - 1]
    return {f"phone_{number}": phone.number, **text_cells(f"phone_{number}_label", phone.label)}


# --- where facts come from ---------------------------------------------------------------------


def fact_fields(group: str) -> tuple[str, ...]:
    """Return the names of the facts that one group of origins speaks for."""
    if group == "phones":
        return PHONES
    return localised(group) if group in TEXTS else (group,)


def origin_cells(station: Station) -> Cells:
    """Return the origins of each group, and nothing where the facts of a group do not agree."""
    known = {fact.field: fact for fact in station.facts}
    cells: Cells = {}
    for group in GROUPS:
        found = [known[field] for field in fact_fields(group) if field in known]
        for origin in ORIGINS:
            cells[f"{group}_{origin}"] = _common(origin, found)
    cells["position_checked_on"] = day_cell(station.position_confirmed_on)
    cells["opening_hours_checked_on"] = day_cell(station.hours_confirmed_on)
    return cells


def _common(origin: str, facts: Iterable[StationFact]) -> str:
    values = {_written(getattr(fact, origin)) for fact in facts}
    value = values.pop() if len(values) == 1 else ""
    return "" if value == Confidence.NOT_FOUND else value


def _written(value: str | date | None) -> str:
    return day_cell(value) if isinstance(value, date) else value or ""


def day_cell(day: date | None) -> str:
    return day.isoformat() if day else ""


def day_of(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def filled_phones(cells: Mapping[str, str]) -> Iterator[tuple[str, LocalText]]:
    """Yield number and label of each telephone, in order, without the gaps."""
    for number in range(1, MOST_PHONES + 1):
        if cells.get(f"phone_{number}"):
            yield cells[f"phone_{number}"], text_of(cells, f"phone_{number}_label")


def closed_up(cells: Mapping[str, str]) -> Cells:
    """Return the cells with the telephones moved up over empty rows."""
    closed = dict(cells)
    closed |= dict.fromkeys(PHONES, "")
    for number, (phone, label) in enumerate(filled_phones(cells), start=1):
        closed |= {f"phone_{number}": phone, **text_cells(f"phone_{number}_label", label)}
    return closed
