"""Opening a page by the secret link of a message: dead links are counted, so that guessing ends soon."""

from datetime import datetime, timedelta

from app import throttle
from app.db import transact
from app.errors import TooManyTries

MOST_DEAD_LINKS = 20
PAUSE = timedelta(minutes=15)


def check_network(address: str, *, now: datetime) -> None:
    """Raise TooManyTries when this network followed too many dead links. Reads only."""
    throttle.check(_key(address), limit=MOST_DEAD_LINKS, now=now)


def count_dead_link(address: str, *, now: datetime) -> None:
    """Count one dead link in a transaction of its own. A link that opens something is never counted.

    Raises TooManyTries when others of the same network used up the tries at the same time.
    """
    hits = transact(throttle.count, _key(address), window=PAUSE, now=now)
    if hits > MOST_DEAD_LINKS:
        raise TooManyTries(retry_after=int(PAUSE.total_seconds()))


def _key(address: str) -> str:
    return f"dead-link-from:{throttle.address_block(address)}"
