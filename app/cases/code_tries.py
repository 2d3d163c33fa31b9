"""Open a case by its typed code, with a limit on wrong tries that all pages and interfaces share."""

from datetime import datetime, timedelta

from app import throttle
from app.cases.models import Case
from app.cases.queries import CaseNotFound, get_by_code
from app.crypto import normalised
from app.db import transact

FAILURES = 5
PAUSE = timedelta(minutes=15)


def get_case(code: str, passport_last4: str, *, address: str, now: datetime) -> Case:
    """Return the case of a typed code. Raises CaseNotFound, or TooManyTries after five wrong tries.

    A try is counted in a transaction of its own before it is looked at, so that tries side by side
    count as well; a right one is uncounted. Call it outside `transact()`.
    """
    by_address, by_code = keys = _keys(code, address)
    for key in keys:
        throttle.check(key, limit=FAILURES, now=now)
    transact(_count, keys, now=now)
    for key in keys:
        throttle.check(key, limit=FAILURES + 1, now=now)
    case = get_by_code(code, passport_last4)
    transact(_uncount, by_address, by_code)
    return case


def _keys(code: str, address: str) -> tuple[str, str]:
    return f"collect:from:{throttle.address_block(address)}", f"collect:code:{normalised(code)}"


def _count(keys: tuple[str, ...], *, now: datetime) -> None:
    for key in sorted(keys):
        throttle.count(key, window=PAUSE, now=now)


def _uncount(by_address: str, by_code: str) -> None:
    throttle.take_back(by_address)
    throttle.forget(by_code)


__all__ = ["CaseNotFound", "get_case"]
