"""The shortest list of steps that still shows a fault."""

import time
from collections.abc import Callable, Sequence

from tests.walker.walk import Step


def shortest(steps: Sequence[Step], fails: Callable[[Sequence[Step]], bool], *, seconds: float) -> list[Step]:
    """Leave out steps, many at once and then fewer, as long as the rest still fails and time is left."""
    until = time.monotonic() + seconds
    kept = _last_that_fail(list(steps), fails, until)
    size = max(1, len(kept) // 2)
    while time.monotonic() < until:
        before = len(kept)
        place = 0
        while place < len(kept) and time.monotonic() < until:
            less = kept[:place] + kept[place + size :]
            if fails(less):
                kept = less
            else:
                place += size
        if size == 1 and len(kept) == before:
            break
        size = max(1, size // 2)
    return kept


def _last_that_fail(steps: list[Step], fails: Callable[[Sequence[Step]], bool], until: float) -> list[Step]:
    """Return as few of the last steps as still fail: most faults need only these."""
    count = 1
    while count < len(steps) and time.monotonic() < until:
        if fails(steps[-count:]):
            return steps[-count:]
        count *= 3
    return steps
