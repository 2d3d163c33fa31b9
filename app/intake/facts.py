"""What one line or one request says of a case, read and checked."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Self, TypeVar

from babel.core import get_global

from app.appointments.contacts import EmailUnreadable, PhoneUnreadable, read_email, read_phone
from app.cases.states import LegState, Permit
from app.crypto import normalised
from app.intake.sheet import COLUMNS, SheetProblem
from app.localtext import LANGUAGES
from app.notifications.phone import is_reached
from app.typed import read_day

V = TypeVar("V")

MOST_NAME = 200
MOST_REASON = 1000
MOST_VERSION = 2**31 - 1
DEFAULT_VISIT_TYPE = "work-and-residence"
LEG_CELLS = ("state", "on", "reason")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2120, 12, 31)
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9/_.-]{3,59}")
_PASSPORT = re.compile(r"(?=.*\d)[A-Z0-9]{5,20}")
_MIXED = re.compile(r"[a-zA-Z][\u3400-\u9fff]|[\u3400-\u9fff][a-zA-Z]")
STATES = {
    **{state.value: state for state in LegState},
    "已受理": LegState.RECEIVED, "审查中": LegState.IN_REVIEW, "补正材料": LegState.PAPERS_ASKED,
    "已批准": LegState.APPROVED, "不予批准": LegState.REFUSED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LegFacts:
    """The state of a permit as its bureau tells it, and since when."""

    state: LegState
    on_day: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as the bureaus tell it. `number` is theirs; a higher `version` is newer."""

    number: str
    version: int
    name: str
    passport: str
    visit_type: str = DEFAULT_VISIT_TYPE
    nationality: str = ""
    language: str = "en"
    email: str = ""
    phone: str = ""
    received_on: date | None = None
    consented_on: date | None = None
    employer_code: str = ""
    employer: str = ""
    employer_registered_on: date | None = None
    papers_station: str = ""
    shelf: str = ""
    collect_before: date | None = None
    passport_expires_on: date | None = None
    legs: dict[Permit, LegFacts] = field(default_factory=dict)

    def told_of(self, permit: Permit) -> Self:
        """Return the facts with no other permit's state than this one's."""
        return replace(self, legs={permit: self.legs[permit]} if permit in self.legs else {})

    def as_text(self) -> str:
        """Return the facts as one JSON text, the same for the same facts."""
        return json.dumps(asdict(self), default=date.isoformat, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the facts of `as_text`."""
        values = json.loads(text)
        legs = {
            Permit(permit): LegFacts(LegState(leg["state"]), _iso(leg["on_day"]), leg["reason"])
            for permit, leg in values.pop("legs").items()
        }
        days = {name: _iso(values.pop(name, None)) for name in DAYS}
        return cls(**{**values, **days, "legs": legs})


DAYS = ("received_on", "consented_on", "employer_registered_on", "collect_before", "passport_expires_on")


@dataclass(frozen=True, slots=True)
class KnownTypes:
    """What a line may name: visit types, and for each the service points that hand it over.

    `permits` are those that the source tells; what a line says of another one is not read.
    """

    visit_types: Mapping[str, frozenset[str]]
    today: date
    encoding: str = "utf-8"
    permits: frozenset[Permit] = frozenset(Permit)
    retired: frozenset[str] = frozenset()  # service points that receive nobody any more

    def used_columns(self) -> list[str]:
        """Return the columns that are read."""
        others = {f"{permit}_{cell}" for permit in set(Permit) - self.permits for cell in LEG_CELLS}
        return [name for name in COLUMNS if name not in others]


def read_facts(
    cells: Mapping[str, str], known: KnownTypes, line: int = 0
) -> tuple[CaseFacts | None, list[SheetProblem]]:
    """Return the facts of one line and what is wrong with it; no facts when it cannot be taken."""
    reader = _Reader(cells, line)
    facts = CaseFacts(
        number=reader.read("number", _number, ""),
        version=reader.read("version", _version, 0),
        name=reader.read("name", lambda text: _name(text, known.encoding), ""),
        passport=reader.read("passport", _passport, ""),
        visit_type=reader.read(
            "visit_type", lambda text: _one_of(text, known.visit_types), DEFAULT_VISIT_TYPE
        ),
        nationality=reader.read("nationality", _country, ""),
        language=_language(cells.get("language", "")),
        email=reader.try_to_read("email", read_email, EmailUnreadable),
        phone=reader.try_to_read("phone", read_phone, PhoneUnreadable),
        employer_code=normalised(cells.get("employer_code", ""))[:40],
        employer=_line(cells.get("employer", ""))[:200],
        papers_station=cells.get("papers_station", ""),
        shelf=_line(cells.get("shelf", ""))[:40],
        legs=_legs(reader, known.permits),
        **{name: reader.read(name, _day, None) for name in DAYS},
    )
    for name in ("number", "version", "name", "passport"):
        if not cells.get(name):
            reader.complain("cell_empty", name)
    _check_together(facts, known, reader)
    fatal = any(not problem.warning for problem in reader.problems)
    return (None if fatal else facts), reader.problems


class _Reader:
    """Reads cells one by one and collects what is wrong with them."""

    def __init__(self, cells: Mapping[str, str], line: int) -> None:
        self._cells, self._line = cells, line
        self.problems: list[SheetProblem] = []

    def complain(self, code: str, column: str, *, warning: bool = False) -> None:
        self.problems.append(SheetProblem(code, self._line, column, warning))

    def read(self, column: str, parse: Callable[[str], V], otherwise: V) -> V:
        text = self._cells.get(column, "")
        if not text:
            return otherwise
        try:
            return parse(text)
        except ValueError as error:
            self.complain(str(error) if str(error) in CODES else "day_unfit", column)
            return otherwise

    def try_to_read(self, column: str, parse: Callable[[str], str], refusal: type[Exception]) -> str:
        """Read a contact; one that cannot be used is left out with a warning, the case is taken."""
        try:
            return parse(self._cells.get(column, ""))
        except refusal:
            self.complain(f"{column}_unfit", column, warning=True)
            return ""


def _legs(reader: _Reader, permits: frozenset[Permit]) -> dict[Permit, LegFacts]:
    legs = {}
    for permit in sorted(permits):
        state = reader.read(f"{permit}_state", _state, None)
        if state is not None:
            reason = reader.read(f"{permit}_reason", lambda text: _line(text)[:MOST_REASON], "")
            legs[permit] = LegFacts(state, reader.read(f"{permit}_on", _day, None), reason)
    return legs


def _check_together(facts: CaseFacts, known: KnownTypes, reader: _Reader) -> None:
    if facts.phone and not facts.email and not is_reached(facts.phone):
        reader.complain("phone_unreached", "phone", warning=True)
    if facts.papers_station in known.retired:
        reader.complain("station_retired", "papers_station")
    elif facts.papers_station and facts.papers_station not in known.visit_types.get(facts.visit_type, ()):
        reader.complain("station_unknown", "papers_station")
    days = {"received_on": facts.received_on, "consented_on": facts.consented_on}
    days |= {f"{permit}_on": leg.on_day for permit, leg in facts.legs.items()}
    for column, day in days.items():
        if day and day > known.today:
            reader.complain("day_ahead", column)
    for permit, leg in facts.legs.items():
        if leg.on_day and facts.received_on and leg.on_day < facts.received_on:
            reader.complain("day_before_receipt", f"{permit}_on")


CODES = {
    "number_unfit", "version_unfit", "name_unfit", "name_mixed", "passport_unfit", "country_unknown",
    "state_unknown", "visit_type_unknown", "day_unfit",
}  # fmt: skip


def _number(text: str) -> str:
    number = unicodedata.normalize("NFKC", text).upper().strip()
    if not _NUMBER.fullmatch(number):
        raise ValueError("number_unfit")
    return number


def _version(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 11 and 1 <= int(text) <= MOST_VERSION):
        raise ValueError("version_unfit")
    return int(text)


def _name(text: str, encoding: str) -> str:
    name = _line(text)
    if not name or len(name) > MOST_NAME:
        raise ValueError("name_unfit")
    if encoding == "gb18030" and _MIXED.search(name):
        # Other encodings decode as GB18030 without a complaint, but into words like this.
        raise ValueError("name_mixed")
    return name


def _passport(text: str) -> str:
    number = normalised(text)
    if not _PASSPORT.fullmatch(number):
        raise ValueError("passport_unfit")
    return number


def _country(text: str) -> str:
    """Return the ISO 3166 code of two letters, from one of two or three letters or digits."""
    code = text.upper()
    aliases = get_global("territory_aliases")
    if len(code) == 3 and len(aliases.get(code, ())) == 1:
        code = aliases[code][0]
    if len(code) != 2 or code not in get_global("territory_currencies"):
        raise ValueError("country_unknown")
    return code


def _language(text: str) -> str:
    """Return one of our languages; people of others read English."""
    language = text.lower()[:2]
    return language if language in LANGUAGES else LANGUAGES[0]


def _state(text: str) -> LegState:
    found = STATES.get(text.lower().replace(" ", "_"))
    if found is None:
        raise ValueError("state_unknown")
    return found


def _one_of(text: str, known: Mapping[str, Any]) -> str:
    if text not in known:
        raise ValueError("visit_type_unknown")
    return text


def _day(text: str) -> date:
    day = read_day(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError("day_unfit")
    return day


def _line(text: str) -> str:
    """Return the text on one line, without control characters and marks that turn its direction."""
    return " ".join("".join(s for s in text if s.isprintable() or s.isspace()).split())


def _iso(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
