"""Reading points, their drafts and their history for the pages that change them."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.appointments.models import Appointment, Hold, HoldStatus, is_live
from app.cases.models import Case
from app.db import db, locking
from app.publishing.cells import FIELDS, Cells, cells_of
from app.publishing.models import StationChange, StationDraft, StationSheet
from app.stations.models import Service, Station, StationPhoto

MOST_CHANGES = 300


def find_station(slug: str, *, lock: bool = False) -> Station | None:
    """Return the station, retired or not, with all that its cells are made of."""
    if not slug.isprintable():
        return None
    wanted = select(Station).where(Station.slug == slug).execution_options(populate_existing=True)
    return db.session.scalar(locking(wanted) if lock else wanted)


def list_retired() -> Sequence[Station]:
    wanted = select(Station).where(Station.retired_at.is_not(None)).order_by(Station.number)
    return db.session.scalars(wanted).all()


def list_whole(stations: Iterable[Station]) -> Sequence[Station]:
    """Return these stations with everything that their cells are made of, in five queries."""
    wanted = select(Station).where(Station.id.in_([station.id for station in stations]))
    parts = (selectinload(part) for part in (Station.phones, Station.facts, Station.offers))
    return db.session.scalars(wanted.order_by(Station.number).options(*parts)).all()


def find_draft(slug: str, *, lock: bool = False) -> StationDraft | None:
    wanted = select(StationDraft).where(StationDraft.slug == slug)
    return db.session.scalar(locking(wanted) if lock else wanted)


def list_drafts() -> Mapping[str, StationDraft]:
    """Return all drafts by the slug of their point."""
    return {draft.slug: draft for draft in db.session.scalars(select(StationDraft))}


def services_by_code() -> dict[str, Service]:
    services = db.session.scalars(select(Service).order_by(Service.position, Service.code))
    return {service.code: service for service in services}


@dataclass(frozen=True, slots=True)
class Editing:
    """A point with what is published of it and what is drafted; `station` is None for a new point."""

    slug: str
    station: Station | None
    draft: StationDraft | None

    @property
    def version(self) -> int:
        return self.draft.version if self.draft else 0

    @property
    def published(self) -> Cells:
        return cells_of(self.station) if self.station else dict.fromkeys(FIELDS, "")

    @property
    def cells(self) -> Cells:
        return {**self.published, **(self.draft.after if self.draft else {})}

    @property
    def stamp(self) -> str:
        """Return a sign for all that is published and drafted: another one after any change."""
        state = json.dumps([self.version, sorted(self.cells.items()), sorted(self.published.items())])
        return hashlib.sha256(state.encode()).hexdigest()[:32]


def list_changes(station: Station) -> Sequence[StationChange]:
    """Return what was published of this station, the latest first."""
    wanted = select(StationChange).where(StationChange.station_id == station.id)
    return db.session.scalars(wanted.order_by(StationChange.id.desc()).limit(MOST_CHANGES)).all()


def find_last_change(station: Station | None) -> StationChange | None:
    if station is None:
        return None
    wanted = select(StationChange).where(StationChange.station_id == station.id)
    return db.session.scalar(wanted.order_by(StationChange.id.desc()).limit(1))


def count_bookings(station: Station, *, now: datetime) -> int:
    """Return how many live visits that have not ended and open holds a station has.

    A hold that ran out can be confirmed until it is given back, so it counts until then.
    """
    visits = select(func.count()).select_from(Appointment)
    visits = visits.where(Appointment.station_id == station.id, is_live)
    holds = select(func.count()).select_from(Hold)
    holds = holds.where(Hold.station_id == station.id, Hold.status == HoldStatus.OPEN)
    ahead = visits.where(Appointment.ends_at > now).scalar_subquery()
    # In one statement: between two of them a hold could become a visit, and be in neither count.
    return db.session.scalar(select(ahead + holds.scalar_subquery())) or 0


def count_papers(station: Station) -> int:
    """Return of how many cases the papers lie at a station and wait to be collected."""
    waiting = select(func.count()).select_from(Case).where(Case.papers_station_id == station.id)
    open_ones = (Case.collected_at, Case.merged_into_id, Case.emptied_at)
    return db.session.scalar(waiting.where(*(column.is_(None) for column in open_ones))) or 0


def find_photo(slug: str, digest: str) -> StationPhoto | None:
    wanted = select(StationPhoto).where(StationPhoto.station_slug == slug, StationPhoto.digest == digest)
    return db.session.scalar(wanted)


def find_sheet(public_id: str, username: str) -> StationSheet | None:
    """Return an uploaded file that waits; only who uploaded it sees it."""
    wanted = select(StationSheet).where(StationSheet.public_id == public_id)
    return db.session.scalar(wanted.where(StationSheet.username == username))
