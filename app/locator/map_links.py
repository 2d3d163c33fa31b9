"""Addresses that open a point in somebody's map, each in the datum and the form of that map. PURE.

The forms are those that the makers publish: Amap "URI API", Baidu "地图调起 API", Tencent "地图调起 URI API",
Apple "Map Links", Google "Maps URLs", Yandex "Map links" and the permanent links of openstreetmap.org. We
shift the position ourselves, so that no map has to believe a parameter about its datum.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlencode

from app.stations.geography.datum import Datum, Degrees, from_wgs84

ZOOM = 17
# Both ask callers to say who they are; a name, not a key.
CALLER = "station-network"


class MapApp(StrEnum):
    AMAP = "amap"
    BAIDU = "baidu"
    TENCENT = "tencent"
    APPLE = "apple"
    GOOGLE = "google"
    YANDEX = "yandex"
    OSM = "osm"


# Apple and Google do not publish their datum. Their maps of China come from makers there: their degrees
# are taken as GCJ-02.
DATUMS = {
    MapApp.AMAP: Datum.GCJ02,
    MapApp.BAIDU: Datum.BD09,
    MapApp.TENCENT: Datum.GCJ02,
    MapApp.APPLE: Datum.GCJ02,
    MapApp.GOOGLE: Datum.GCJ02,
    MapApp.YANDEX: Datum.WGS84,
    MapApp.OSM: Datum.WGS84,
}


@dataclass(frozen=True, slots=True)
class Destination:
    """A point to be shown; WGS-84 degrees. The maps know the Chinese name and address best."""

    position: Degrees
    name: str
    address: str = ""


def map_link(app: MapApp, destination: Destination) -> str:
    """Return the https address that shows the destination in this map, in a browser or its app."""
    lat, lon = from_wgs84(destination.position, DATUMS[app])
    return _FORMS[app](f"{lat:.6f}", f"{lon:.6f}", destination)


def search_link(app: MapApp, text: str, *, city: str) -> str | None:
    """Return the https address by which this map looks for a Chinese address or name; None where it cannot.

    For a place of which we do not know the door: the map finds it, or says itself that it does not.
    """
    if app is MapApp.AMAP:
        asked = {"keyword": text, "city": city, "view": "map", "src": CALLER}
        return f"https://uri.amap.com/search?{_query(asked)}"
    if app is MapApp.BAIDU:
        asked = {"query": text, "region": city, "output": "html", "src": CALLER}
        return f"https://api.map.baidu.com/place/search?{_query(asked)}"
    if app is MapApp.TENCENT:
        asked = {"keyword": text, "region": city, "referer": CALLER}
        return f"https://apis.map.qq.com/uri/v1/search?{_query(asked)}"
    if app is MapApp.APPLE:
        return f"https://maps.apple.com/?{_query({'q': text})}"
    return None


def _amap(lat: str, lon: str, to: Destination) -> str:
    asked = {"position": f"{lon},{lat}", "name": to.name, "src": CALLER, "coordinate": "gaode"}
    return f"https://uri.amap.com/marker?{_query(asked)}"


def _baidu(lat: str, lon: str, to: Destination) -> str:
    asked = {
        "location": f"{lat},{lon}",
        "title": to.name,
        "content": to.address or to.name,
        "coord_type": "bd09ll",
        "output": "html",
        "src": CALLER,
    }
    return f"https://api.map.baidu.com/marker?{_query(asked)}"


def _tencent(lat: str, lon: str, to: Destination) -> str:
    parts = {"coord": f"{lat},{lon}", "title": to.name, "addr": to.address or to.name}
    marker = ";".join(f"{part}:{_plain(value)}" for part, value in parts.items())
    asked = {"marker": marker, "coord_type": "1", "referer": CALLER}
    return f"https://apis.map.qq.com/uri/v1/marker?{_query(asked)}"


def _apple(lat: str, lon: str, to: Destination) -> str:
    return f"https://maps.apple.com/?{_query({'ll': f'{lat},{lon}', 'q': to.name, 'z': str(ZOOM)})}"


def _google(lat: str, lon: str, _to: Destination) -> str:
    return f"https://www.google.com/maps/search/?{_query({'api': '1', 'query': f'{lat},{lon}'})}"


def _yandex(lat: str, lon: str, _to: Destination) -> str:
    asked = {"ll": f"{lon},{lat}", "pt": f"{lon},{lat}", "z": str(ZOOM)}
    return f"https://yandex.com/maps/?{_query(asked)}"


def _osm(lat: str, lon: str, _to: Destination) -> str:
    return f"https://www.openstreetmap.org/?{_query({'mlat': lat, 'mlon': lon})}#map={ZOOM}/{lat}/{lon}"


def _query(asked: dict[str, str]) -> str:
    """Write parameters with %20 for a space: map apps on phones show a plus as a plus."""
    return urlencode(asked, safe=",", quote_via=quote)


def _plain(text: str) -> str:
    """Leave out the signs that part the fields of a Tencent marker; commas part the degrees."""
    return text.replace(";", " ").replace(":", " ").replace("|", " ")


_FORMS: dict[MapApp, Callable[[str, str, Destination], str]] = {
    MapApp.AMAP: _amap,
    MapApp.BAIDU: _baidu,
    MapApp.TENCENT: _tencent,
    MapApp.APPLE: _apple,
    MapApp.GOOGLE: _google,
    MapApp.YANDEX: _yandex,
    MapApp.OSM: _osm,
}
