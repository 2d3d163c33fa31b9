"""Map points for tests, with sensible values for everything."""

from typing import Any

from app.maps.points import MapPoint


def build_point(slug: str = "jiangdong", **given: Any) -> MapPoint:
    values = {
        "number": 3,
        "kind": "station",
        "name": "Jiangdong station",
        "lat": 20.05278,
        "lon": 110.41347,
        "precision_m": 50,
        "link": f"/en/places/{slug}",
        **given,
    }
    return MapPoint(slug=slug, **values)
