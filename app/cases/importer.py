"""What a visit hands over and which papers it needs: from CSV files to rows."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.cases.models import Bureau, VisitItem, VisitItemKind, VisitType
from app.cases.states import Permit
from app.db import db
from app.localtext import LANGUAGES, LocalText
from app.seeding.files import SeedRow, read_rows
from app.seeding.upsert import Tallies, upsert
from app.stations.models import Confidence, Service

DAYS = ("promised_days", "sequential_days")
MOST_DAYS = 100


@dataclass(frozen=True, slots=True)
class ItemSeed:
    kind: VisitItemKind
    code: str
    position: int
    name: LocalText
    hint: LocalText | None


@dataclass(frozen=True, slots=True)
class VisitTypeSeed:
    code: str
    service: str
    title: LocalText
    lead: LocalText
    note: LocalText | None
    promised_days: int
    sequential_days: int
    in_parts: bool
    items: tuple[ItemSeed, ...]


@dataclass(frozen=True, slots=True)
class BureauSeed:
    code: str
    permit: Permit
    name: LocalText


def read(folder: Path, services: set[str]) -> tuple[VisitTypeSeed, ...]:
    """Read and check the visit types; `services` are the codes they may belong to. Raises SeedError."""
    texts = (f"{text}_{language}" for text in ("title", "lead", "note") for language in LANGUAGES)
    rows = read_rows(
        folder,
        "visit_types.csv",
        ("code", "service", *texts, *DAYS, "in_parts", "confidence", "source"),
        key=("code",),
    )
    items = _read_items(folder, {row.required("code") for row in rows})
    return tuple(_visit_type(row, services, items[row.text("code")]) for row in rows)


def _read_items(folder: Path, codes: set[str]) -> dict[str, list[ItemSeed]]:
    texts = (f"{text}_{language}" for text in ("name", "hint") for language in LANGUAGES)
    columns = ("visit_type", "kind", "code", "position", *texts)
    items: dict[str, list[ItemSeed]] = defaultdict(list)
    for row in read_rows(
        folder, "visit_items.csv", (*columns, "confidence", "source"), key=("visit_type", "code")
    ):
        row.choice("confidence", Confidence)
        items[row.known("visit_type", codes)].append(_item(row))
    return items


def _item(row: SeedRow) -> ItemSeed:
    return ItemSeed(
        row.choice("kind", VisitItemKind),
        row.required("code", at_most=40),
        row.integer("position", least=1, most=99),
        row.whole_text("name"),
        row.local_text("hint") or None,
    )


def _visit_type(row: SeedRow, services: set[str], items: list[ItemSeed]) -> VisitTypeSeed:
    row.choice("confidence", Confidence)
    if not any(item.kind is VisitItemKind.HANDOVER for item in items):
        raise row.error("code", "visit_items.csv has nothing that it hands over")
    note = row.local_text("note")
    return VisitTypeSeed(
        row.required("code", at_most=40),
        row.known("service", services),
        row.whole_text("title"),
        row.whole_text("lead"),
        note or None,
        row.integer("promised_days", least=1, most=MOST_DAYS),
        row.integer("sequential_days", least=1, most=MOST_DAYS),
        row.truth("in_parts"),
        tuple(items),
    )


def read_bureaus(folder: Path) -> tuple[BureauSeed, ...]:
    """Read and check the authorities and which permit each decides. Raises SeedError."""
    names = (f"name_{language}" for language in LANGUAGES)
    rows = read_rows(folder, "bureaus.csv", ("code", "permit", *names, "confidence", "source"), key=("code",))
    for row in rows:
        row.choice("confidence", Confidence)
    return tuple(
        BureauSeed(row.required("code", at_most=40), row.choice("permit", Permit), row.whole_text("name"))
        for row in rows
    )


def load_bureaus(seeds: tuple[BureauSeed, ...], tallies: Tallies) -> None:
    """Write the authorities; a permit goes to the one that decides it now. Call inside `transact()`."""
    for seed in seeds:
        upsert(Bureau, {"permit": seed.permit}, {"code": seed.code, "name": seed.name}, tallies.of(Bureau))


def load(seeds: tuple[VisitTypeSeed, ...], tallies: Tallies) -> None:
    """Write the visit types and their items; their services are there. Call inside `transact()`."""
    for seed in seeds:
        service_id = db.session.scalars(select(Service.id).where(Service.code == seed.service)).one()
        values = {"service_id": service_id, "title": seed.title, "lead": seed.lead, "note": seed.note}
        values |= {"promised_days": seed.promised_days, "sequential_days": seed.sequential_days}
        values["in_parts"] = seed.in_parts
        visit_type = upsert(VisitType, {"code": seed.code}, values, tallies.of(VisitType))
        for item in seed.items:
            key = {"visit_type_id": visit_type.id, "code": item.code}
            values = {"kind": item.kind, "position": item.position, "name": item.name, "hint": item.hint}
            upsert(VisitItem, key, values, tallies.of(VisitItem))
