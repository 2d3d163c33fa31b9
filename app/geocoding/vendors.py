"""The geocoders we can ask, each as its own interface has it. The only user of geopy's geocoders."""

import json
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from geopy.adapters import BaseSyncAdapter
from geopy.exc import GeopyError
from geopy.geocoders import BaiduV3, Nominatim, Photon
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from app.geocoding.fetching import FetchLimits, FetchRefused, fetch
from app.stations.geography.datum import Datum, to_wgs84
from app.stations.geography.distance import Point, metres

USER_AGENT = "haikou-service-network"
USUAL_PRECISION_M = 1000
# A middle of a whole city or province is no answer to "where are you?".
MOST_PRECISION_M = 20_000
TOO_VAGUE = 1_000_000

# geopy writes what was typed into its log.
logging.getLogger("geopy").setLevel(logging.ERROR)


# What reading a strange answer may raise; geopy warns before it refuses a latitude.
UNREADABLE = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    UserWarning,
)


class GeocoderFailed(Exception):
    """The geocoder did not answer, or not with anything that can be used."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """Which geocoder, where it is and how it is asked. `city` is where names without a city are meant."""

    name: str
    base: str
    limits: FetchLimits
    key: str = ""
    city: str = ""


def ask(vendor: Vendor, text: str) -> Point | None:
    """Return where the text is, in WGS-84; None when the geocoder does not know. Raises GeocoderFailed."""
    service = SERVICES[vendor.name]
    try:
        found = service.make(vendor).geocode(_query(service, vendor, text))
        return _point(service, found) if found else None
    except (GeopyError, FetchRefused) as error:
        raise GeocoderFailed(
            str(error) if isinstance(error, FetchRefused) else type(error).__name__
        ) from None
    except UNREADABLE:
        raise GeocoderFailed("an answer that cannot be read") from None


@dataclass(frozen=True, slots=True)
class GeocoderKind:
    """How one geocoder is made, which datum it answers in, and how exact its answers are."""

    home: str
    make: Callable[[Vendor], Any]
    datum: Datum
    precision: Callable[[Location], float]
    chinese: bool = False  # it reads addresses from the large to the small
    has_city_field: bool = False


def _query(service: GeocoderKind, vendor: Vendor, text: str) -> str:
    """Put the city before a text that does not name it, where the interface has no field for it."""
    if service.has_city_field or not vendor.city or vendor.city.removesuffix("市") in text:
        return text
    return f"{vendor.city}{text}" if service.chinese else f"{text}, {vendor.city}"


def _point(service: GeocoderKind, found: Location) -> Point | None:
    precision = service.precision(found)
    if not math.isfinite(precision):
        raise ValueError("no precision")
    if precision > MOST_PRECISION_M:
        return None
    return Point(*to_wgs84((found.latitude, found.longitude), service.datum), max(10, round(precision)))


class _Adapter(BaseSyncAdapter):  # type: ignore[misc]
    """Lets geopy ask through our guarded GET."""

    def __init__(self, limits: FetchLimits, **options: Any) -> None:
        super().__init__(**options)
        self._limits = limits

    def get_text(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> str:
        return fetch(url, self._limits, headers=headers).decode()

    def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> Any:
        return json.loads(self.get_text(url, timeout=timeout, headers=headers))


def _options(vendor: Vendor) -> dict[str, Any]:
    return {
        "scheme": urlsplit(vendor.base).scheme,
        "timeout": vendor.limits.seconds,
        "user_agent": USER_AGENT,
        "adapter_factory": partial(_Adapter, vendor.limits),
    }


def _domain(vendor: Vendor) -> str:
    return vendor.base.split("://", 1)[1]


# --- geopy's own ------------------------------------------------------------------------------------


def _nominatim(vendor: Vendor) -> Any:
    return Nominatim(domain=_domain(vendor), **_options(vendor))


def _photon(vendor: Vendor) -> Any:
    return Photon(domain=_domain(vendor), **_options(vendor))


def _baidu(vendor: Vendor) -> Any:
    geocoder = BaiduV3(vendor.key, **_options(vendor))
    geocoder.api = f"{vendor.base}{geocoder.api_path}"
    return geocoder


# --- two that geopy does not have -------------------------------------------------------------------


class Amap(Geocoder):  # type: ignore[misc]
    """Amap's geocoder of its web services, version 3."""

    def __init__(self, vendor: Vendor) -> None:
        super().__init__(**_options(vendor))
        self._vendor = vendor

    def geocode(self, query: str) -> Location | None:
        asked = {"key": self._vendor.key, "address": query, "city": self._vendor.city, "output": "JSON"}
        url = f"{self._vendor.base}/v3/geocode/geo?{urlencode(asked)}"
        return self._call_geocoder(url, self._parse)

    def _parse(self, page: Mapping[str, Any]) -> Location | None:
        if page["status"] != "1":
            raise GeopyError("refused")
        if not page["geocodes"]:
            return None
        place = page["geocodes"][0]
        lon, lat = place["location"].split(",")
        return Location("", (float(lat), float(lon)), place)


class Tianditu(Geocoder):  # type: ignore[misc]
    """The geocoder of Tianditu."""

    NOTHING_FOUND = ("101", "404")

    def __init__(self, vendor: Vendor) -> None:
        super().__init__(**_options(vendor))
        self._vendor = vendor

    def geocode(self, query: str) -> Location | None:
        asked = {"ds": json.dumps({"keyWord": query}, ensure_ascii=False), "tk": self._vendor.key}
        return self._call_geocoder(f"{self._vendor.base}/geocoder?{urlencode(asked)}", self._parse)

    def _parse(self, page: Mapping[str, Any]) -> Location | None:
        if str(page["status"]) in self.NOTHING_FOUND:
            return None
        if str(page["status"]) != "0":
            raise GeopyError("refused")
        place = page["location"]
        return Location("", (float(place["lat"]), float(place["lon"])), place)


# --- how exact an answer is -------------------------------------------------------------------------

_AMAP_LEVELS = {
    "门牌号": 100,
    "单元号": 100,
    "兴趣点": 200,
    "公交站台、地铁站": 200,
    "道路交叉路口": 200,
    "住宅区": 300,
    "热点商圈": 1000,
    "道路": 1500,
    "村庄": 1500,
    "乡镇": 4000,
    "开发区": 4000,
    "区县": 10_000,
    "市": TOO_VAGUE,
    "省": TOO_VAGUE,
    "国家": TOO_VAGUE,
}
# Baidu's confidence: the error in metres is below the second number.
_BAIDU_CONFIDENCE = (
    (100, 20), (90, 50), (80, 100), (75, 200), (70, 300), (60, 500), (50, 1000), (40, 2000), (30, 5000),
    (25, 8000), (20, 10_000),
)  # fmt: skip


def _amap_precision(found: Location) -> float:
    return _AMAP_LEVELS.get(found.raw.get("level"), USUAL_PRECISION_M)


def _baidu_precision(found: Location) -> float:
    confidence = float(found.raw.get("confidence", 50))
    return next((metres for least, metres in _BAIDU_CONFIDENCE if confidence >= least), TOO_VAGUE)


def _nominatim_precision(found: Location) -> float:
    box = found.raw.get("boundingbox")
    if not box:
        return USUAL_PRECISION_M
    south, north, west, east = map(float, box)
    return metres(Point(south, west), Point(north, east)) / 2


def _photon_precision(found: Location) -> float:
    extent = found.raw["properties"].get("extent")
    if not extent:
        return 200  # a single point: a house, a shop
    west, north, east, south = map(float, extent)
    return metres(Point(south, west), Point(north, east)) / 2


def _tianditu_precision(_found: Location) -> float:
    return USUAL_PRECISION_M


SERVICES = {
    "nominatim": GeocoderKind("", _nominatim, Datum.WGS84, _nominatim_precision),
    "photon": GeocoderKind("", _photon, Datum.WGS84, _photon_precision),
    "amap": GeocoderKind("https://restapi.amap.com", Amap, Datum.GCJ02, _amap_precision, True, True),
    "baidu": GeocoderKind("https://api.map.baidu.com", _baidu, Datum.BD09, _baidu_precision, True),
    "tianditu": GeocoderKind("https://api.tianditu.gov.cn", Tianditu, Datum.WGS84, _tianditu_precision, True),
}
