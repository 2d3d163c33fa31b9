from datetime import UTC, datetime, timedelta

import pytest

from app.appointments.states import Status
from app.counter import board

TEN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Maria Example", "M. E."),
        ("Nguyễn Tấn Dũng", "N. T. D."),
        ("Suharto", "S."),
        ("李 小龙", "李. 小."),
        ("Anna Maria de la Cruz", "A. M. D."),
        ("", ""),
        ("  ", ""),
        ("{{ 7*7 }} <b>", "7."),
    ],
)
def test_a_name_is_shown_by_its_first_letters(name, shown):
    assert board.initials(name) == shown


@pytest.mark.parametrize(("minutes", "late"), [(-1, 0), (4, 0), (5, 5), (12, 12)])
def test_a_booked_person_is_late_after_five_minutes(minutes, late):
    assert board.late_minutes(TEN, Status.BOOKED, now=TEN + timedelta(minutes=minutes)) == late


def test_who_is_there_is_not_late():
    assert board.late_minutes(TEN, Status.CHECKED_IN, now=TEN + timedelta(hours=1)) == 0
