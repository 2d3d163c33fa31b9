"""Roads read from an operator's file: GeoJSON, or OpenStreetMap's own forms. The only user of osmium."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.maps.roads import KINDS, Road

GEOJSON = (".geojson", ".json")
OSM = (".osm.pbf", ".pbf", ".osm", ".osm.bz2", ".osm.gz")


class ExtractUnreadable(ValueError):
    """The file holds no roads that we can read; the text says why."""


def read_roads(file: Path) -> list[Road]:
    """Return the roads of a file. Raises ExtractUnreadable."""
    name = file.name.casefold()
    if not name.endswith((*GEOJSON, *OSM)):
        raise ExtractUnreadable(f"{file.name}: write a file that ends in .geojson or .osm.pbf")
    try:
        roads = list(_of_geojson(file) if name.endswith(GEOJSON) else _of_osm(file))
    except (OSError, RuntimeError, ValueError, TypeError, LookupError, AttributeError) as error:
        words = f"{file.name} is no {'GeoJSON' if name.endswith(GEOJSON) else '.osm.pbf'} file, or is damaged"
        raise ExtractUnreadable(f"{words}: export it again. Nothing was changed.") from error
    if not roads:
        raise ExtractUnreadable(f"{file.name} has no line with highway={'|'.join(KINDS)}")
    return roads


def _of_geojson(file: Path) -> Iterator[Road]:
    collection: dict[str, Any] = json.loads(file.read_text(encoding="utf-8-sig"))
    for item in collection["features"]:
        kind = str((item.get("properties") or {}).get("highway"))
        if kind in KINDS:
            for line in _lines_of(item.get("geometry") or {}):
                yield Road(kind, tuple((float(at[0]), float(at[1])) for at in line))


def _lines_of(geometry: dict[str, Any]) -> list[Any]:
    if geometry.get("type") == "LineString":
        return [geometry["coordinates"]]
    return list(geometry["coordinates"]) if geometry.get("type") == "MultiLineString" else []


def _of_osm(file: Path) -> Iterator[Road]:
    # osmium takes long to import, and only this command needs it.
    import osmium  # noqa: PLC0415

    ways = osmium.FileProcessor(file, osmium.osm.NODE | osmium.osm.WAY).with_locations()
    for found in ways.with_filter(osmium.filter.KeyFilter("highway")):
        kind = found.tags.get("highway")
        if isinstance(found, osmium.osm.Way) and kind in KINDS:
            # A way at the edge of an extract has points that the extract does not have.
            line = tuple((node.lon, node.lat) for node in found.nodes if node.location.valid())
            yield Road(kind, line)
