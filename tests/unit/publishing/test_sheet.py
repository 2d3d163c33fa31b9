"""A file of points goes out and comes back as it was, whatever a spreadsheet made of it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.v1.sheet import is_formula
from app.publishing.cells import FIELDS
from app.publishing.sheet import MOST_BYTES, MOST_LINES, SheetUnfit, read, write

HOSTILE = ["=1+1", "+86 898 1", "-1", "@SUM(A1)", "\t=1", "＝1", " =cmd|' /C calc'!A0"]


def row(**cells: str) -> dict[str, str]:
    return {**dict.fromkeys(FIELDS, ""), "name_en": "Harbour", "phone_1": "0898-66750650", **cells}


def test_what_goes_out_comes_back():
    rows = {
        "harbour": row(name_zh="海口", notice_ru='Внимание; «сейчас», "да"'),
        "east": row(phone_2="12345"),
    }

    back = read(write(rows).encode())

    assert [line.slug for line in back] == ["harbour", "east"]
    assert [line.number for line in back] == [2, 3]
    for line in back:
        wanted = rows[line.slug]
        assert {name: cell for name, cell in line.cells.items() if name != "datum"} == {
            name: wanted[name] for name in line.cells if name != "datum"
        }


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_cell_runs_as_a_formula_and_none_changes_on_the_way_back(cell):
    text = write({"harbour": row(notice_en=cell)})
    written = next(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))["notice_en"]

    assert written == f"'{cell}"
    assert read(text.encode())[0].cells["notice_en"] == cell


APOSTROPHES = st.text("'=+ x\n", max_size=6)  # any text seldom begins like a formula
READABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@given(APOSTROPHES | READABLE)
def test_every_text_comes_back_exactly_and_none_is_a_formula_outside(cell):
    text = write({"harbour": row(notice_en=cell)})
    written = next(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))["notice_en"]

    assert read(text.encode())[0].cells["notice_en"] == cell
    assert not is_formula(written)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_files_are_read_as_spreadsheets_save_them(encoding, separator, ending):
    text = ending.join(separator.join(cells) for cells in (("slug", "name_zh"), ("harbour", "海口港")))

    line = read(text.encode(encoding))[0]

    assert (line.slug, line.cells) == ("harbour", {"name_zh": "海口港"})


UNFIT = {
    "empty": (b"", "no_slug"),
    "utf-16": ("slug,name_en\nx,y".encode("utf-16"), "not_text"),
    "zip": (b"PK\x03\x04" + b"\0" * 30, "not_text"),
    "no known letters": (b"slug\n\xff\xff\xff", "not_text"),
    "nul": (b"slug,name_en\nx,a\0b", "not_text"),
    "open quotation": (b'slug,name_en\nx,"never closed\n' + b"a" * 200, "not_csv"),
    "long field": (b'slug,name_en\nx,"' + b"a" * 131_073 + b'"', "not_csv"),
    "no slug": (b"name_en\nHarbour", "no_slug"),
    "unknown column": (b"slug,colour\nx,red", "unknown_column"),
    "column twice": (b"slug,name_en,name_en\nx,a,b", "column_twice"),
    "too many cells": (b"slug,name_en\nx,a,b", "too_many_cells"),
    "only a header": (b"slug,name_en\n\n,\n", "no_lines"),
    "too large": (b"slug\n" + b"x\n" * (MOST_BYTES // 2), "too_large"),
    "too many lines": (b"slug\n" + b"x\n" * (MOST_LINES + 1), "too_many_lines"),
}


@pytest.mark.parametrize(("data", "reason"), UNFIT.values(), ids=UNFIT)
def test_a_file_that_cannot_be_read_says_why(data, reason):
    with pytest.raises(SheetUnfit) as refused:
        read(data)

    assert refused.value.reason == reason


def test_a_photo_does_not_travel_in_a_file():
    assert "photo" not in read(write({"harbour": row(photo="abc")}).encode())[0].cells
    assert "photo" not in read(b"slug,photo\nharbour,abc")[0].cells
