"""What people type and spreadsheets write: one reading, and no for what could be two."""

from datetime import UTC, date, datetime, time

import pytest

from app.typed import MOST_DIGITS, find_day, find_instant, read_day, read_number, read_time


def refuses(read, text):
    try:
        read(text)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize(
    "text",
    ["2026-11-05", "2026/11/5", "2026/11/05", "2026.11.5", "2026年11月5日", "20261105", " 2026-11-5 ",
     "2026/11/5 0:00", "2026-11-05 00:00:00", "2026-11-05T00:00:00", "２０２６/１１/５"],
)  # fmt: skip
def test_a_day_is_read_however_a_spreadsheet_writes_it(text):
    assert read_day(text) == date(2026, 11, 5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5/11/2026",
        "26/11/5",
        "2026-13-01",
        "2026-02-30",
        "2026-W45-4",
        "2026-11-05 09:00",
        "x",
        "2026115",
    ],
)
def test_what_is_no_day_or_two_is_refused(text):
    assert refuses(read_day, text)


@pytest.mark.parametrize(
    ("text", "read"),
    [("9:00", time(9)), ("09:05", time(9, 5)), ("09:00:00", time(9)), ("9:30", time(9, 30))],
)
def test_a_time_is_read_with_and_without_its_zero(text, read):
    assert read_time(text) == read


@pytest.mark.parametrize("text", ["", "24:00", "9", "09:60", "9:5", "09:00+08:00"])
def test_what_is_no_time_is_refused(text):
    assert refuses(read_time, text)


@pytest.mark.parametrize(("text", "read"), [("7", 7), ("-1", -1), ("9" * MOST_DIGITS, 10**MOST_DIGITS - 1)])
def test_a_number_is_read(text, read):
    assert read_number(text) == read


@pytest.mark.parametrize("text", ["", "1e3", "1.0", "x", "9" * (MOST_DIGITS + 1), "9" * 5000])
def test_an_endless_number_is_none(text):
    assert refuses(read_number, text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T09:00:00+08:00", datetime(2026, 11, 24, 1, tzinfo=UTC)),
        ("2026-11-24T01:00:00Z", datetime(2026, 11, 24, 1, tzinfo=UTC)),
        ("2026-11-24T09:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("soon", None),
        ("", None),
    ],
)
def test_an_instant_is_one_with_its_offset_and_of_our_time(text, moment):
    assert find_instant(text) == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026/11/5", date(2026, 11, 5)), ("2019-12-31", None), ("2121-01-01", None), ("?", None)],
)
def test_a_day_of_somebody_is_one_of_this_service(text, day):
    assert find_day(text) == day
