"""Typed places that nobody could place: counted, seen by staff from the third person on, and given a place.

What only one person typed is never kept, for it may be that person's home; and nothing that looks like a
number or an address of a person is counted at all.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import delete, func, select

from app import throttle
from app.crypto import keyring, token_hash
from app.db import db, transact
from app.errors import Busy, DomainError, NotFound, TooManyTries
from app.geocoding.models import UnknownMark, UnknownPlace
from app.localtext import LocalText
from app.stations.finding import search
from app.stations.finding.nearby import nearest
from app.stations.finding.wanted import Wanted
from app.stations.geography.distance import Point
from app.stations.geography.names import is_chinese, key_of
from app.stations.geography.places import FoundPlace, PlaceKind
from app.stations.models import Confidence, Place
from app.web.networks import address_block

LEAST_PEOPLE = 3
LONGEST = 60
KEPT_FOR = timedelta(days=30)
MOST_OF_ONE = 20  # texts of one network in an hour
WINDOW = timedelta(hours=1)
MOST_MARKS = 20_000
MOST_LISTED = 100
USUAL_PRECISION_M = 300
FARTHEST_M = 200_000
# Numbers of phones, passports and flats, and addresses of mail: somebody's own.
_PERSONAL = re.compile(r"@|[0-9](?:[\s-]?[0-9]){4}")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


class PositionUnclear(DomainError):
    """What was written is neither a position in reach nor the name of one place that we know."""

    code: ClassVar[str] = "position_unclear"
    status: ClassVar[int] = 422


def note(text: str, *, address: str, now: datetime) -> None:
    """Count that a person typed a text that means no place we know; failing to count harms nobody."""
    if not may_be_counted(text):
        return
    limit = f"unknown-places-of:{address_block(address)}"
    with suppress(Busy, TooManyTries):
        throttle.check(limit, limit=MOST_OF_ONE, now=now)
        transact(throttle.count, limit, window=WINDOW, now=now)
        transact(count, text, person=address_block(address), now=now)


def may_be_counted(text: str) -> bool:
    """Say whether a text can be the name of a place, and is nothing that belongs to one person."""
    return len(key_of(text)) >= 2 and len(text) <= LONGEST and not _PERSONAL.search(text)


def count(text: str, *, person: str, now: datetime) -> None:
    """Mark the text for this person; the third one makes it seen. Call inside `transact()`."""
    key = _fingerprint(key_of(text), "unknown-place")
    mark = (key, _fingerprint(f"{key} {person}", "unknown-place-person"))
    if db.session.get(UnknownMark, mark) or _marks() >= MOST_MARKS:
        return
    db.session.add(UnknownMark(key=key, person=mark[1], typed_at=now))
    db.session.flush()
    since = (UnknownMark.key == key) & (UnknownMark.typed_at > now - KEPT_FOR)
    people = db.session.scalar(select(func.count()).where(since)) or 0
    if people >= LEAST_PEOPLE:
        _show(key, " ".join(text.split()), people, now=now)


def _fingerprint(text: str, purpose: str) -> str:
    # Hashed first: the keyed index looks at letters and digits only.
    return keyring().blind_index(token_hash(text), purpose=purpose)


def _marks() -> int:
    return db.session.scalar(select(func.count()).select_from(UnknownMark)) or 0


def _show(key: str, text: str, people: int, *, now: datetime) -> None:
    row = db.session.scalar(select(UnknownPlace).where(UnknownPlace.key == key)) or UnknownPlace(key=key)
    row.text, row.people, row.typed_at = text, people, now
    db.session.add(row)


# --- what staff see and do ------------------------------------------------------------------------


def list_open() -> Sequence[UnknownPlace]:
    """Return the texts that have no place yet, those of most people first."""
    rows = select(UnknownPlace).where(UnknownPlace.settled_at.is_(None))
    return db.session.scalars(
        rows.order_by(UnknownPlace.people.desc(), UnknownPlace.typed_at.desc()).limit(MOST_LISTED)
    ).all()


def get_unknown(unknown_id: int) -> UnknownPlace:
    """Return one of them. Raises NotFound."""
    row = db.session.get(UnknownPlace, unknown_id)
    if row is None:
        raise NotFound
    return row


def add_place(unknown_id: int, where: str, *, username: str, now: datetime) -> None:
    """Make the text a place of the gazetteer. Call inside `transact()`.

    `where` is a position in any writing, or the name of one known place. Raises PositionUnclear,
    BadCoordinates, DatumUnknown, LinkHidesPlace.
    """
    row = get_unknown(unknown_id)
    slug = f"typed-{row.key[:16]}"
    point = _position(where)
    if not db.session.scalar(select(Place.id).where(Place.slug == slug)):
        db.session.add(_place(slug, row.text, point, username))
    leave_out(unknown_id, username=username, now=now)


def leave_out(unknown_id: int, *, username: str, now: datetime) -> None:
    """Take the text off the list for good. Call inside `transact()`."""
    row = get_unknown(unknown_id)
    row.settled_at, row.settled_by = now, username
    db.session.execute(delete(UnknownMark).where(UnknownMark.key == row.key))


def _position(where: str) -> Point:
    outcome = search.find_origin(where)
    if not isinstance(outcome, FoundPlace) or outcome.guessed or outcome.place.kind is PlaceKind.CITY:
        raise PositionUnclear
    point = outcome.place.point
    if not any(found.distance_m <= FARTHEST_M for found in nearest(point, Wanted(), count=1)):
        raise PositionUnclear
    return Point(round(point.lat, 5), round(point.lon, 5), point.precision_m or USUAL_PRECISION_M)


def _place(slug: str, text: str, point: Point, username: str) -> Place:
    return Place(
        slug=slug,
        name=_named(text),
        aliases=[],
        category="place",
        district=LocalText(),
        lat=point.lat,
        lon=point.lon,
        precision_m=point.precision_m,
        confidence=Confidence.APPROXIMATE,
        source=f"staff: {username}",
        licence="own work",
    )


def _named(text: str) -> LocalText:
    if is_chinese(text):
        return LocalText(zh=text)
    return LocalText(ru=text) if _CYRILLIC.search(text) else LocalText(en=text)
