"""A file of the bureaus is read in each of its encodings; all else is named with its line."""

import io
import zipfile

import pytest

from app.intake.sheet import MOST_ROWS, SheetRefused, decode, read_sheet

HEADER = "number,version,name,passport,employer\n"
ROW = "HK-0001,1,Анна Петрова,E1234567,海口科技\n"
TEXT = HEADER + ROW


def problem(content: bytes) -> tuple[str, int, str]:
    with pytest.raises(SheetRefused) as refused:
        read_sheet(content)
    found = refused.value.problem
    return found.code, found.line, found.column


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("cases.csv", TEXT)
    return file.getvalue()


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_every_encoding_gives_the_same_rows(encoding: str, named: str) -> None:
    sheet = read_sheet(TEXT.encode(encoding))

    assert sheet.encoding == named
    (row,) = sheet.rows
    assert row.cells == {
        "number": "HK-0001", "version": "1", "name": "Анна Петрова", "passport": "E1234567",
        "employer": "海口科技",
    }  # fmt: skip


def test_chinese_headers_and_other_delimiters_are_read() -> None:
    sheet = read_sheet("申请编号;版本;姓名;护照号码\r\nHK-0001;1;Anna;E1234567\r\n\r\n".encode("gb18030"))

    assert [row.cells["number"] for row in sheet.rows] == ["HK-0001"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ("empty", 0, "")),
        (b" \n\n ", ("empty", 0, "")),
        (HEADER.encode(), ("no_rows", 0, "")),
        (zipped(), ("zipped", 0, "")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1" + b"x" * 100, ("old_excel", 0, "")),
        (b"%PDF-1.7 x", ("pdf", 0, "")),
        (TEXT.encode("utf-16-le"), ("nul", 1, "")),  # no mark says that it is UTF-16
        ((HEADER + "HK-0001,1,An\0na,E1234567,x\n").encode(), ("nul", 2, "")),
        (HEADER.encode() + b"HK-0001,1,Jos\xe9,E1234567,x\n", ("encoding", 2, "")),
        (TEXT.encode("utf-16")[:-1], ("encoding", 2, "")),
        (b"number,version,name\nHK-0001,1,Anna\n", ("column_missing", 1, "passport")),
        (b"number,version,name,passport,name\n1,1,a,b,c\n", ("column_twice", 1, "name")),
        ((HEADER + 'HK-0001,1,"Anna,E1234567,x\n').encode(), ("quote_open", 2, "")),
        ((HEADER + f'HK-0001,1,"{"x" * 131_073}",E1234567,x\n').encode(), ("cell_too_long", 2, "")),
        ((HEADER + f'HK-0001,1,"{"x" * 200_000}').encode(), ("cell_too_long", 2, "")),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes, expected: tuple[str, int, str]) -> None:
    assert problem(content) == expected


def test_a_million_lines_are_too_many() -> None:
    content = HEADER.encode() + b"A,1,B,C,D\n" * 1_000_000

    assert problem(content) == ("too_many_rows", MOST_ROWS + 2, "")


def test_a_line_with_other_cells_than_the_header_is_kept_as_wrong() -> None:
    sheet = read_sheet((TEXT + "HK-0002,1,Anna\n").encode())

    assert [(row.line, row.cells is None) for row in sheet.rows] == [(2, False), (3, True)]


def test_columns_that_nobody_knows_are_told() -> None:
    assert read_sheet(b"number,version,name,passport,mood\nA,1,B,C1,D\n").columns[-1] == "mood"


def test_too_much_is_not_decoded() -> None:
    with pytest.raises(SheetRefused) as refused:
        decode(b"a" * (40 * 1024 * 1024 + 1))
    assert refused.value.problem.code == "too_large"
