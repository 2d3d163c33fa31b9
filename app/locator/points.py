"""The points as the pages show them: the door, the next free time, how far away."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.appointments.availability.free_times import next_available
from app.localtext import LocalText
from app.stations.finding.listing import Listing
from app.stations.finding.nearby import StationSpot
from app.stations.geography.distance import Ranked, RoundedDistance, about, among
from app.stations.hours.open_state import OpenState, Reason, open_state
from app.stations.hours.plans import plan_of, plans_of
from app.stations.models import Service, Station


@dataclass(frozen=True)
class ListedPoint:
    """One service point at one moment. `next_free` is for `service`."""

    station: Station
    state: OpenState
    moment: datetime
    service: Service | None
    next_free: datetime | None
    distance: RoundedDistance | None = None
    can_be_nearest: bool = False

    @property
    def today(self) -> date:
        """Return the date on the point's own wall."""
        return self.moment.astimezone(ZoneInfo(self.station.timezone)).date()

    @property
    def told_m(self) -> int:
        """Return the distance that is told, for the order of a list; "less than" comes first."""
        return 0 if self.distance is None or self.distance.under else self.distance.metres

    @property
    def closed_by_notice(self) -> bool:
        return self.state.reason is Reason.CLOSURE


def points_of(listing: Listing, service: Service | None, *, now: datetime) -> list[ListedPoint]:
    """Return the points of a listing as pages show them; those closed by a notice come last."""
    stations = listing.stations
    plans_of(stations)  # read together, and remembered for what follows
    chosen = {s.id: service or first_service(s) for s in stations}
    free = _next_free_times(stations, chosen, now=now)
    points = [_point(s, chosen[s.id], free.get(s.id), now=now) for s in stations]
    if not listing.ranked:
        return points
    return _measured(points, listing.ranked)


def _measured(points: Iterable[ListedPoint], ranked: Mapping[int, Ranked[StationSpot]]) -> list[ListedPoint]:
    """Say how far away each point is; one that is closed by a notice cannot be the nearest to go to.

    Where a distance is told only roughly the order is that of what is told, so that it reads as one.
    """
    points = list(points)
    shut = {point.station.id for point in points if point.closed_by_notice}
    left = {r.station.id: r for r in among([r for r in ranked.values() if r.station.id not in shut])}
    seen = [_seen(point, ranked[point.station.id], left.get(point.station.id)) for point in points]
    return sorted(seen, key=lambda point: (point.closed_by_notice, point.told_m))


def _seen(point: ListedPoint, seen: Ranked[StationSpot], compared: Ranked[StationSpot] | None) -> ListedPoint:
    distance = about(seen.distance_m, seen.uncertainty_m)
    nearest = compared is not None and compared.could_be_nearest
    return replace(point, distance=distance, can_be_nearest=nearest)


def first_service(station: Station) -> Service | None:
    """Return the service whose next free time stands for the station's."""
    return min((offer.service for offer in station.offers), key=lambda s: s.position, default=None)


def state_of(station: Station, *, now: datetime) -> OpenState:
    confirmed, minutes = station.hours_confirmed_on is not None, station.last_number_minutes
    return open_state(plan_of(station), now, hours_confirmed=confirmed, last_number_minutes=minutes)


def notices(points: Iterable[ListedPoint]) -> list[tuple[ListedPoint, LocalText]]:
    """Return what must be said above everything else: operators' notices and closures of today."""
    said = []
    for point in points:
        if point.station.notice:
            said.append((point, point.station.notice))
        elif point.closed_by_notice:
            said.append((point, point.state.reason_text))
    return said


def _next_free_times(
    stations: Sequence[Station], chosen: dict[int, Service | None], *, now: datetime
) -> dict[int, datetime | None]:
    groups: dict[int, list[Station]] = defaultdict(list)
    services: dict[int, Service] = {}
    for station in stations:
        if service := chosen[station.id]:
            groups[service.id].append(station)
            services[service.id] = service
    free: dict[int, datetime | None] = {}
    for service_id, group in groups.items():
        free.update(next_available(group, services[service_id], now=now))
    return free


def _point(
    station: Station, service: Service | None, next_free: datetime | None, *, now: datetime
) -> ListedPoint:
    return ListedPoint(station, state_of(station, now=now), now, service, next_free)
