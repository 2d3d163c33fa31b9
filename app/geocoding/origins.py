"""Where a typed text is: the gazetteer first, then the geocoder, and the gazetteer again when that fails."""

import logging
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import delete, select

from app import throttle
from app.crypto import keyring, token_hash
from app.db import db, end_read, transact
from app.errors import Busy
from app.geocoding.fetching import FetchLimits
from app.geocoding.models import GeocodedText
from app.localtext import LocalText
from app.settings import Settings
from app.stations.finding import search
from app.stations.finding.nearby import nearest
from app.stations.finding.wanted import Wanted
from app.stations.geography.datum import Datum
from app.stations.geography.distance import Point
from app.stations.geography.names import LONGEST_TEXT, folded
from app.stations.geography.places import FoundPlace, NamedPlace, Outcome, PlaceKind, Unknown, only_place

if TYPE_CHECKING:
    from app.geocoding.vendors import Vendor

MOST_KEPT = 10_000
KEPT_FOR = timedelta(hours=24)
# After a failure nobody else waits for the same time-out.
PAUSE = timedelta(seconds=60)
FARTHEST_M = 200_000
_PAUSED = "paused"
# A geocoder that stalls holds one thread of a process and not all of them.
_one_at_a_time = threading.BoundedSemaphore(1)
_log = logging.getLogger(__name__)


def find_origin(text: str, *, datum: str = Datum.WGS84, now: datetime) -> Outcome:
    """Say where a typed text is; raises BadCoordinates or DatumUnknown for numbers that are no position."""
    known = search.find_origin(text, datum=datum)
    unsure = isinstance(known, Unknown) or (isinstance(known, FoundPlace) and _is_guessed_name(known))
    settings: Settings = current_app.extensions["settings"]
    if not (unsure and settings.geocoder and folded(text).strip()):
        return known
    point = _geocoded(text[:LONGEST_TEXT], settings, now=now)
    return FoundPlace(_as_typed(text, point)) if point else known


def _is_guessed_name(found: FoundPlace) -> bool:
    """Whether a geocoder may know better; it does not of numbers, which are a guess with longitude first."""
    return found.guessed and found.place.kind is not PlaceKind.COORDINATES


def get_found(text: str, *, datum: str = Datum.WGS84, now: datetime) -> FoundPlace:
    """Return the one place a text means, or most likely means.

    Raises PlaceUnknown, PlaceAmbiguous, BadCoordinates or DatumUnknown.
    """
    outcome = find_origin(text, datum=datum, now=now)
    return outcome if isinstance(outcome, FoundPlace) else FoundPlace(only_place(outcome))


def _as_typed(text: str, point: Point) -> NamedPlace:
    name = " ".join(text.split())
    return NamedPlace("", PlaceKind.ADDRESS, LocalText(name, name, name), point)


def _geocoded(text: str, settings: Settings, *, now: datetime) -> Point | None:
    # Hashed first: the keyed index looks at letters and digits only, and "1-1 Haixiu Road" is not "11".
    key = keyring().blind_index(token_hash(f"{settings.geocoder} {folded(text)}"), purpose="geocoder")
    if kept := _kept(key, now - KEPT_FOR):
        return _point_of(kept)
    if _kept(_PAUSED, now - PAUSE) or not _one_at_a_time.acquire(blocking=False):
        return None
    try:
        return _asked(text, key, settings, now=now)
    except Busy:
        return None  # the answer could not be written down; it will be asked again
    finally:
        _one_at_a_time.release()


def _kept(key: str, since: datetime) -> GeocodedText | None:
    rows = select(GeocodedText).where(GeocodedText.key == key, GeocodedText.asked_at > since)
    return db.session.scalar(rows)


def _point_of(kept: GeocodedText) -> Point | None:
    if kept.lat is None or kept.lon is None:
        return None
    return Point(kept.lat, kept.lon, kept.precision_m or 0)


def _asked(text: str, key: str, settings: Settings, *, now: datetime) -> Point | None:
    # geopy's geocoders take a while to import: only a process that asks one pays, and once.
    from app.geocoding import vendors  # noqa: PLC0415

    hits = transact(throttle.count, "geocoder", window=timedelta(minutes=1), now=now)
    if hits > settings.geocoder_per_minute:
        return None
    end_read()  # the connection is not held while somebody else is slow
    try:
        point = vendors.ask(_vendor(settings), text)
    except vendors.GeocoderFailed as error:
        _log.warning("The geocoder failed", extra={"reason": str(error)})
        transact(_keep, _PAUSED, None, now=now)
        return None
    point = point if point and _in_reach(point) else None
    transact(_keep, key, point, now=now)
    return point


def _in_reach(point: Point) -> bool:
    """Whether the place is near the network: elsewhere it is another place of the same name."""
    return any(found.distance_m <= FARTHEST_M for found in nearest(point, Wanted(), count=1))


def _vendor(settings: Settings) -> "Vendor":
    from app.geocoding import vendors  # noqa: PLC0415

    base = settings.geocoder_url or vendors.SERVICES[settings.geocoder].home
    return vendors.Vendor(
        settings.geocoder,
        base.rstrip("/"),
        FetchLimits(settings.geocoder_timeout_seconds, settings.geocoder_private_host),
        settings.geocoder_key,
        settings.geocoder_city,
    )


def _keep(key: str, point: Point | None, *, now: datetime) -> None:
    """Write an answer down, and forget those that are old or too many."""
    lat, lon, precision = (
        (round(point.lat, 5), round(point.lon, 5), point.precision_m) if point else (None,) * 3
    )
    db.session.merge(GeocodedText(key=key, lat=lat, lon=lon, precision_m=precision, asked_at=now))
    db.session.flush()
    newest = select(GeocodedText.key).order_by(GeocodedText.asked_at.desc(), GeocodedText.key)
    old = (GeocodedText.asked_at <= now - KEPT_FOR) | GeocodedText.key.in_(newest.offset(MOST_KEPT))
    db.session.execute(delete(GeocodedText).where(old))
