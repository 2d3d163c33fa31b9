"""The land around Haikou, from the one file that both maps draw. PURE but for reading that file once."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "static" / "geo" / "haikou_land.geojson"

Ring = tuple[tuple[float, float], ...]  # (lon, lat) in WGS-84 degrees


def land() -> dict[str, Any]:
    """Return the GeoJSON collection of land polygons; a fresh copy each time."""
    collection: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return collection


@cache
def rings() -> tuple[Ring, ...]:
    """Return the outer edge of every piece of land and the edges of the lakes within."""
    found: list[Ring] = []
    for item in land()["features"]:
        geometry = item["geometry"]
        polygons = (
            geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        )
        found += [tuple((lon, lat) for lon, lat in ring) for polygon in polygons for ring in polygon]
    return tuple(found)
