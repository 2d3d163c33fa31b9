"""Uploaded lists: CSV, or the first sheet of an XLSX file, read within limits."""

import io
import zipfile
import zlib

from app.groups.reading import Row, read_csv, rows_of

MOST_BYTES = 500_000
MOST_UNPACKED = 10_000_000  # what a small file may become when it is unpacked
MOST_LINES, MOST_COLUMNS = 200, 6
# What the readers raise for a package that is damaged, locked, packed in another way or no workbook.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, AttributeError, EOFError, LookupError, OSError,
    RuntimeError, SyntaxError, TypeError,
)  # fmt: skip


def read_upload(name: str, content: bytes) -> list[Row]:
    """Return the rows of an uploaded list. Raises ValueError when it is too big or no such file."""
    if len(content) > MOST_BYTES:
        raise ValueError("too big")
    if content.startswith(b"PK") or name.lower().endswith((".xlsx", ".xlsm")):
        return _read_xlsx(content)
    return read_csv(content)


def _read_xlsx(content: bytes) -> list[Row]:
    from openpyxl import load_workbook  # noqa: PLC0415  it brings numpy, which few processes ever need

    try:
        _check_package(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines = sheet.iter_rows(max_row=MOST_LINES, max_col=MOST_COLUMNS, values_only=True)
        return rows_of([_text(cell) for cell in line] for line in lines)
    except UNREADABLE as error:
        raise ValueError("no such file") from error


def _check_package(content: bytes) -> None:
    """Refuse what would unpack to much more than a list, and XML that defines things of its own."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED or len(parts) > 200:
            raise ValueError("too big")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")) and b"<!" in package.read(part)[:2000]:
                raise ValueError("no such file")


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
