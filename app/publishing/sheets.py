"""An uploaded file of changes: checked line by line, kept until it is published whole or dropped."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete

from app.codes import NAME_LENGTH, new_code
from app.db import db
from app.errors import DomainError, NotFound
from app.publishing import operations, queries
from app.publishing.cells import (
    FIELDS,
    FOR_ADMINISTRATORS,
    ChangedCell,
    cells_of,
    differences,
)
from app.publishing.models import Cause, StationSheet
from app.publishing.operations import Entry
from app.publishing.reading import CellUnfit, KnownNetwork, check, check_slug
from app.publishing.sheet import SheetLine
from app.stations.models import Station

KEPT = timedelta(days=1)


@dataclass
class CheckedLine:
    """What one line would change, or what is wrong with it."""

    number: int
    slug: str
    is_new: bool = False
    changes: list[ChangedCell] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Editor:
    """Who sends a file: the points they may change, and whether they may add points."""

    username: str
    stations: Mapping[str, Station]
    administrates: bool


def check_lines(lines: Sequence[SheetLine], editor: Editor, known: KnownNetwork) -> list[CheckedLine]:
    """Return what each line would change; nothing is written."""
    seen = Counter(line.slug.lower() for line in lines)
    return [_checked(line, editor, known, twice=seen[line.slug.lower()] > 1) for line in lines]


def _checked(line: SheetLine, editor: Editor, known: KnownNetwork, *, twice: bool) -> CheckedLine:
    checked = CheckedLine(line.number, line.slug)
    station = editor.stations.get(line.slug)
    checked.is_new = station is None
    if twice:
        checked.problems["slug"] = _("This point is in the file twice. Keep one line.")
    elif station is None:
        _check_new(checked, editor)
    if checked.problems:
        return checked
    published = cells_of(station) if station else dict.fromkeys(FIELDS, "")
    found = check(line.cells, published, known)
    checked.problems |= found.problems
    checked.changes = differences(published, found.cells) if not found.problems else []
    if not editor.administrates and any(c.field in FOR_ADMINISTRATORS for c in checked.changes):
        checked.problems["number"] = _("Only administrators change number and kind.")
    return checked


def _check_new(checked: CheckedLine, editor: Editor) -> None:
    if not editor.administrates:
        checked.problems["slug"] = _("You do not work at a point with this name.")
        return
    try:
        checked.slug = check_slug(checked.slug)
    except CellUnfit as unfit:
        checked.problems["slug"] = unfit.words
        return
    if queries.find_station(checked.slug) or queries.find_draft(checked.slug):
        checked.problems["slug"] = _("A retired point or a draft has this name already.")


def keep(checked: Iterable[CheckedLine], *, username: str, now: datetime) -> str:
    """Keep the changes until they are published; earlier files of this person are dropped.

    Returns the name of what was kept. Call inside `transact()`.
    """
    old = (StationSheet.username == username) | (StationSheet.uploaded_at < now - KEPT)
    db.session.execute(delete(StationSheet).where(old))
    lines = [_kept(line) for line in checked if line.changes]
    sheet = StationSheet(public_id=new_code(NAME_LENGTH), username=username, uploaded_at=now, lines=lines)
    db.session.add(sheet)
    return sheet.public_id


def _kept(line: CheckedLine) -> dict[str, Any]:
    before = {change.field: change.before for change in line.changes}
    after = {change.field: change.after for change in line.changes}
    return {"number": line.number, "slug": line.slug, "new": line.is_new, "before": before, "after": after}


class LinesChanged(operations.PointChanged):
    """Points of the file were changed meanwhile; `slugs` are theirs. Nothing was published."""

    code = "point_changed"

    def __init__(self, slugs: list[str]) -> None:
        super().__init__([])
        self.slugs = slugs


class PointsNotYours(DomainError):
    """The file changes what this person may not change, or may not any more."""

    code = "points_not_yours"
    status = 403


def publish(public_id: str, editor: Editor, *, now: datetime) -> int:
    """Publish all lines or none; return how many points changed. Call inside `transact()`.

    Raises NotFound, PointsNotYours, LinesChanged.
    """
    sheet = queries.find_sheet(public_id, editor.username)
    if sheet is None:
        raise NotFound
    if not all(_may_change(line, editor) for line in sheet.lines):
        raise PointsNotYours
    entry = Entry(editor.username, now, Cause.SHEET)
    conflicts: list[str] = []
    for line in sorted(
        sheet.lines, key=lambda one: one["slug"]
    ):  # one order, so that two files never wait in a ring
        try:
            _publish_line(line, editor, entry)
        except operations.PointChanged:
            conflicts.append(line["slug"])
    if conflicts:
        raise LinesChanged(conflicts)
    db.session.delete(sheet)
    return len(sheet.lines)


def _may_change(line: Mapping[str, Any], editor: Editor) -> bool:
    """Say so by what the person is now: the file may be a day old."""
    ordinary = not line["new"] and not line["after"].keys() & set(FOR_ADMINISTRATORS)
    return editor.administrates or (ordinary and line["slug"] in editor.stations)


def _publish_line(line: Mapping[str, Any], editor: Editor, entry: Entry) -> None:
    slug, before, after = line["slug"], line["before"], line["after"]
    station = queries.find_station(slug, lock=True)
    if line["new"] != (station is None) or (station and (slug not in editor.stations or station.retired_at)):
        raise operations.PointChanged([])
    if station:
        operations.check_base(cells_of(station), before, after)
    operations.put(slug, station, after, entry)


def drop(public_id: str, *, username: str) -> None:
    """Forget an uploaded file. Call inside `transact()`."""
    found = (StationSheet.public_id == public_id, StationSheet.username == username)
    db.session.execute(delete(StationSheet).where(*found))
