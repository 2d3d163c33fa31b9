"""Typed cells, checked and brought into the one form in which cells are compared."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from babel.core import Locale, UnknownLocaleError
from flask_babel import gettext as _

from app.errors import DomainError
from app.publishing import cells
from app.publishing.cells import FIELDS, GROUPS, NEEDED, PHONES, Cells
from app.publishing.wording import field_label
from app.stations.geography.places import find_position
from app.stations.models import Confidence, StationKind
from app.typed import read_day
from app.wording import sentence

LONGEST = {"name": 80, "full_name": 200, "address": 300, "district": 80, "notice": 500, "photo_alt": 200}
LONGEST_LABEL, LONGEST_PHONE, LONGEST_SOURCE = 80, 40, 1000
LARGEST_NUMBER, LARGEST_PRECISION = 30_000, 100_000
FIRST_DAY = date(2000, 1, 1)
RESERVED_SLUGS = ("new", "sheet")
# Line ends and signs that nobody sees: they break headers and turn the reading direction of a whole page.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")
_TURNING = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PHONE = re.compile(r"[+0-9][0-9 ()/.,;*#-]*[0-9]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")
# As spreadsheets write days after they were opened and saved.


class CellUnfit(Exception):
    """A cell cannot be used; `words` says why and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


@dataclass
class CheckedCells:
    """All cells, those that are wrong as typed; and what is wrong, by cell."""

    cells: Cells
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownNetwork:
    """What the cells are checked against."""

    services: frozenset[str]
    today: date


def check(typed: Mapping[str, str], published: Mapping[str, str], known: KnownNetwork) -> CheckedCells:
    """Return the typed cells over the published ones, checked. Cells that were not typed stay as they are."""
    checked = CheckedCells(dict(published))
    datum = clean(typed.get("datum", "")) or "wgs84"
    for name in FIELDS:
        if name not in typed:
            continue
        text = clean(typed[name])
        checked.cells[name] = text
        try:
            checked.cells[name] = _position(text, datum) if name == "position" else _read(name, text, known)
        except CellUnfit as unfit:
            checked.problems[name] = unfit.words
        except DomainError as refusal:
            checked.problems[name] = sentence(refusal)
    _check_together(checked)
    if not checked.problems:
        checked.cells = _settled(checked.cells, published)
    return checked


def clean(text: str) -> str:
    """Return the text in one line, without signs that nobody sees."""
    return _UNSEEN.sub(" ", _TURNING.sub("", text)).strip()


def check_slug(text: str) -> str:
    """Return the short name of a new point. Raises Unfit."""
    slug = clean(text).lower()
    if not _SLUG.fullmatch(slug) or len(slug) > 60 or slug in RESERVED_SLUGS:
        raise CellUnfit(_("The address uses a to z, digits and hyphens, for example “jiangdong-east”."))
    return slug


def _read(name: str, text: str, known: KnownNetwork) -> str:
    for suffix, read in _BY_SUFFIX.items():
        if name.endswith(suffix) and name.removesuffix(suffix) in GROUPS:
            return read(text, known)
    if name in _BY_NAME:
        return _BY_NAME[name](text, known)
    if name in PHONES:
        return _phone(name, text)
    return _within(text, LONGEST.get(name.rsplit("_", 1)[0], 64))


def _within(text: str, most: int) -> str:
    if len(text) > most:
        raise CellUnfit(_("This text is too long. Use at most %(most)s signs.", most=most))
    return text


def _whole(text: str, least: int, most: int) -> str:
    if not (text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most):
        raise CellUnfit(_("Enter a whole number from %(least)s to %(most)s.", least=least, most=most))
    return str(int(text))


def _kind(text: str, _known: KnownNetwork) -> str:
    if text not in set(StationKind):
        raise CellUnfit(_("Choose one of: %(choices)s.", choices=", ".join(StationKind)))
    return text


def _position(text: str, datum: str) -> str:
    point = find_position(text, datum=datum)
    if point is None:
        raise CellUnfit(_("Write latitude and longitude, for example 20.0402, 110.3239."))
    return cells.position_cell(point.lat, point.lon)


def _items(text: str) -> list[str]:
    return sorted({item.strip() for item in re.split(r"[;,，；]", text) if item.strip()})


def _services(text: str, known: KnownNetwork) -> str:
    for code in _items(text):
        if code not in known.services:
            raise CellUnfit(_("We do not have the service “%(code)s”.", code=code[:60]))
    return cells.list_cell(_items(text))


def _languages(text: str, _known: KnownNetwork) -> str:
    for code in _items(text):
        if not _is_language(code):
            raise CellUnfit(
                _("We do not know the language “%(code)s”. Write codes like en; zh; ru.", code=code[:20])
            )
    return cells.list_cell(_items(text))


def _is_language(code: str) -> bool:
    if not _LANGUAGE.fullmatch(code):  # Babel reads "en.anything" as English.
        return False
    try:
        Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return False
    return True


def _step_free(text: str, _known: KnownNetwork) -> str:
    if text.lower() not in ("", "yes", "no"):
        raise CellUnfit(_("Write yes or no, or leave it empty when nobody knows."))
    return text.lower()


def _phone(name: str, text: str) -> str:
    if "label" in name:
        return _within(text, LONGEST_LABEL)
    if text and (not _PHONE.fullmatch(text) or len(text) > LONGEST_PHONE):
        raise CellUnfit(_("This is not a phone number. Use digits, for example 0898-12345678."))
    return text


def _confidence(text: str, _known: KnownNetwork) -> str:
    allowed = [c for c in Confidence if c is not Confidence.NOT_FOUND]
    if text and text not in allowed:
        raise CellUnfit(_("Choose one of: %(choices)s.", choices=", ".join(allowed)))
    return text


def _source(text: str, _known: KnownNetwork) -> str:
    if re.match(r"(javascript|data|vbscript)\s*:", text, re.IGNORECASE):
        raise CellUnfit(_("A source is a text or a web address that starts with https://."))
    return _within(text, LONGEST_SOURCE)


def _day(text: str, known: KnownNetwork) -> str:
    if not text:
        return ""
    try:
        day = read_day(text)
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= known.today:
        raise CellUnfit(_("Enter a day up to today, for example %(day)s.", day=known.today.isoformat()))
    return day.isoformat()


_BY_SUFFIX: dict[str, Callable[[str, KnownNetwork], str]] = {
    "_confidence": _confidence,
    "_source": _source,
    "_checked_on": _day,
}
_BY_NAME: dict[str, Callable[[str, KnownNetwork], str]] = {
    "number": lambda text, _known: _whole(text, 1, LARGEST_NUMBER),
    "kind": _kind,
    "precision_m": lambda text, _known: _whole(text, 0, LARGEST_PRECISION),
    "last_number_minutes": lambda text, _known: _whole(text, 0, 240) if text else "",
    "services": _services,
    "languages": _languages,
    "step_free": _step_free,
}


def _check_together(checked: CheckedCells) -> None:
    """Look at what cells must have together."""
    found = checked.cells
    if not cells.text_of(found, "name"):
        checked.problems.setdefault("name_en", _("Write the name in one language at least."))
    for needed in NEEDED:
        if not found.get(needed):
            checked.problems.setdefault(needed, _("%(field)s: this is needed.", field=field_label(needed)))
    if found.get("photo") and not cells.text_of(found, "photo_alt"):
        words = _("Say what the photo shows, in one language at least, for people who do not see it.")
        checked.problems.setdefault("photo_alt_en", words)


def _settled(found: Cells, published: Mapping[str, str]) -> Cells:
    """Return the cells with what follows from each other: a moved pin is not confirmed any more."""
    settled = cells.closed_up(found)
    moved = any(settled[name] != published.get(name, "") for name in ("position", "precision_m"))
    if moved and settled["position_checked_on"] == published.get("position_checked_on", ""):
        settled["position_checked_on"] = ""
    if not settled["photo"]:
        settled |= dict.fromkeys(cells.localised("photo_alt"), "")
    return settled
