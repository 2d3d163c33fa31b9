"""Read rows from CSV files; every complaint names the file, the line and the column."""

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from app.localtext import LANGUAGES, LocalText
from app.typed import read_day, read_number, read_time

V = TypeVar("V")
E = TypeVar("E", bound=StrEnum)

MOST_ROWS = 100_000


class SeedError(Exception):
    """A file cannot be loaded as it stands; the text says where and why."""

    def __init__(self, file: str, line: int | None, column: str | None, problem: str) -> None:
        self.file, self.line, self.column, self.problem = file, line, column, problem
        where = [file]
        if line is not None:
            where.append(f"line {line}")
        if column is not None:
            where.append(f"column {column}")
        super().__init__(f"{', '.join(where)}: {problem}")


class SeedRow:
    """One line of a file. Each reader checks its cell and complains with its place."""

    def __init__(self, file: str, line: int, cells: dict[str, str]) -> None:
        self.file = file
        self.line = line
        self._cells = cells

    def error(self, column: str, problem: str) -> SeedError:
        return SeedError(self.file, self.line, column, problem)

    def text(self, column: str, *, at_most: int = 1000) -> str:
        value = self._cells[column]
        if len(value) > at_most:
            raise self.error(column, f"is longer than {at_most} signs")
        return value

    def required(self, column: str, *, at_most: int = 1000) -> str:
        value = self.text(column, at_most=at_most)
        if not value:
            raise self.error(column, "is empty")
        return value

    def local_text(self, column: str) -> LocalText:
        """Read the columns `<column>_en`, `_zh` and `_ru`; each may be empty."""
        return LocalText(*(self.text(f"{column}_{language}") for language in LANGUAGES))

    def whole_text(self, column: str) -> LocalText:
        """Read a text that must be there in every language."""
        return LocalText(*(self.required(f"{column}_{language}") for language in LANGUAGES))

    def integer(self, column: str, *, least: int, most: int) -> int:
        number = self._parsed(column, read_number, "is not a whole number")
        if not least <= number <= most:
            raise self.error(column, f"{number} is not between {least} and {most}")
        return number

    def decimal(self, column: str, *, least: float, most: float) -> float:
        number = self._parsed(column, float, "is not a number")
        if not least <= number <= most:
            raise self.error(column, f"{number} is not between {least:g} and {most:g}")
        return number

    def choice(self, column: str, choices: type[E]) -> E:
        return self._parsed(column, choices, f"is not one of {', '.join(choices)}")

    def truth(self, column: str) -> bool:
        value = self.required(column)
        if value not in ("yes", "no"):
            raise self.error(column, f"{value!r} is not yes or no")
        return value == "yes"

    def day(self, column: str) -> date:
        return self._parsed(column, read_day, "is not a day like 2026-10-01")

    def find_day(self, column: str) -> date | None:
        return self.day(column) if self.text(column) else None

    def clock_time(self, column: str) -> time:
        return self._parsed(column, read_time, "is not a time like 14:30")

    def items(self, column: str) -> list[str]:
        """Read a list written with semicolons."""
        return [item.strip() for item in self.text(column).split(";") if item.strip()]

    def known(self, column: str, names: Iterable[str]) -> str:
        """Read a name that another file must have introduced."""
        value = self.required(column)
        if value not in names:
            raise self.error(column, f"{value!r} is not known")
        return value

    def _parsed(self, column: str, parse: Callable[[str], V], problem: str) -> V:
        value = self.required(column)
        try:
            return parse(value)
        except ValueError:
            raise self.error(column, f"{value!r} {problem}") from None


def read_rows(folder: Path, file: str, columns: Iterable[str], *, key: Iterable[str]) -> list[SeedRow]:
    """Read a file that has exactly these columns, in any order; `key` columns tell its rows apart."""
    return rows_of(_text_of(folder, file), file, columns, key=key)


def rows_of(text: str, file: str, columns: Iterable[str], *, key: Iterable[str]) -> list[SeedRow]:
    """Read the text of such a file; `file` is what complaints call it."""
    rows = _rows(text, file, set(columns))
    key = tuple(key)
    first_seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        name = tuple(row.text(column) for column in key)
        if name in first_seen:
            raise row.error(key[-1], f"{' '.join(name)} is in line {first_seen[name]} already")
        first_seen[name] = row.line
    return rows


def _text_of(folder: Path, file: str) -> str:
    try:
        return (folder / file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SeedError(file, None, None, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SeedError(file, line, None, "is not UTF-8 text") from error


def _rows(text: str, file: str, columns: set[str]) -> list[SeedRow]:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        header = next(reader, [])
        _check_header(file, header, columns)
        return [_row(file, reader.line_num, header, cells) for cells in reader if cells]
    except csv.Error as error:
        raise SeedError(file, reader.line_num, None, f"is not CSV: {error}") from error


def _check_header(file: str, header: list[str], columns: set[str]) -> None:
    for name in header:
        if header.count(name) > 1 or name not in columns:
            raise SeedError(file, 1, name, "is there twice" if name in columns else "is not expected")
    for name in sorted(columns.difference(header)):
        raise SeedError(file, 1, name, "is missing")


def _row(file: str, line: int, header: list[str], cells: list[str]) -> SeedRow:
    if len(cells) != len(header):
        raise SeedError(file, line, None, f"has {len(cells)} cells, the header has {len(header)}")
    if line > MOST_ROWS:
        raise SeedError(file, line, None, f"is past the limit of {MOST_ROWS} lines")
    for name, cell in zip(header, cells, strict=True):
        if "\x00" in cell:
            raise SeedError(file, line, name, "has a NUL sign")
    return SeedRow(file, line, {name: cell.strip() for name, cell in zip(header, cells, strict=True)})
