"""Checking a list of codes: who of it can be booked. Wrong rows are counted, so that guessing ends soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app import throttle
from app.appointments import queries as visits
from app.cases import queries as cases
from app.cases.models import Case
from app.cases.queries import CaseNotFound
from app.cases.readiness import Readiness, readiness
from app.codes import UnreadableCode, read_code
from app.db import transact
from app.errors import TooManyTries
from app.groups.reading import ListRow
from app.web.networks import address_block

# A list of 30 with some slips, corrected twice, passes; somebody who tries codes out is stopped.
MOST_WRONG_ROWS = 40
MOST_WRONG_PER_CODE = 5
PAUSE = timedelta(minutes=15)


class RowState(StrEnum):
    READY = "ready"
    NOT_READY = "not_ready"
    BOOKED = "booked"
    COLLECTED = "collected"
    NOT_FOUND = "not_found"
    UNREADABLE = "unreadable"
    BLOCKED = "blocked"  # this code was tried too often


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row and what is known of it; the case only when both keys are right."""

    row: ListRow
    state: RowState
    case: Case | None = None


def check_rows(rows: Sequence[ListRow], *, address: str, now: datetime) -> list[CheckedRow]:
    """Return what each row is. Raises TooManyTries when this network had too many wrong rows.

    All rows are counted before any is judged, so that many lists at once are no way around the
    limit; what turns out right is taken back.
    """
    network = f"rows-from:{address_block(address)}"
    throttle.check(network, limit=MOST_WRONG_ROWS, now=now)
    keys = [_key(row) for row in rows]
    transact(_count, network, [key for key in keys if key], now=now)
    throttle.check(network, limit=MOST_WRONG_ROWS + len(rows), now=now)
    checked = [_check(row, key, now=now) for row, key in zip(rows, keys, strict=True)]
    right = [key for found, key in zip(checked, keys, strict=True) if key and found.case]
    transact(_take_back, network, right)
    return checked


def _key(row: ListRow) -> str | None:
    try:
        return f"code:{read_code(row.code)}"
    except UnreadableCode:
        return None


def _count(network: str, keys: Sequence[str], *, now: datetime) -> None:
    for key in sorted(keys):
        throttle.count(key, window=PAUSE, now=now)
        throttle.count(network, window=PAUSE, now=now)


def _take_back(network: str, keys: Sequence[str]) -> None:
    for key in sorted(keys):
        throttle.take_back(key)
        throttle.take_back(network)


def _check(row: ListRow, key: str | None, *, now: datetime) -> CheckedRow:
    if key is None:
        return CheckedRow(row, RowState.UNREADABLE)
    try:
        throttle.check(key, limit=MOST_WRONG_PER_CODE + 1, now=now)
        case = cases.get_by_code(row.code, row.last4)
    except TooManyTries:
        return CheckedRow(row, RowState.BLOCKED)
    except CaseNotFound:
        return CheckedRow(row, RowState.NOT_FOUND)
    return CheckedRow(row, _state_of(case), case)


def _state_of(case: Case) -> RowState:
    if visits.find_live_for_case(case.id):
        return RowState.BOOKED
    return {
        Readiness.READY: RowState.READY,
        Readiness.COLLECTED: RowState.COLLECTED,
        Readiness.WAITING: RowState.NOT_READY,
    }[readiness(case)]
