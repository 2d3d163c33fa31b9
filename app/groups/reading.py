"""From a pasted list to rows: a collection code and the last 4 signs of a passport on each line. PURE."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Self

from app.codes import NOT_IN_ALPHABET, UnreadableCode, read_code

MOST_ROWS = 30
MOST_SIGNS = 40
# How far a list is read: no further line could be booked, and no further field be a code.
MOST_LINES, MOST_COLUMNS, LONGEST_LINE = 200, 20, 2000
_SEPARATORS = re.compile(r"[\t,;|，；]")


@dataclass(frozen=True, slots=True)
class ListRow:
    """What stands on one line, as typed."""

    code: str
    last4: str

    @property
    def empty(self) -> bool:
        return not (self.code or self.last4)

    @property
    def same(self) -> tuple[str, str]:
        """Return what makes two rows the same, however they are written."""
        try:
            return read_code(self.code), self.last4.strip().upper()
        except UnreadableCode:
            return self.code, self.last4


@dataclass(frozen=True, slots=True)
class ListReading:
    """The rows of a list without empty and repeated ones, and how many were repeated."""

    rows: tuple[ListRow, ...]
    repeated: int = 0

    @property
    def too_many(self) -> bool:
        return len(self.rows) > MOST_ROWS

    def first(self, most: int) -> Self:
        return replace(self, rows=self.rows[:most])


def read_text(text: str) -> list[ListRow]:
    """Return the rows of a pasted list; tabs, commas, semicolons and blanks all separate."""
    return rows_of(_fields(line[:LONGEST_LINE]) for line in io.StringIO(text, newline=None))


def read_csv(content: bytes) -> list[ListRow]:
    """Return the rows of a CSV file as Excel and others write it. Raises ValueError when it is none."""
    text = _decoded(content)
    if "\0" in text:
        raise ValueError("no text")
    quoted = '"' in text
    if not quoted:
        return read_text(text)
    delimiter = max("\t;,", key=text.count)
    try:
        return rows_of(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise ValueError("no table") from error


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("no text")


def _fields(line: str) -> list[str]:
    fields = [field.strip() for field in _SEPARATORS.split(line, MOST_COLUMNS)]
    if len(fields) > 1:
        return fields
    words = line.split()
    # "HK7R 4M2P 4821": the last word is the passport's ending, what stands before it the code.
    return [" ".join(words[:-1]), words[-1]] if len(words) > 1 else words


def rows_of(lines: Iterable[Sequence[str]]) -> list[ListRow]:
    """Return the rows of a table: the first field that is a code, and the field after it."""
    found: list[ListRow] = []
    for line in islice(lines, MOST_LINES):
        fields = [field.strip()[:MOST_SIGNS] for field in line[:MOST_COLUMNS]]
        row = _row(fields)
        if not row.empty and not (not found and _is_heading(fields)):
            found.append(row)
    return found


def _row(fields: Sequence[str]) -> ListRow:
    at = next((i for i, field in enumerate(fields) if _is_code(field)), 0)
    code, last4 = (*fields[at : at + 2], "", "")[:2]
    return ListRow(code, _whole(last4))


def _whole(last4: str) -> str:
    """Return the ending with the zeros that a spreadsheet takes from the front of a number."""
    return last4.zfill(4) if last4.isascii() and last4.isdigit() else last4


def _is_code(text: str) -> bool:
    try:
        read_code(text)
    except UnreadableCode:
        return False
    return True


def _is_heading(fields: Sequence[str]) -> bool:
    """Say whether a first line names its columns: several fields, none a code or a passport's ending."""
    return len(fields) > 1 and not any(_is_code(field) or _is_ending(field) for field in fields)


def _is_ending(text: str) -> bool:
    return len(text) <= 4 and text.isalnum() and any(sign.isdigit() for sign in text)


def merged(rows: Iterable[ListRow]) -> ListReading:
    """Return each row once, in order."""
    given = [row for row in rows if not row.empty]
    kept = {row.same: row for row in reversed(given)}
    return ListReading(tuple(reversed(kept.values())), len(given) - len(kept))


def has_foreign_sign(code: str) -> bool:
    """Say whether the code was written with a sign that no code has, like 0 for O."""
    return bool(NOT_IN_ALPHABET & set(code.upper()))
