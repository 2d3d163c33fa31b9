"""CSV files are read strictly, and every complaint says where."""

from pathlib import Path

import pytest

from app.seeding.files import SeedError, read_rows


def read(folder: Path, text: str | bytes):
    path = folder / "things.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_rows(folder, "things.csv", ("slug", "size"), key=("slug",))


def test_rows_come_with_their_line_numbers(tmp_path: Path) -> None:
    rows = read(tmp_path, 'size,slug\n1,a\n\n"2\n",b\n')
    assert [(r.text("slug"), r.text("size")) for r in rows] == [("a", "1"), ("b", "2")]
    assert [r.line for r in rows] == [2, 5]


def test_a_byte_order_mark_and_windows_line_ends_are_taken(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "\ufeffslug,size\r\na,1\r\n")
    assert row.text("size") == "1"


MISTAKES = {
    "an unknown column": (
        "slug,size,colour\na,1,red\n",
        "things.csv, line 1, column colour: is not expected",
    ),
    "a missing column": ("slug\na\n", "things.csv, line 1, column size: is missing"),
    "a column twice": ("slug,size,size\na,1,1\n", "things.csv, line 1, column size: is there twice"),
    "an empty file": ("", "things.csv, line 1, column size: is missing"),
    "too few cells": ("slug,size\na\n", "things.csv, line 2: has 1 cells, the header has 2"),
    "too many cells": ("slug,size\na,1,2\n", "things.csv, line 2: has 3 cells, the header has 2"),
    "the same key again": (
        "slug,size\na,1\nb,1\na,2\n",
        "things.csv, line 4, column slug: a is in line 2 already",
    ),
    "a quote never closed": ('slug,size\na,"1\n', "things.csv, line 2: is not CSV: unexpected end of data"),
    "another encoding": ("slug,size\n海,1\n".encode("gb18030"), "things.csv, line 2: is not UTF-8 text"),
    "a NUL sign": ("slug,size\na,1\x00\n", "things.csv, line 2, column size: has a NUL sign"),
}


@pytest.mark.parametrize(("text", "complaint"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str | bytes, complaint: str) -> None:
    with pytest.raises(SeedError) as error:
        read(tmp_path, text)
    assert str(error.value) == complaint


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=r"nothing\.csv: cannot be read"):
        read_rows(tmp_path, "nothing.csv", ("slug",), key=("slug",))
