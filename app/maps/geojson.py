"""The data of the large map, fetched by the page's own script and shown as plain text."""

from collections.abc import Iterable
from typing import Any

from app.maps.points import MapPoint
from app.stations.geojson import feature, feature_collection


def point_features(points: Iterable[MapPoint]) -> dict[str, Any]:
    """Return the points as GeoJSON; names are data here and must stay data in the browser."""
    return feature_collection(
        feature(
            slug=point.slug,
            lat=point.lat,
            lon=point.lon,
            properties={
                "slug": point.slug,
                "number": point.number,
                "name": point.name,
                "kind": point.kind,
                "main": point.main,
                "precision_m": point.precision_m,
                "sharp": point.sharp,
                "vague": point.vague,
                "link": point.link,
            },
        )
        for point in points
    )
