"""Lists as people paste and upload them."""

import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from app.groups.reading import MOST_LINES, ListRow, merged, read_csv, read_text
from app.groups.sheets import MOST_BYTES, read_upload

HK = ListRow("HK7R4M2P", "4821")


@pytest.mark.parametrize(
    "text",
    ["HK7R4M2P\t4821", "HK7R4M2P,4821", "HK7R4M2P; 4821", "HK7R4M2P 4821", "  HK7R4M2P，4821  ",
     "Collection code,Last 4\nHK7R4M2P,4821", "领取码\t护照\nHK7R4M2P\t4821",
     "1;Anna Petrova;HK7R4M2P;4821", "\n\nHK7R4M2P\t4821\n\n"],
)  # fmt: skip
def test_all_that_separates_is_understood(text):
    rows = read_text(text)
    assert rows == [HK]


def test_a_code_written_in_two_parts_is_one_code():
    assert read_text("HK7R 4M2P 4821") == [ListRow("HK7R 4M2P", "4821")]
    assert read_text("HK7R 4M2P\t4821") == [ListRow("HK7R 4M2P", "4821")]


def test_a_row_that_is_no_code_stays_to_be_corrected():
    assert read_text("HK7R4M2P,4821\nHK7R4M0P,4821\nsomething") == [
        HK, ListRow("HK7R4M0P", "4821"), ListRow("something", ""),
    ]  # fmt: skip


def test_zeros_that_a_spreadsheet_took_come_back():
    assert read_text("HK7R4M2P,21") == [ListRow("HK7R4M2P", "0021")]


def test_repeated_rows_are_merged_and_counted():
    reading = merged([HK, ListRow("hk7r 4m2p", "4821"), ListRow("", ""), ListRow("ABCDEFGH", "1111")])
    assert reading.rows == (HK, ListRow("ABCDEFGH", "1111"))
    assert reading.repeated == 1


def test_more_than_thirty_are_too_many():
    rows = [ListRow(f"code{n}", "1") for n in range(31)]
    assert merged(rows).too_many
    assert not merged(rows[:30]).too_many


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_of_the_world(encoding):
    assert read_csv("领取码,护照\r\nHK7R4M2P,4821\r\n".encode(encoding)) == [HK]


def test_csv_with_quotes():
    assert read_csv(b'"Petrova, Anna";"HK7R4M2P";"4821"\r\n') == [HK]


def xlsx(*lines):
    book, file = Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.save(file)
    return file.getvalue()


def test_a_spreadsheet_is_read():
    content = xlsx(("Collection code", "Last 4"), ("HK7R4M2P", 4821), (None, None), ("ABCDEFGH", 21.0))
    assert read_upload("list.xlsx", content) == [HK, ListRow("ABCDEFGH", "0021")]


def zipped(name, content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.csv", b"x" * (MOST_BYTES + 1)),
        ("list.csv", b"\x00\x01\x02"),
        ("list.xlsx", b"no zip"),
        ("list.csv", zipped("bomb.txt", b"0" * 20_000_000)),
        ("list.xlsx", zipped("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>')),
        ("list.xlsx", zipped("other.txt", b"nothing of a spreadsheet")),
        ("list.xlsx", xlsx(("HK7R4M2P", 4821))[:500]),
    ],
)
def test_what_is_no_list_is_refused(name, content):
    with pytest.raises(ValueError, match=r"no such file|too big|no text|no table"):
        read_upload(name, content)


def test_of_a_long_list_no_more_is_read_than_can_be_corrected():
    lines = "".join(f"some {n};1\n" for n in range(30_000))
    assert len(read_csv(lines.encode())) == MOST_LINES
    assert len(read_csv(("x,1\n" + lines).encode())) == MOST_LINES
    assert len(read_csv(f'"a";1\n{lines}'.encode())) == MOST_LINES
    assert len(read_upload("list.xlsx", xlsx(*[(f"some {n}", 1) for n in range(300)]))) == MOST_LINES
    assert read_text("," * 400_000 + "HK7R4M2P,4821") == []


def test_a_sheet_is_found_where_the_workbook_says_and_a_text_in_parts_is_one():
    book, file = Workbook(), io.BytesIO()
    book.active.append(["other"])
    sheet = book.create_sheet("list", 0)
    sheet.append([CellRichText("HK7R", TextBlock(InlineFont(b=True), "4M2P")), "4821"])
    book.save(file)
    assert read_upload("list.xlsx", file.getvalue()) == [HK]


def _locked(content):
    """Set the mark of an encrypted part everywhere: in each part's head and in the list of parts."""
    return _marked(_marked(content, b"PK\x03\x04", 6, 1), b"PK\x01\x02", 8, 1)


def _marked(content, head, offset, value):
    changed, at = bytearray(content), -1
    while (at := changed.find(head, at + 1)) >= 0:
        changed[at + offset] = value
    return bytes(changed)


def _damaged(content):
    at = content.index(b"xl/workbook.xml") + 30
    return content[:at] + b"\xff" * 30 + content[at + 30 :]


@pytest.mark.parametrize(
    "spoil", [_locked, _damaged, lambda content: _marked(content, b"PK\x01\x02", 10, 99)]
)
def test_a_spreadsheet_that_is_locked_damaged_or_packed_in_another_way_is_refused(spoil):
    with pytest.raises(ValueError, match="no such file"):
        read_upload("list.xlsx", spoil(xlsx(("HK7R4M2P", 4821))))


def test_a_formula_is_text_and_nothing_more():
    assert read_text("=HYPERLINK(1),4821")[0].code == "=HYPERLINK(1)"
