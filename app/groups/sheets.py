"""Uploaded lists: CSV, or the first sheet of an XLSX file, read no further than a list may go."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from app.groups.reading import MOST_COLUMNS, MOST_LINES, ListRow, read_csv, rows_of

MOST_BYTES = 500_000
MOST_UNPACKED = 4_000_000  # bytes that one part of a workbook is read of
MOST_ELEMENTS = 60_000  # of one part
MOST_PARTS = 500
CELL_SIGNS = 200  # more of a cell than any code has
# What the readers raise for a package that is damaged, locked, packed in another way or no workbook.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, ParseError, DefusedXmlException, EOFError, LookupError, OSError,
    RuntimeError, ValueError,
)  # fmt: skip


def read_upload(name: str, content: bytes) -> list[ListRow]:
    """Return the rows of an uploaded list. Raises ValueError when it is too big or no such file."""
    if len(content) > MOST_BYTES:
        raise ValueError("too big")
    if content.startswith(b"PK") or name.lower().endswith((".xlsx", ".xlsm")):
        return _read_xlsx(content)
    return read_csv(content)


def _read_xlsx(content: bytes) -> list[ListRow]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if len(package.infolist()) > MOST_PARTS:
                raise ValueError("too many parts")
            lines = list(_lines(package, _first_sheet(package)))
            numbers = {int(text) for line in lines for kind, text in line if kind == "s"}
            shared = _shared(package, numbers)
    except UNREADABLE as error:
        raise ValueError("no such file") from error
    return rows_of([shared.get(text, "") if kind == "s" else text for kind, text in line] for line in lines)


class _Bounded(io.RawIOBase):
    """A part of a package that ends in an error where it becomes too long."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part, self._left = part, MOST_UNPACKED

    def read(self, size: int = -1) -> bytes:
        data = self._part.read(min(size, 65_536) if size > 0 else 65_536)
        self._left -= len(data)
        if self._left < 0:
            raise ValueError("too big")
        return data


def _elements(package: zipfile.ZipFile, name: str) -> Iterator[tuple[str, Any]]:
    """Yield each element of a part, with its name, when it ends. Raises ValueError for too many."""
    begun = 0
    with package.open(name) as part:
        for event, element in iterparse(_Bounded(part), events=("start", "end"), forbid_dtd=True):
            begun += event == "start"
            if begun > MOST_ELEMENTS:
                raise ValueError("too many elements")
            if event == "end":
                yield element.tag.rpartition("}")[2], element


def _first_sheet(package: zipfile.ZipFile) -> str:
    """Return the name of the part that the first sheet of the workbook is in. Raises LookupError."""
    sheets = (element for name, element in _elements(package, "xl/workbook.xml") if name == "sheet")
    ids = [value for key, value in next(sheets, {}).items() if key.endswith("}id")]
    for _name, element in _elements(package, "xl/_rels/workbook.xml.rels"):
        if ids and element.get("Id") == ids[0]:
            target = str(element.get("Target"))
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise LookupError("no sheet")


def _lines(package: zipfile.ZipFile, sheet: str) -> Iterator[list[tuple[str, str]]]:
    """Yield the cells of each of the first lines: what kind of cell it is, and what stands there."""
    rows = (element for name, element in _elements(package, sheet) if name == "row")
    for row in islice(rows, MOST_LINES):
        yield [_cell(cell) for cell in islice(row, MOST_COLUMNS)]
        row.clear()


def _cell(cell: Any) -> tuple[str, str]:
    kind = cell.get("t", "n")
    text = _text_in(cell) if kind == "inlineStr" else cell.findtext("{*}v") or ""
    return kind, _plain_number(text) if kind == "n" else text[:CELL_SIGNS]


def _text_in(element: Any) -> str:
    """Return the text of an element, whose parts may each look different."""
    found = (part.text or "" for part in element.iter() if part.tag.endswith("}t"))
    return "".join(found)[:CELL_SIGNS]


def _plain_number(text: str) -> str:
    """Return a whole number without what a spreadsheet adds to it: 21.0 and 2.1E1 are 21."""
    try:
        number = float(text[:CELL_SIGNS])
    except ValueError:
        return text[:CELL_SIGNS]
    return str(int(number)) if number.is_integer() else text[:CELL_SIGNS]


def _shared(package: zipfile.ZipFile, numbers: set[int]) -> dict[str, str]:
    """Return those of the workbook's common texts that are asked for, by their number."""
    found: dict[str, str] = {}
    if not numbers:
        return found
    texts = (element for name, element in _elements(package, "xl/sharedStrings.xml") if name == "si")
    for number, element in enumerate(islice(texts, max(numbers) + 1)):
        if number in numbers:
            found[str(number)] = _text_in(element)
        element.clear()
    return found
