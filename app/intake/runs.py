"""A file on its way: read into lines that wait, looked at, then taken in batch by batch.

No transaction is long, so bookings go on beside it. Whoever finds a run that was decided goes on with
it: the command, or the worker after the command was killed.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import ClassVar

from sqlalchemy import delete, select, update
from sqlalchemy.orm import selectinload

from app.cases import history
from app.cases.models import Case, VisitType
from app.cases.states import Permit
from app.codes import new_code
from app.db import db, locking
from app.errors import DomainError, NotFound
from app.intake.facts import CaseFacts, KnownTypes, read_facts
from app.intake.models import ImportRow, ImportRun, RowResult, RunState
from app.intake.operations import compare, permits_of, take_in
from app.intake.sheet import RawRow, Sheet, SheetProblem
from app.stations.models import Station, StationService

READ_BATCH = 200  # lines that are put down in one transaction
APPLY_BATCH = 25  # cases that are written in one transaction: some 50 ms
LONGEST_ACTOR = 80
WILL_CHANGE = (RowResult.NEW, RowResult.UPDATED)


class RunConflict(DomainError):
    """The run is in a state that does not allow this, or has lines that cannot be read."""

    code: ClassVar[str] = "run_conflict"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a file in, and whose permits it tells: one bureau's, or both when `bureau` is None."""

    username: str
    bureau: str | None


def begin(
    sheet: Sheet, content: bytes, file_name: str, *, sender: Sender, known: KnownTypes, now: datetime
) -> ImportRun:
    """Note that a file is being read."""
    used = known.used_columns()
    run = ImportRun(
        public_id=new_code(12),
        file_name=file_name,
        file_hash=hashlib.sha256(content).hexdigest(),
        encoding=sheet.encoding,
        state=RunState.READING,
        username=sender.username,
        bureau=sender.bureau,
        created_at=now,
        total=len(sheet.rows),
        unused_columns=[name[:40] for name in sheet.columns if name not in used][:20],
        counts={},
    )
    db.session.add(run)
    db.session.flush()
    return run


def read_known(*, encoding: str, bureau: str | None, now: datetime) -> KnownTypes:
    """Return what the lines of a file, or a request, of this bureau may name and tell."""
    handing_over = (
        select(VisitType.code, Station.slug)
        .join(StationService, StationService.service_id == VisitType.service_id)
        .join(Station, Station.id == StationService.station_id)
        .where(Station.retired_at.is_(None))
    )
    retired = select(Station.slug).where(Station.retired_at.is_not(None))
    places: dict[str, set[str]] = {code: set() for code in db.session.scalars(select(VisitType.code))}
    for code, slug in db.session.execute(handing_over):
        places[code].add(slug)
    frozen = {code: frozenset(slugs) for code, slugs in places.items()}
    return KnownTypes(
        frozen, history.today(now), encoding, permits_of(bureau), frozenset(db.session.scalars(retired))
    )


class FileReading:
    """Reads the lines of one file and remembers which numbers came before."""

    def __init__(self, sheet: Sheet, known: KnownTypes) -> None:
        self._rows = iter(sheet.rows)
        self._known = known
        self._seen: dict[str, CaseFacts] = {}

    def batches(self) -> Iterator[list[tuple[int, CaseFacts | None, list[SheetProblem]]]]:
        """Yield the lines, some at a time: line number, facts if it can be taken, and what is wrong."""
        while batch := [self._read(row) for row in islice(self._rows, READ_BATCH)]:
            yield batch

    def _read(self, row: RawRow) -> tuple[int, CaseFacts | None, list[SheetProblem]]:
        if row.cells is None:
            return row.line, None, [SheetProblem("cells", row.line)]
        facts, problems = read_facts(row.cells, self._known, row.line)
        earlier = self._seen.get(facts.number) if facts else None
        if facts and earlier and earlier.version == facts.version and earlier != facts:
            return row.line, None, [*problems, SheetProblem("number_twice", row.line, "number")]
        if facts and (earlier is None or earlier.version < facts.version):
            self._seen[facts.number] = facts
        return row.line, facts, problems


def put_down(run_id: int, batch: Sequence[tuple[int, CaseFacts | None, list[SheetProblem]]]) -> int:
    """Write some lines down with what is expected of each. Returns how many."""
    run = _locked(run_id)
    numbers = [facts.number for _line, facts, _problems in batch if facts]
    known = select(Case).where(Case.external_number.in_(numbers)).options(selectinload(Case.legs))
    permits = permits_of(run.bureau)
    cases = {case.external_number: case for case in db.session.scalars(known)}
    counts = dict(run.counts)
    for line, facts, problems in batch:
        result = _expected(facts, cases.get(facts.number) if facts else None, permits)
        row = ImportRow(
            row_key=f"{run.public_id}:{line}",
            run_id=run.id,
            line=line,
            result=result,
            label=facts.number if facts else "",
            has_problems=bool(problems),
            problems=[[p.code, p.column, p.warning] for p in problems],
        )
        if facts and result in WILL_CHANGE:
            row.facts = facts.as_text()
        db.session.add(row)
        counts[result] = counts.get(result, 0) + 1
    run.counts = counts
    return len(batch)


def _expected(facts: CaseFacts | None, case: Case | None, permits: frozenset[Permit]) -> RowResult:
    if facts is None:
        return RowResult.WRONG
    return compare(case, facts, permits) if case else RowResult.NEW


def finish_reading(run_id: int) -> ImportRun:
    """Note that every line was read: now somebody decides."""
    run = _locked(run_id)
    run.state = RunState.CHECKED
    return run


def is_clean(run: ImportRun) -> bool:
    """Say whether no line stands in the way: a file is taken in as a whole or not at all."""
    return not (run.counts.get(RowResult.WRONG, 0) or run.counts.get(RowResult.CONFLICT, 0))


def start(public_id: str, *, now: datetime) -> ImportRun:
    """Decide that a checked file is taken in. Raises NotFound or RunConflict."""
    run = _locked_by_name(public_id)
    if run.state in (RunState.APPLYING, RunState.DONE):
        return run  # The same button twice: it is decided.
    if run.state != RunState.CHECKED or not is_clean(run):
        raise RunConflict
    run.state, run.decided_at, run.done = RunState.APPLYING, now, 0
    return run


def discard(public_id: str, *, now: datetime) -> ImportRun:
    """Leave a file that was not decided. Its lines are forgotten. Raises NotFound or RunConflict."""
    run = _locked_by_name(public_id)
    if run.state not in (RunState.READING, RunState.CHECKED, RunState.DISCARDED):
        raise RunConflict
    run.state, run.finished_at = RunState.DISCARDED, now
    waiting = update(ImportRow).where(ImportRow.run_id == run.id)
    db.session.execute(waiting.values(facts_encrypted=None))
    return run


def apply_some(run_id: int, *, now: datetime) -> int:
    """Take in the next few lines of a decided run. Returns how many; 0 ends the run."""
    run = _locked(run_id)
    if run.state != RunState.APPLYING:
        return 0
    waiting = select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.facts_encrypted.is_not(None))
    rows = db.session.scalars(waiting.order_by(ImportRow.line).limit(APPLY_BATCH)).all()
    if not rows:
        run.state, run.finished_at = RunState.DONE, now
        return 0
    batch = [CaseFacts.from_text(row.facts) for row in rows]
    results = take_in(batch, actor=actor_of(run), bureau=run.bureau, now=now)
    for row, result in zip(rows, results, strict=True):
        row.result, row.facts = result, ""
    run.done += len(rows)
    return len(rows)


def actor_of(run: ImportRun) -> str:
    """Return how the history names who told what a file says."""
    return f"{run.username}: {run.file_name}"[:LONGEST_ACTOR]


def to_apply(run: ImportRun) -> int:
    """Return how many lines change something."""
    return sum(run.counts.get(result, 0) for result in WILL_CHANGE)


def find_decided() -> int | None:
    """Return a run that was decided and is not at its end."""
    return db.session.scalar(
        select(ImportRun.id).where(ImportRun.state == RunState.APPLYING).order_by(ImportRun.id).limit(1)
    )


def find_unfinished(content: bytes, bureau: str | None) -> ImportRun | None:
    """Return the run of the same file that was decided and killed on its way."""
    same = select(ImportRun).where(
        ImportRun.file_hash == hashlib.sha256(content).hexdigest(),
        ImportRun.state == RunState.APPLYING,
        ImportRun.bureau.is_not_distinct_from(bureau),
    )
    return db.session.scalar(same.limit(1))


def get_run(public_id: str) -> ImportRun:
    """Return the run. Raises NotFound."""
    found = db.session.scalar(select(ImportRun).where(ImportRun.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def list_runs(bureau: str | None, *, limit: int = 30) -> Sequence[ImportRun]:
    """Return the latest files of a bureau; of everybody when it is None."""
    wanted = select(ImportRun).order_by(ImportRun.id.desc()).limit(limit)
    if bureau:
        wanted = wanted.where(ImportRun.bureau == bureau)
    return db.session.scalars(wanted).all()


def list_rows(run: ImportRun, *, result: str = "", page: int = 1, size: int = 50) -> Sequence[ImportRow]:
    """Return one page of a run's lines; one more than its size when there are more."""
    wanted = select(ImportRow).where(ImportRow.run_id == run.id).order_by(ImportRow.line)
    if result:
        wanted = wanted.where(ImportRow.result == result)
    return db.session.scalars(wanted.offset((page - 1) * size).limit(size + 1)).all()


def forget_some(before: datetime, _now: datetime) -> int:
    """Delete some lines of files that came before this and are not being taken in. Returns how many."""
    over = select(ImportRun.id).where(ImportRun.created_at < before, ImportRun.state != RunState.APPLYING)
    return forget_some_lines(list(db.session.scalars(over)))


def forget_some_lines(run_ids: Sequence[int], *, limit: int = 500) -> int:
    """Delete some lines of these runs, and a run without lines. Returns how many."""
    keys = db.session.scalars(
        select(ImportRow.row_key).where(ImportRow.run_id.in_(run_ids)).limit(limit)
    ).all()
    if keys:
        db.session.execute(delete(ImportRow).where(ImportRow.row_key.in_(keys)))
        return len(keys)
    gone = db.session.execute(delete(ImportRun).where(ImportRun.id.in_(run_ids)))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _locked(run_id: int) -> ImportRun:
    return db.session.scalars(locking(select(ImportRun).where(ImportRun.id == run_id))).one()


def _locked_by_name(public_id: str) -> ImportRun:
    return _locked(get_run(public_id).id)
