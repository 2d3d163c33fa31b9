"""Opening a case with a typed code: tries are limited by code, and wrong ones by network.

Tries of one code are few for everybody, also for who has it right: the end of a passport number is soon
tried through. A network that typed some wrong codes is told to wait, and still opens with what is right:
strangers in the same hotel must not shut a person out. Only after very many is nothing looked at any more,
so that nobody tries codes by the million. Whoever is told to wait does not learn which codes there are.
"""

from datetime import datetime, timedelta

from app import throttle
from app.cases import queries as cases
from app.cases.models import Case
from app.cases.queries import CaseNotFound
from app.codes import read_code
from app.db import transact
from app.web.networks import address_block

MOST_FAILURES = 5
MOST_OF_NETWORK = 200
PAUSE = timedelta(minutes=15)


def open_case(code: str, last4: str, *, address: str, now: datetime) -> Case:
    """Return the case. Raises TooManyTries or CaseNotFound.

    A try is counted before it is judged, so that many at once are no way around the limit.
    """
    of_code, of_network = f"code:{read_code(code)}", f"code-from:{address_block(address)}"
    throttle.check(of_network, limit=MOST_OF_NETWORK, now=now)
    throttle.check(of_code, limit=MOST_FAILURES, now=now)
    transact(throttle.count, of_code, window=PAUSE, now=now)
    throttle.check(of_code, limit=MOST_FAILURES + 1, now=now)
    try:
        case = cases.get_by_code(code, last4)
    except CaseNotFound:
        _count_miss(of_network, now=now)
        raise
    transact(throttle.take_back, of_code)
    return case


def _count_miss(of_network: str, *, now: datetime) -> None:
    """Count a wrong pair. Raises TooManyTries when the network typed too many."""
    transact(throttle.count, of_network, window=PAUSE, now=now)
    throttle.check(of_network, limit=MOST_FAILURES + 1, now=now)
