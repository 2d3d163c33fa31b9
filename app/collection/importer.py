"""How people are reminded, and where papers can be brought: from CSV files to rows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from app.cases.models import PaperTransfer
from app.cases.notices import CHANNELS
from app.collection.models import ChaseStep, StepKind
from app.db import db
from app.seeding.files import SeedRow, read_rows
from app.seeding.upsert import Tallies, upsert
from app.stations.models import Station


@dataclass(frozen=True, slots=True)
class TransferSeed:
    """That papers can be brought from one station to another, in so many working days."""

    from_slug: str
    to_slug: str
    working_days: int


@dataclass(frozen=True, slots=True)
class CollectionSeed:
    steps: tuple[dict[str, Any], ...]
    transfers: tuple[TransferSeed, ...]


def read(folder: Path, slugs: set[str]) -> CollectionSeed:
    """Read and check both files; `slugs` are the stations there are. Raises SeedError."""
    columns = ("position", "kind", "after_days", "again_days", "channels", "source")
    steps = [_step(row) for row in read_rows(folder, "chase_steps.csv", columns, key=("position",))]
    names = ("from", "to", "working_days", "source")
    rows = read_rows(folder, "paper_transfers.csv", names, key=("from", "to"))
    steps.sort(key=lambda step: int(step["position"]))
    return CollectionSeed(tuple(steps), tuple(_transfer(row, slugs) for row in rows))


def _step(row: SeedRow) -> dict[str, Any]:
    channels = row.items("channels")
    unknown = next((name for name in channels if name not in CHANNELS), None)
    if unknown:
        raise row.error("channels", f"{unknown!r} is not one of {', '.join(CHANNELS)}")
    again = row.text("again_days")
    return {
        "position": row.integer("position", least=1, most=99),
        "kind": row.choice("kind", StepKind),
        "after_days": row.integer("after_days", least=1, most=250),
        "again_days": row.integer("again_days", least=1, most=250) if again else None,
        "channels": " ".join(channels),
    }


def _transfer(row: SeedRow, slugs: set[str]) -> TransferSeed:
    start, end = row.known("from", slugs), row.known("to", slugs)
    return TransferSeed(start, end, row.integer("working_days", least=0, most=60))


def load(seed: CollectionSeed, tallies: Tallies) -> None:
    """Make the rows what the files say; stations are there. Call inside `transact()`."""
    for step in seed.steps:
        values = {name: value for name, value in step.items() if name != "position"}
        upsert(ChaseStep, {"position": step["position"]}, values, tallies.of(ChaseStep))
    kept = [step["position"] for step in seed.steps]
    gone = db.session.scalars(select(ChaseStep.position).where(ChaseStep.position.not_in(kept))).all()
    db.session.execute(delete(ChaseStep).where(ChaseStep.position.in_(gone)))
    tallies.of(ChaseStep).removed += len(gone)
    ids = dict(db.session.execute(select(Station.slug, Station.id)).all())
    for one in seed.transfers:
        key = {"from_station_id": ids[one.from_slug], "to_station_id": ids[one.to_slug]}
        upsert(PaperTransfer, key, {"working_days": one.working_days}, tallies.of(PaperTransfer))
