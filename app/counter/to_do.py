"""What waits for staff about people who were told to collect."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.collection import queries
from app.collection.queries import CallDue, FollowUp, Shortage, Transport
from app.stations.models import Station


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits for staff about people who were told to collect."""

    calls: list[CallDue]
    shortages: list[Shortage]
    follow_ups: list[FollowUp]
    transports: list[Transport]

    def __bool__(self) -> bool:
        return bool(self.calls or self.shortages or self.follow_ups or self.transports)


def count_to_do(stations: Sequence[Station], *, now: datetime) -> ToDo:
    """Return what waits at these stations."""
    untaken = queries.list_untaken_at(stations)
    return ToDo(
        calls=queries.list_calls(untaken, now=now),
        shortages=queries.list_shortages(untaken, now=now),
        follow_ups=queries.list_follow_ups(stations),
        transports=queries.list_transports(stations, now=now),
    )
