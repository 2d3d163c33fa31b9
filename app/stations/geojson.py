"""Stations as RFC 7946 GeoJSON. PURE."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MEDIA_TYPE = "application/geo+json"


def feature(*, slug: str, lat: float, lon: float, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return one point feature; WGS-84 degrees, longitude first, as the standard wants."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"not a position on Earth: {lat}, {lon}")
    return {
        "type": "Feature",
        "id": slug,
        "geometry": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
        "properties": dict(properties),
    }


def feature_collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the features as one collection, in the order given."""
    return {"type": "FeatureCollection", "features": list(features)}


def written(features: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the text of one collection, feature by feature: there may be very many."""
    yield '{"type": "FeatureCollection", "features": ['
    for number, one in enumerate(features):
        yield (", " if number else "") + json.dumps(one, ensure_ascii=False)
    yield "]}"
