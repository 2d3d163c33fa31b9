"""What one network may keep and book without a case, and what is provisional. PURE.

Nothing is asked of a normal person: the first visits of a network are booked as ever. A network may be
many people, so what somebody proved is never counted against the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class OriginStanding(StrEnum):
    BOOKED = "booked"
    PROVISIONAL = "provisional"  # its desks come back unless somebody is known to stand behind it
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Network:
    """What a network of some width has, and what it may have.

    `unproved` are live visits of which nobody knows yet that a person stands behind them; `passing`
    are those that come back by themselves: provisional visits and times that are only kept. `of_day`
    is what these take of the wanted day, in cells of its desks.
    """

    unproved: int
    passing: int
    of_day: int
    few: int
    most: int
    of_day_percent: int


@dataclass(frozen=True, slots=True)
class DayCounts:
    """A day's desks at a station in cells, and how many of them visits take that nobody proved."""

    desks: int
    unproved: int = 0


def may_keep(networks: Iterable[Network], day: DayCounts, wanted: int) -> bool:
    """Say whether one more time may be kept: no network keeps too many, or too much of one day."""
    return all(
        network.passing < network.most
        and (network.of_day == 0 or _within(network.of_day + wanted, network.of_day_percent, day.desks))
        for network in networks
    )


def standing(
    networks: Iterable[Network], day: DayCounts, wanted: int, *, unproved_percent: int | None
) -> OriginStanding:
    """Say what a new visit is."""
    known = list(networks)
    if any(network.passing >= network.most for network in known):
        return OriginStanding.REFUSED
    if any(network.unproved >= network.few for network in known):
        return OriginStanding.PROVISIONAL
    if unproved_percent is None or _within(day.unproved + wanted, unproved_percent, day.desks):
        return OriginStanding.BOOKED
    return OriginStanding.PROVISIONAL


def _within(taken: int, percent: int, desks: int) -> bool:
    return taken * 100 <= percent * desks
