"""Positions as people have them: degrees and minutes, geo:, Plus Codes, and links that map apps share. PURE.

Each map shares degrees in its own datum. A link that only its maker can open hides the position.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from openlocationcode import openlocationcode as plus_codes

from app.errors import DomainError
from app.stations.geography.datum import Datum, Degrees

# A short Plus Code is the part of one that tells places of one city apart.
CITY = (20.02, 110.33)
METRES_PER_DEGREE = 111_320
FARTHER_THAN_ANY = 999.0  # degrees: with a latitude that is none, the longitude is none either


class LinkHidesPlace(DomainError):
    """The link says no position: only the server that made it knows where it leads."""

    code: ClassVar[str] = "link_hides_place"
    status: ClassVar[int] = 400


@dataclass(frozen=True, slots=True)
class WrittenPosition:
    """A position as it was written. `datum` is None where the writing does not say it."""

    lat: float
    lon: float
    datum: Datum | None = None
    precision_m: int = 0


def read(text: str) -> WrittenPosition | None:
    """Return the position that a text is; None when it is another text. Raises LinkHidesPlace."""
    text = unicodedata.normalize("NFKC", text).strip()
    return _geo(text) or _shared(text) or _plus_code(text) or _angles(text)


# --- degrees, minutes, seconds ------------------------------------------------------------------

_SIDES = (
    (r"北纬|北緯|纬度|緯度|с\.?\s*ш\.?|широта|latitude|lat\b|north", "n"),
    (r"南纬|南緯|ю\.?\s*ш\.?|south", "s"),
    (r"东经|東經|经度|經度|в\.?\s*д\.?|долгота|longitude|long\b|lon\b|lng\b|east", "e"),
    (r"西经|西經|з\.?\s*д\.?|west", "w"),
    (r"度|º|˚|град\.?|degrees|deg\b", "°"),
    (r"分|[′’ʹ´]|мин\.?|min\b", "'"),
    (r"秒|[″”ʺ]|''|сек\.?|sec\b", '"'),
    (r"[:=：]", " "),
)
_NUMBER = r"[0-9]{1,3}(?:[.,][0-9]+)?"
_SMALL = r"[0-9]{1,2}(?:[.,][0-9]+)?"


def _angle(name: str, before: str, after: str) -> str:
    """Return the pattern of an angle in a text without two blanks beside each other."""
    return (
        rf"(?P<{name}1>{before}) ?(?P<{name}sign>[+-])?(?P<{name}d>{_NUMBER}) ?(?P<{name}mark>°)? ?"
        rf"(?:(?P<{name}m>{_SMALL}) ?'? ?(?:(?P<{name}s>{_SMALL}) ?\"? ?)?)?(?P<{name}2>{after})"
    )


_SIDE = "[nsew]"
# The sides stand before both angles, or after both, or nowhere.
_ANGLES = tuple(
    re.compile(rf"\(? ?{_angle('a', before, after)} ?{apart} ?{_angle('b', before, after)} ?\)?")
    for before, after, apart in ((_SIDE, "", "[,;/]?"), ("", _SIDE, "[,;/]?"), ("", "", r"[,;/\s]"))
)


def _angles(text: str) -> WrittenPosition | None:
    """Read two angles that say by a side or a degree sign what they are."""
    text = text.casefold()
    for words, sign in _SIDES:
        text = re.sub(words, f" {sign} " if sign in "nsew" else sign, text)
    text = re.sub(r"\s+", " ", text).strip()
    found = next((found for pattern in _ANGLES if (found := pattern.fullmatch(text))), None)
    if not found:
        return None
    first, second = (_read_angle(found, name) for name in "ab")
    if first is None or second is None:
        return None
    (a, side_a, marked_a), (b, side_b, marked_b) = first, second
    if side_a == side_b == "" and marked_a and marked_b:
        return WrittenPosition(a, b)
    if {side_a, side_b} == {"lat", "lon"}:
        lat, lon = (a, b) if side_a == "lat" else (b, a)
        return WrittenPosition(lat, lon if abs(lat) <= 90 else FARTHER_THAN_ANY)
    return None


def _read_angle(found: re.Match[str], name: str) -> tuple[float, str, bool] | None:
    minutes, seconds = _decimal(found[f"{name}m"]), _decimal(found[f"{name}s"])
    if minutes >= 60 or seconds >= 60:
        return None
    side = found[f"{name}1"] or found[f"{name}2"] or ""
    degrees = _decimal(found[f"{name}d"]) + minutes / 60 + seconds / 3600
    negative = (side in ("s", "w") and side) or found[f"{name}sign"] == "-"
    kind = "" if not side else "lat" if side in "ns" else "lon"
    return (-degrees if negative else degrees), kind, bool(found[f"{name}mark"])


def _decimal(text: str | None) -> float:
    return float(text.replace(",", ".")) if text else 0.0


# --- geo: and Plus Codes ------------------------------------------------------------------------

_GEO = re.compile(
    r"geo:(?P<lat>-?[0-9.]+),(?P<lon>-?[0-9.]+)(?:,-?[0-9.]+)?(?:;[^?]*)?(?:\?(?P<query>.*))?", re.I
)
_CODE = re.compile(r"(?P<code>[2-9CFGHJMPQRVWX]{4,8}\+[2-9CFGHJMPQRVWX]{2,5})(?P<rest>.*)", re.I | re.DOTALL)
_OF_THE_CITY = re.compile(r"(?:haikou|hainan|china|海口市?|海南省?|中国|хайкоу|хайнань|китай|[\s,])*", re.I)


def _geo(text: str) -> WrittenPosition | None:
    found = _GEO.fullmatch(text)
    if not found:
        return None
    asked = _pair(parse_qs(found["query"] or "").get("q", [""])[0])
    lat, lon = _number(found["lat"]), _number(found["lon"])
    if (lat, lon) == (0, 0) and asked:
        lat, lon = asked  # "0,0" with the place in the question is how Android asks
    return WrittenPosition(lat, lon, Datum.WGS84) if lat is not None and lon is not None else None


def _plus_code(text: str) -> WrittenPosition | None:
    found = _CODE.fullmatch(text)
    if not found or not _OF_THE_CITY.fullmatch(found["rest"]):
        return None
    code = found["code"].upper()
    if plus_codes.isShort(code):
        code = plus_codes.recoverNearest(code, *CITY)
    if not plus_codes.isFull(code):
        return None
    area = plus_codes.decode(code)
    half = (area.latitudeHi - area.latitudeLo) / 2 * METRES_PER_DEGREE
    return WrittenPosition(area.latitudeCenter, area.longitudeCenter, Datum.WGS84, max(1, round(half)))


# --- links --------------------------------------------------------------------------------------

_LINK = re.compile(
    r"(?:https?|androidamap|iosamap|amapuri|baidumap|bdapp|qqmap|comgooglemaps|yandexmaps)://\S+", re.I
)
_PAIR = re.compile(
    r"(?:latlng:|loc:)?\s*(-?[0-9]{1,3}\.[0-9]+|-?[0-9]{1,3})\s*[,; +]\s*(-?[0-9]{1,3}(?:\.[0-9]+)?)(?![0-9])"
)
_BAIDU_DATUMS = {"gcj02": Datum.GCJ02, "wgs84": Datum.WGS84, "bd09ll": Datum.BD09, "bd09": Datum.BD09}

Query = dict[str, str]


def _shared(text: str) -> WrittenPosition | None:
    """Read a link, with or without words around it. Raises LinkHidesPlace for one that says no position."""
    found = _LINK.search(text)
    if not found:
        return None
    parts = urlsplit(found[0].rstrip(".,;，。）)】"))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    host = f"{parts.scheme}.{parts.hostname or ''}"
    for pattern, reader in _READERS:
        if re.search(pattern, host):
            written = reader(parts, query)
            if written:
                return written
    raise LinkHidesPlace


def _amap(parts: SplitResult, query: Query) -> WrittenPosition | None:
    datum = Datum.WGS84 if query.get("coordinate") == "wgs84" or query.get("dev") == "1" else Datum.GCJ02
    if query.get("p"):  # the number of a place, its latitude and longitude, its name
        return _lat_lon(",".join(query["p"].split(",")[1:3]), datum)
    for name in ("position", "to", "lnglat", "location", "center"):
        if name in query:
            return _lon_lat(query[name], datum)
    if "q" in query:
        return _lat_lon(query["q"], datum)
    pairs = (("lat", "lon"), ("lat", "lng"), ("dlat", "dlon"), ("y", "x"))
    return _named(query, pairs, datum)


def _baidu(parts: SplitResult, query: Query) -> WrittenPosition | None:
    datum = _BAIDU_DATUMS.get(query.get("coord_type", ""), Datum.BD09)
    for name in ("location", "latlng", "destination", "center"):
        if name in query and (written := _lat_lon(query[name], datum)):
            return written
    return None


def _tencent(parts: SplitResult, query: Query) -> WrittenPosition | None:
    marked = re.search(r"coord:([^;|]+)", query.get("marker", ""))
    for pair in (marked[1] if marked else "", query.get("coord", ""), query.get("tocoord", "")):
        if written := _lat_lon(pair, Datum.GCJ02):
            return written
    return _named(query, (("pointy", "pointx"), ("latng", "lng")), Datum.GCJ02) or _lat_lon(
        query.get("latng", ""), Datum.GCJ02
    )


def _google(parts: SplitResult, query: Query) -> WrittenPosition | None:
    path = unquote(parts.path)
    if pinned := re.findall(r"!3d(-?[0-9.]+)!4d(-?[0-9.]+)", path + parts.query):
        return _lat_lon(",".join(pinned[-1]), Datum.GCJ02)
    for name in ("q", "query", "destination", "daddr", "ll", "sll", "center"):
        if name in query and (written := _lat_lon(query[name], Datum.GCJ02)):
            return written
    named = re.search(r"/(?:place|search|dir)/(?:[^/]*/)?(-?[0-9.]+,\+?-?[0-9.]+)", path)
    seen = re.search(r"/@(-?[0-9.]+,-?[0-9.]+)", path)
    return _lat_lon(next((found[1] for found in (named, seen) if found), ""), Datum.GCJ02)


def _apple(parts: SplitResult, query: Query) -> WrittenPosition | None:
    for name in ("coordinate", "ll", "daddr", "q", "sll", "center"):
        if name in query and (written := _lat_lon(query[name], Datum.GCJ02)):
            return written
    return None


def _osm(parts: SplitResult, query: Query) -> WrittenPosition | None:
    if written := _named(query, (("mlat", "mlon"), ("lat", "lon")), Datum.WGS84):
        return written
    seen = re.search(r"map=[0-9.]+/(-?[0-9.]+)/(-?[0-9.]+)", parts.fragment)
    asked = query.get("to") or query.get("query", "")
    return _lat_lon(f"{seen[1]},{seen[2]}" if seen and not asked else asked, Datum.WGS84)


def _yandex(parts: SplitResult, query: Query) -> WrittenPosition | None:
    if "rtext" in query:
        return _lat_lon(query["rtext"].split("~")[-1], Datum.WGS84)
    for name in ("pt", "whatshere[point]", "poi[point]", "ll"):
        if name in query and (written := _lon_lat(query[name].split("~")[0], Datum.WGS84)):
            return written
    return _lat_lon(query.get("text", ""), Datum.WGS84)


def _two_gis(parts: SplitResult, query: Query) -> WrittenPosition | None:
    found = re.search(r"/geo/(?:[0-9]+/)?([0-9.]+,[0-9.]+)", unquote(parts.path))
    return _lon_lat(found[1] if found else query.get("m", "").split("/")[0], Datum.WGS84)


_READERS: tuple[tuple[str, Callable[[SplitResult, Query], WrittenPosition | None]], ...] = (
    (r"amap", _amap),
    (r"baidu|^bdapp", _baidu),
    (r"map\.qq\.com|^qqmap|map\.wap\.qq\.com", _tencent),
    (r"google\.|^comgooglemaps", _google),
    (r"maps\.apple\.com", _apple),
    (r"openstreetmap\.org|\.osm\.org", _osm),
    (r"yandex", _yandex),
    (r"\.2gis\.", _two_gis),
)


def _named(query: Query, pairs: Iterable[tuple[str, str]], datum: Datum) -> WrittenPosition | None:
    for lat, lon in pairs:
        if lat in query and lon in query:
            return _lat_lon(f"{query[lat]},{query[lon]}", datum)
    return None


def _lat_lon(text: str, datum: Datum) -> WrittenPosition | None:
    pair = _pair(text)
    return WrittenPosition(*pair, datum) if pair and abs(pair[0]) <= 90 else None


def _lon_lat(text: str, datum: Datum) -> WrittenPosition | None:
    pair = _pair(text)
    return WrittenPosition(pair[1], pair[0], datum) if pair and abs(pair[1]) <= 90 else None


def _pair(text: str) -> Degrees | None:
    found = _PAIR.match(text.strip())
    return (float(found[1]), float(found[2])) if found else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
