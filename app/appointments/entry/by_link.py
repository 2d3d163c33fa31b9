"""Opening a page by the secret link of a message: dead links are counted, and too many of them refused.

A link that opens something is never refused: nobody guesses one, and strangers on the same network must
not shut a person out.
"""

from datetime import datetime, timedelta

from app import throttle
from app.db import transact
from app.web.networks import address_block

MOST_DEAD_LINKS = 20
PAUSE = timedelta(minutes=15)


def count_dead_link(address: str, *, now: datetime) -> None:
    """Count one dead link in a transaction of its own.

    Raises TooManyTries, and writes nothing more, when this network followed too many of them.
    """
    key = f"dead-link-from:{address_block(address)}"
    throttle.check(key, limit=MOST_DEAD_LINKS, now=now)
    transact(throttle.count, key, window=PAUSE, now=now)
    throttle.check(key, limit=MOST_DEAD_LINKS + 1, now=now)
