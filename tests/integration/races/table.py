"""How an operation is entered, and the situations in which several of them make sense."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.integration.races.world import World

VISIT = ("booked", "waits", "moved", "asked", "provisional")
GONE = ("cancelled", "ended", "swept")
CASE = ("undecided", "hoping", "choosing", "grouped", "booked", "cancelled", "present", "collected")
EVERYWHERE = (*CASE, "waits", "moved", "asked", "ended", "provisional", "swept")


@dataclass(frozen=True)
class Operation:
    """What is done, to what, in which situations, and whether it passes over what somebody has locked."""

    name: str
    run: Callable[[World], object]
    about: frozenset[str]
    on: tuple[str, ...]
    skips: bool = False


class Table(list):
    """The operations of one module."""

    def enter(self, about, *on, skips=False):
        """Enter a function: two operations meet if they are about the same, in the first common situation."""

        def enter(run):
            self.append(Operation(run.__name__, run, frozenset(about.split()), on, skips))
            return run

        return enter
