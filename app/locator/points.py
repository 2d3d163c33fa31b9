"""The points as the pages show them: the door, the next free time, how far away."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.appointments.queries import next_available
from app.localtext import LocalText
from app.stations.distance import Positioned, RoundedDistance, about, rank
from app.stations.models import Service, Station
from app.stations.open_state import OpenState, Reason, open_state
from app.stations.plans import plan_of
from app.stations.queries import list_stations, offers


@dataclass(frozen=True)
class Point:
    """One service point at one moment. `next_free` is for `service`; `today` is the point's own date."""

    station: Station
    state: OpenState
    today: date
    service: Service | None
    next_free: datetime | None
    distance: RoundedDistance | None = None
    can_be_nearest: bool = False

    @property
    def closed_by_notice(self) -> bool:
        return self.state.reason is Reason.CLOSURE


def list_points(service: Service | None, *, now: datetime) -> list[Point]:
    """Return all points in their published order; with a service only those that offer it."""
    stations = [s for s in list_stations() if service is None or offers(s, service)]
    chosen = {s.id: service or first_service(s) for s in stations}
    free = _next_free_times(stations, chosen, now=now)
    return [_point(s, chosen[s.id], free.get(s.id), now=now) for s in stations]


def nearest_first(points: Iterable[Point], origin: Positioned) -> list[Point]:
    """Return the points with their distance, nearest first; those closed by a notice come last."""
    points = list(points)
    by_id = {point.station.id: point for point in points}
    ranked = [
        replace(
            by_id[r.station.id],
            distance=about(r.distance_m, r.uncertainty_m),
            can_be_nearest=r.could_be_nearest,
        )
        for r in rank(origin, [point.station for point in points])
    ]
    return sorted(ranked, key=lambda point: point.closed_by_notice)


def first_service(station: Station) -> Service | None:
    """Return the service whose next free time stands for the station's."""
    return min((offer.service for offer in station.offers), key=lambda s: s.position, default=None)


def state_of(station: Station, *, now: datetime) -> OpenState:
    return open_state(plan_of(station), now, hours_confirmed=station.hours_confirmed_on is not None)


def notices(points: Iterable[Point]) -> list[tuple[Point, LocalText]]:
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


def _point(station: Station, service: Service | None, next_free: datetime | None, *, now: datetime) -> Point:
    today = now.astimezone(ZoneInfo(station.timezone)).date()
    return Point(station, state_of(station, now=now), today, service, next_free)
