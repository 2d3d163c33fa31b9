"""Opening a case with a typed code: tries are limited, by network and by code."""

from datetime import datetime, timedelta

from app import throttle
from app.cases import queries as cases
from app.cases.models import Case
from app.codes import read_code
from app.db import transact

MOST_FAILURES = 5
PAUSE = timedelta(minutes=15)


def open_case(code: str, last4: str, *, address: str, now: datetime) -> Case:
    """Return the case. Raises TooManyTries or CaseNotFound.

    A try is counted before it is judged, so that many at once are no way around the limit.
    """
    keys = (f"code-from:{throttle.address_block(address)}", f"code:{read_code(code)}")
    _check(keys, MOST_FAILURES, now=now)  # Who is blocked already writes nothing.
    transact(_count, keys, now=now)
    _check(keys, MOST_FAILURES + 1, now=now)
    case = cases.get_by_code(code, last4)
    transact(_take_back, keys)
    return case


def _check(keys: tuple[str, ...], limit: int, *, now: datetime) -> None:
    for key in keys:
        throttle.check(key, limit=limit, now=now)


def _count(keys: tuple[str, ...], *, now: datetime) -> None:
    for key in keys:
        throttle.count(key, window=PAUSE, now=now)


def _take_back(keys: tuple[str, ...]) -> None:
    for key in keys:
        throttle.take_back(key)
