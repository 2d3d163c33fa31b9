"""Keeping a draft, publishing it, retiring a point and opening it again. Call inside `transact()`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select

from app.appointments.waitlist import retired
from app.db import db
from app.errors import DomainError, NotFound
from app.publishing import queries, writing
from app.publishing.cells import FIELDS, Cells, ChangedCell, cells_of, changed_only, differences, is_complete
from app.publishing.models import Cause, StationChange, StationDraft
from app.publishing.pictures import StoredPicture
from app.stations.models import Station, StationPhoto

KEEP_UNSAVED = timedelta(days=1)  # photos of forms that were shown again for mending


class PointChanged(DomainError):
    """Somebody else changed the point or its draft since this was typed. `theirs`: what differs."""

    code = "point_changed"

    def __init__(self, theirs: list[ChangedCell]) -> None:
        super().__init__()
        self.theirs = theirs


class PointUnfinished(DomainError):
    """The draft of a new point lacks what every point needs."""

    code = "point_unfinished"
    status = 422


class VisitsBooked(DomainError):
    """People have visits or holds at the point, so it cannot be retired; `count` says how many."""

    code = "visits_booked"

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count


class PapersKept(DomainError):
    """Papers that wait for their owners lie at the point; `count` says of how many cases."""

    code = "papers_kept"

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count


@dataclass(frozen=True, slots=True)
class DraftSave:
    """All cells as typed, and the stamp of what the form was filled with."""

    slug: str
    typed: Cells
    seen_stamp: str
    username: str
    picture: StoredPicture | None = None


def save_draft(save: DraftSave, *, now: datetime) -> None:
    """Keep the changed cells as the point's draft; without any, drop the draft.

    Raises PointChanged when the form was filled with anything but what is published and drafted now.
    """
    editing = _locked(save.slug)
    if editing.stamp != save.seen_stamp:
        raise PointChanged(differences(save.typed, editing.cells))
    if save.picture:
        keep_picture(save.slug, save.picture, now=now)
    before, after = changed_only(editing.published, save.typed)
    if not after and editing.station:
        _drop(editing)
        return
    _write_draft(editing, before, after, username=save.username, now=now)


def _write_draft(
    editing: queries.Editing, before: Cells, after: Cells, *, username: str, now: datetime
) -> StationDraft:
    draft = editing.draft
    if draft is None:
        draft = StationDraft(slug=editing.slug, version=0)
        db.session.add(draft)
    draft.version += 1
    draft.before, draft.after, draft.username, draft.saved_at = before, after, username, now
    return draft


def _locked(slug: str) -> queries.Editing:
    station = queries.find_station(slug, lock=True)
    draft = queries.find_draft(slug, lock=True)
    if station is None and draft is None:
        raise NotFound
    return queries.Editing(slug, station, draft)


def begin(slug: str, cells: Cells, *, username: str, now: datetime) -> None:
    """Begin the draft of a new point. Raises PointChanged when the slug is taken."""
    editing = queries.Editing(slug, queries.find_station(slug, lock=True), queries.find_draft(slug))
    if editing.station or editing.draft:
        raise PointChanged([])
    _write_draft(editing, {}, cells, username=username, now=now)


def publish(slug: str, *, seen_version: int, username: str, now: datetime) -> Station:
    """Make the draft what people see, and write down who changed what.

    Raises PointChanged when the draft is not the one that was looked at, or a cell of it was changed
    by somebody else meanwhile; PointUnfinished when a new point lacks what every point needs.
    """
    editing = _locked(slug)
    if editing.draft is None or editing.version != seen_version:
        raise PointChanged(differences({}, editing.draft.after if editing.draft else {}))
    check_base(editing.published, editing.draft.before, editing.draft.after)
    if not is_complete(editing.cells):
        raise PointUnfinished
    cause = Cause.FORM if editing.station else Cause.ADDED
    station = put(slug, editing.station, editing.draft.after, Entry(username, now, cause))
    _drop(queries.Editing(slug, station, editing.draft))
    return station


def check_base(now: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Raise PointChanged when a cell is neither what it was nor already what it shall be."""
    moved = differences(after, {field: now.get(field, "") for field in after})
    conflicts = [d for d in moved if d.after != before.get(d.field, "")]
    if conflicts:
        raise PointChanged(conflicts)


@dataclass(frozen=True, slots=True)
class Entry:
    """How a change goes into the history."""

    username: str
    now: datetime
    cause: Cause


def put(slug: str, station: Station | None, after: Mapping[str, str], entry: Entry) -> Station:
    """Write changed cells into the station, a new one if there is none, and into the history."""
    before: Cells = cells_of(station) if station else dict.fromkeys(FIELDS, "")
    if station is None:
        station = writing.blank(slug)
        db.session.add(station)
    wanted = {**before, **after}
    with db.session.no_autoflush:
        writing.write(station, before, wanted, queries.services_by_code())
    station.edited_at = entry.now
    db.session.flush()
    for change in differences(before, wanted):
        _note(station, entry, change)
    return station


def _note(station: Station, entry: Entry, change: ChangedCell | None = None) -> None:
    found = change or ChangedCell("", "", "")
    db.session.add(
        StationChange(
            station_id=station.id,
            username=entry.username,
            changed_at=entry.now,
            cause=entry.cause,
            field=found.field,
            before=found.before,
            after=found.after,
        )
    )


def discard(slug: str, *, seen_version: int) -> None:
    """Drop the draft. Raises PointChanged when somebody went on writing it."""
    editing = _locked(slug)
    if editing.draft and editing.version != seen_version:
        raise PointChanged(differences(editing.published, editing.cells))
    _drop(editing)


def _drop(editing: queries.Editing) -> None:
    if editing.draft:
        db.session.delete(editing.draft)
    kept = editing.station.photo if editing.station else None
    unused = delete(StationPhoto).where(StationPhoto.station_slug == editing.slug)
    db.session.execute(unused.where(StationPhoto.digest != kept) if kept else unused)


def keep_picture(slug: str, picture: StoredPicture, *, now: datetime) -> None:
    """Keep a photo of a point until a draft is published or dropped without it, or a day without draft."""
    same = (StationPhoto.station_slug == slug, StationPhoto.digest == picture.digest)
    if kept := db.session.scalar(select(StationPhoto).where(*same)):
        kept.added_at = now
    else:
        db.session.add(
            StationPhoto(
                station_slug=slug,
                digest=picture.digest,
                width=picture.width,
                height=picture.height,
                data=picture.data,
                added_at=now,
            )
        )


def unused_photos(*, now: datetime) -> ColumnElement[bool]:
    """Return which photos came with forms that nobody saved, a day ago."""
    shown = exists().where(Station.slug == StationPhoto.station_slug, Station.photo == StationPhoto.digest)
    drafted = exists().where(
        StationDraft.slug == StationPhoto.station_slug,
        StationDraft.after["photo"].as_string() == StationPhoto.digest,
    )
    return (StationPhoto.added_at <= now - KEEP_UNSAVED) & ~shown & ~drafted


def retire(slug: str, *, username: str, now: datetime) -> None:
    """Let the point receive nobody any more.

    Who waits for a time there, and nowhere else, is told ten minutes later. Raises VisitsBooked while
    anybody is to come, PapersKept while papers wait there for anybody.
    """
    station = queries.find_station(slug, lock=True)
    if station is None or station.retired_at:
        raise NotFound
    if count := queries.count_bookings(station, now=now):
        raise VisitsBooked(count)
    if count := queries.count_papers(station):
        raise PapersKept(count)
    station.retired_at = now
    station.plan_version += 1
    retired.end_at(station, username=username, now=now)
    _note(station, Entry(username, now, Cause.RETIRED))


def reopen(slug: str, *, username: str, now: datetime) -> None:
    """Let a retired point receive people again; who waited there and was not told yet waits again."""
    station = queries.find_station(slug, lock=True)
    if station is None or station.retired_at is None:
        raise NotFound
    station.retired_at = None
    station.plan_version += 1
    retired.put_back(station, now=now)
    _note(station, Entry(username, now, Cause.REOPENED))
