"""All points as one CSV file to change in a spreadsheet, and what such a file says when it comes back.

One line is one point. A column that is left out says nothing; an emptied cell empties what it stands for.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.api.v1.sheet import BYTE_ORDER_MARK, is_formula
from app.errors import DomainError
from app.publishing.cells import FIELDS, PHONES, SLUG, Cells, phone_cells

MOST_BYTES = 1024 * 1024
MOST_LINES = 1000
DATUM = "datum"
# A photo cannot be carried by a spreadsheet.
NOT_IN_FILES = ("photo",)
ENCODINGS = ("utf-8-sig", "gb18030")


class SheetUnfit(DomainError):
    """The file cannot be read at all; `reason` says which way, `line` where."""

    code: ClassVar[str] = "sheet_unfit"
    status: ClassVar[int] = 400

    def __init__(self, reason: str, *, line: int = 0, name: str = "") -> None:
        super().__init__()
        self.reason, self.line, self.name = reason, line, name


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of a file: its number there, the point it is about, and its cells."""

    number: int
    slug: str
    cells: Cells


def columns(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the columns that a file of these rows needs: the telephones in use and room for one more."""
    used = max((n for row in rows for n in range(1, 10) if row.get(f"phone_{n}")), default=0)
    shown = {cell for n in range(1, min(used + 1, 9) + 1) for cell in phone_cells(n)}
    kept = [f for f in FIELDS if f not in NOT_IN_FILES and (f not in PHONES or f in shown)]
    after_position = kept.index("position") + 1
    return [SLUG, *kept[:after_position], DATUM, *kept[after_position:]]


def write(rows: Mapping[str, Cells]) -> str:
    """Return the points as CSV in UTF-8 with a byte order mark; no cell of it runs as a formula."""
    names = columns(rows.values())
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    for slug, cells in rows.items():
        row = {**cells, SLUG: slug, DATUM: "wgs84"}
        writer.writerow(_disarmed(row[name]) for name in names)
    return BYTE_ORDER_MARK + file.getvalue()


def read(data: bytes) -> list[SheetLine]:
    """Return the lines of a file as it came back. Raises SheetUnfit."""
    if len(data) > MOST_BYTES:
        raise SheetUnfit("too_large")
    rows = _rows(_decoded(data))
    header = [name.strip().lower() for name in rows[0][1]] if rows else []
    _check_header(header)
    if len(rows) - 1 > MOST_LINES:
        raise SheetUnfit("too_many_lines")
    lines = [_line(number, header, row) for number, row in rows[1:] if any(cell.strip() for cell in row)]
    if not lines:
        raise SheetUnfit("no_lines")
    return lines


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise SheetUnfit("not_text")  # UTF-16, a workbook, or a packed file
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetUnfit("not_text")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows with the number of their line; semicolons and tabs are understood too."""
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            rows.append((reader.line_num, row))
            if len(rows) > MOST_LINES + 1:
                break
    except csv.Error:
        raise SheetUnfit("not_csv", line=reader.line_num) from None
    return rows


def _check_header(header: Sequence[str]) -> None:
    if SLUG not in header:
        raise SheetUnfit("no_slug")
    for name in header:
        if name and name not in (SLUG, DATUM, *FIELDS):
            raise SheetUnfit("unknown_column", name=name[:60])
        if name and header.count(name) > 1:
            raise SheetUnfit("column_twice", name=name)


def _line(number: int, header: Sequence[str], row: Sequence[str]) -> SheetLine:
    if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
        raise SheetUnfit("too_many_cells", line=number)
    cells = {name: _plain(cell) for name, cell in zip(header, row, strict=False) if name}
    slug = cells.pop(SLUG, "").strip()
    return SheetLine(number, slug, {name: cell for name, cell in cells.items() if name not in NOT_IN_FILES})


def _disarmed(cell: str) -> str:
    """Return the cell with one more apostrophe before a formula, behind apostrophes too."""
    return f"'{cell}" if is_formula(cell.lstrip("'")) else cell


def _plain(cell: str) -> str:
    """Return the cell without the apostrophe that disarmed it."""
    return cell[1:] if cell.startswith("'") and is_formula(cell.lstrip("'")) else cell
