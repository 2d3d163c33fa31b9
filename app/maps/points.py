"""The service points as the maps draw them: one language, one link each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from app.stations.geography.datum import Datum, from_wgs84
from app.stations.models import Station, StationKind

# A position worse than this is shown as an area: a sharp pin would claim more than we know.
SHARP_PIN_M = 100
# Worse than this there is no pin at all: the number stands in the area.
PIN_M = 500


@dataclass(frozen=True, slots=True)
class MapPoint:
    """WGS-84 degrees; `precision_m` is the radius in metres within which the place surely is."""

    slug: str
    number: int
    kind: str
    name: str
    lat: float
    lon: float
    precision_m: int
    link: str

    @property
    def sharp(self) -> bool:
        return self.precision_m <= SHARP_PIN_M

    @property
    def vague(self) -> bool:
        return self.precision_m > PIN_M

    @property
    def main(self) -> bool:
        return self.kind == StationKind.CENTRAL_WINDOW


def map_points(stations: Iterable[Station], *, language: str, link: Callable[[str], str]) -> list[MapPoint]:
    """Return the stations named in one language; `link` makes a page address from a slug."""
    return [
        MapPoint(
            slug=station.slug,
            number=station.number,
            kind=station.kind,
            name=station.name.in_language(language),
            lat=station.lat,
            lon=station.lon,
            precision_m=station.precision_m,
            link=link(station.slug),
        )
        for station in stations
    ]


def shifted(points: Iterable[MapPoint], datum: Datum) -> list[MapPoint]:
    """Return the points where a map of this datum draws them."""
    moved = ((point, from_wgs84((point.lat, point.lon), datum)) for point in points)
    return [replace(point, lat=lat, lon=lon) for point, (lat, lon) in moved]
