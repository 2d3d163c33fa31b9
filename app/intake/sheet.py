"""A file of the bureaus, from bytes to rows. PURE.

Every complaint names a line and a column, never what stands there: it may be a name or a number.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from app.errors import DomainError

MOST_ROWS = 100_000
MOST_BYTES = 40 * 1024 * 1024
REQUIRED = ("number", "version", "name", "passport")
OPTIONAL = (
    "visit_type", "nationality", "language", "email", "phone", "received_on", "consented_on",
    "employer_code", "employer", "employer_registered_on",
    "work_state", "work_on", "work_reason", "residence_state", "residence_on", "residence_reason",
    "papers_station", "shelf", "collect_before", "passport_expires_on",
)  # fmt: skip
COLUMNS = (*REQUIRED, *OPTIONAL)
# The headers of the bureaus' own files.
CHINESE = {
    "申请编号": "number", "版本": "version", "姓名": "name", "护照号码": "passport", "国籍": "nationality",
    "语言": "language", "电子邮箱": "email", "电话": "phone", "受理日期": "received_on",
    "同意日期": "consented_on", "统一社会信用代码": "employer_code", "用人单位": "employer",
    "单位登记日期": "employer_registered_on", "工作许可状态": "work_state", "工作许可日期": "work_on",
    "工作许可说明": "work_reason", "居留许可状态": "residence_state", "居留许可日期": "residence_on",
    "居留许可说明": "residence_reason", "领取地点": "papers_station", "架位": "shelf",
    "领取截止日期": "collect_before", "护照有效期至": "passport_expires_on", "办理类型": "visit_type",
}  # fmt: skip
_OTHER_KINDS = {
    b"PK\x03\x04": "zipped",
    b"PK\x05\x06": "zipped",
    b"\xd0\xcf\x11\xe0": "old_excel",
    b"%PDF": "pdf",
}


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """What is wrong with a file or a line. A `warning` does not keep the line out."""

    code: str
    line: int = 0
    column: str = ""
    warning: bool = False


class SheetRefused(DomainError):
    """The file as a whole cannot be read; `problem` says where and why."""

    code: ClassVar[str] = "sheet_refused"
    status = 422

    def __init__(self, problem: SheetProblem) -> None:
        super().__init__()
        self.problem = problem


@dataclass(frozen=True, slots=True)
class RawRow:
    """One line: its cells by column, or None where their number does not fit the header."""

    line: int
    cells: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A readable file: its columns, those that nobody knows too; `encoding` is how it was written."""

    encoding: str
    rows: list[RawRow]
    columns: tuple[str, ...]


def read_sheet(content: bytes) -> Sheet:
    """Return the rows of a CSV file. Raises SheetRefused."""
    text, encoding = decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [_column(name) for name in next(reader, [])]
        _check_header(header)
        rows = list(_rows(reader, header))
    except csv.Error as error:
        code = "cell_too_long" if "field limit" in str(error) else "quote_open"
        raise SheetRefused(SheetProblem(code, reader.line_num)) from None
    if not rows:
        raise SheetRefused(SheetProblem("no_rows"))
    return Sheet(encoding, rows, tuple(header))


def decode(content: bytes) -> tuple[str, str]:
    """Return the text and its encoding: UTF-8, UTF-16 with its mark, or GB18030. Raises SheetRefused."""
    if not content.strip():
        raise SheetRefused(SheetProblem("empty"))
    if len(content) > MOST_BYTES:
        raise SheetRefused(SheetProblem("too_large"))
    for mark, code in _OTHER_KINDS.items():
        if content.startswith(mark):
            raise SheetRefused(SheetProblem(code))
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not marked and b"\0" in content:
        raise SheetRefused(SheetProblem("nul", content[: content.index(b"\0")].count(b"\n") + 1))
    text, encoding = _decoded(content, ("utf-16",) if marked else ("utf-8-sig", "gb18030"))
    if "\0" in text:
        raise SheetRefused(SheetProblem("nul", text[: text.index("\0")].count("\n") + 1))
    return text, encoding


def _decoded(content: bytes, encodings: tuple[str, ...]) -> tuple[str, str]:
    line = 1
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
    raise SheetRefused(SheetProblem("encoding", line))


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _column(name: str) -> str:
    name = name.strip().strip("\ufeff")
    return CHINESE.get(name, name.lower().replace(" ", "_"))[:60]


def _check_header(header: list[str]) -> None:
    for name in REQUIRED:
        if name not in header:
            raise SheetRefused(SheetProblem("column_missing", 1, name))
    for name in header:
        if name in COLUMNS and header.count(name) > 1:
            raise SheetRefused(SheetProblem("column_twice", 1, name))


def _rows(reader: Iterator[list[str]], header: list[str]) -> Iterator[RawRow]:
    count = 0
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        line = reader.line_num  # type: ignore[attr-defined]
        if count > MOST_ROWS:
            raise SheetRefused(SheetProblem("too_many_rows", line))
        fits = len(cells) == len(header)
        yield RawRow(line, dict(zip(header, map(str.strip, cells), strict=True)) if fits else None)
