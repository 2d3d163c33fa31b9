"""When a message that could not be sent is tried again. PURE."""

from datetime import datetime, timedelta

# The wait after the first, second, … failed try. The last one repeats.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120))
MOST_TRIES = 12
JITTER = 0.2


def next_try(tries: int, *, now: datetime, expires_at: datetime | None, chance: float) -> datetime | None:
    """Return when to try again after so many tries, or None to give up.

    `chance` in [0, 1) spreads the waits by up to a fifth, so that a thousand messages refused
    together do not come back together.
    """
    if tries >= MOST_TRIES:
        return None
    wait = WAITS[min(tries, len(WAITS)) - 1]
    again = now + wait * (1 + JITTER * chance)
    return None if expires_at and again >= expires_at else again
