"""The stations as CSV, safe to open in a spreadsheet. PURE."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from io import StringIO
from typing import Any

from app.localtext import LANGUAGES

BYTE_ORDER_MARK = "\ufeff"  # tells a spreadsheet that this is UTF-8
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FACTS = ("name", "full_name", "address", "district", "phone", "position", "opening_hours", "step_free")
PLAIN = (
    "precision_m", "position_confirmed_on", "hours_confirmed_on", "step_free", "timezone"
)  # fmt: skip
COLUMNS = (
    "slug", "number", "kind",
    *(f"{text}_{language}" for text in ("name", "address") for language in LANGUAGES),
    "district", "lat", "lon", *PLAIN, "phones", "services", "languages",
    *(f"last_verified_{fact}" for fact in FACTS),
)  # fmt: skip


def write(rows: Iterable[Mapping[str, Any]], *, for_machines: bool) -> Iterator[str]:
    """Yield the rows as CSV with a header; for people, cells that would run as formulas are disarmed."""
    if not for_machines:
        yield BYTE_ORDER_MARK
    yield _line(COLUMNS)
    for row in rows:
        cells = [_written(row[column]) for column in COLUMNS]
        yield _line(cells if for_machines else map(safe, cells))


def _line(cells: Iterable[str]) -> str:
    line = StringIO(newline="")
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()


def row_of(facts: Mapping[str, Any], verified: Mapping[str, date]) -> dict[str, Any]:
    """Return one station's cells from what the JSON says of it and the days its facts were checked."""
    row = {name: facts[name] for name in ("slug", "number", "kind", "district", "lat", "lon", *PLAIN)}
    for language in LANGUAGES:
        row[f"name_{language}"] = facts["names"][language]
        row[f"address_{language}"] = facts["addresses"][language]
    row["phones"] = "; ".join(phone["number"] for phone in facts["phones"])
    row["services"] = "; ".join(facts["services"])
    row["languages"] = "; ".join(facts["languages"])
    for fact in FACTS:
        row[f"last_verified_{fact}"] = _oldest(fact, verified)
    return row


def _oldest(fact: str, verified: Mapping[str, date]) -> date | None:
    """Return the oldest day of the fact's parts: its languages, the telephones one by one."""
    parts = {fact, *(f"{fact}_{language}" for language in LANGUAGES), *(f"{fact}_{n}" for n in range(1, 10))}
    return min((day for field, day in verified.items() if field in parts), default=None)


def safe(cell: str) -> str:
    """Return the cell with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if is_formula(cell) else cell


def is_formula(cell: str) -> bool:
    """Return whether a spreadsheet might run the cell."""
    return cell.lstrip(" \u3000\u00a0").startswith(FORMULA_SIGNS)


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace("\0", "")
