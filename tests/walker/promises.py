"""What the database says, against itself and against a page. Reads tables by their names, which stay."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.db import db
from tests.walker.oracles import Fault, shape_of
from tests.walker.page import Page
from tests.walker.world import World

CELL = 300  # seconds
# What the nightly check finds although nobody did anything wrong.
BY_CHOICE = ("no_desk", "never_closed", "not_offered")
VISIT = "SELECT a.*, s.timezone FROM appointments a JOIN stations s ON s.id = a.station_id"
TWICE = """SELECT case_id FROM appointments
    WHERE case_id IS NOT NULL AND status IN ('booked', 'checked_in') GROUP BY case_id HAVING count(*) > 1"""
GONE = """SELECT m.kind, a.reference FROM outbox_messages m JOIN appointments a ON a.id = m.subject_id
    WHERE m.topic = 'appointment' AND m.status = 'waiting' AND a.status = 'cancelled'
    AND m.kind LIKE 'reminder%'"""
REFERENCE = re.compile(r"\b([A-HJKMNP-TV-Z2-9]{4}) ?([A-HJKMNP-TV-Z2-9]{4})\b")


def rows(world: World, statement: str, **values: Any) -> list[dict[str, Any]]:
    """Return rows with their instants aware, whatever the database."""
    with world.flask_app.app_context(), db.engine.connect() as connection:
        found = [dict(row) for row in connection.execute(text(statement), values).mappings()]
    return [{name: _aware(name, value) for name, value in row.items()} for row in found]


def _aware(name: str, value: Any) -> Any:
    if isinstance(value, str) and name.endswith("_at"):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


# --- the ledger ---------------------------------------------------------------------------------


def of_desks(world: World) -> Iterator[Fault]:
    """Yield counters that are not the sum of what people have, and cases with two visits."""
    first = int(world.now().timestamp()) // CELL
    usage = rows(world, "SELECT * FROM desk_usage WHERE cell >= :first", first=first)
    stored = {(row["station_id"], row["desk_group"], row["cell"]): row["taken"] for row in usage}
    counted = _counted(world, first)
    wrong = [key for key in {*stored, *counted} if stored.get(key, 0) != counted[key]]
    if wrong:
        yield Fault("ledger", "desks", "counter and visits differ", str(sorted(wrong)[:5]))
    if any(row["taken"] > row["capacity"] for row in usage):
        yield Fault("ledger", "desks", "more taken than there are")
    if rows(world, TWICE):
        yield Fault("ledger", "visits", "two live visits of one case")


def _counted(world: World, first: int) -> Counter[tuple[int, int, int]]:
    """Return the desks that people have in each cell that is not over."""
    counted: Counter[tuple[int, int, int]] = Counter()
    for table in ("appointments WHERE status <> 'cancelled'", "holds WHERE status = 'open'"):
        for row in rows(world, f"SELECT station_id, starts_at, ends_at, desks, desk_group FROM {table}"):
            begins, ends = (int(row[name].timestamp()) for name in ("starts_at", "ends_at"))
            for cell in range(max(first, begins // CELL), -(-ends // CELL)):
                counted[row["station_id"], row["desk_group"], cell] += row["desks"]
    return counted


def of_all(world: World) -> Iterator[Fault]:
    """Yield the same, what the nightly check wrote down, and messages whose reason is gone."""
    yield from of_desks(world)
    for row in rows(world, "SELECT code, subject FROM findings"):
        if row["code"] not in BY_CHOICE:
            yield Fault("check", "nightly", row["code"], row["subject"])
    for row in rows(world, GONE):
        yield Fault("ledger", "messages", "a reminder waits for a cancelled visit", str(row))
    late = world.now() - timedelta(hours=1)
    for row in rows(world, "SELECT kind, channel, due_at FROM outbox_messages WHERE status = 'claimed'"):
        if row["due_at"] < late:
            yield Fault("ledger", "messages", "claimed and left", str(row))


# --- pages --------------------------------------------------------------------------------------


def of_page(world: World, page: Page) -> Iterator[Fault]:
    """Yield what a page says otherwise than the database."""
    if not page.is_html or page.status != 200 or page.came_by != "GET":
        return
    path = page.address.partition("?")[0]
    if re.fullmatch(r"/staff/visits/[A-Z0-9]{8}", path):
        yield from _of_visit(world, page, path[-8:])
    elif re.fullmatch(r"/(en|zh|ru)/visit", path):
        found = [a + b for a, b in REFERENCE.findall(page.words)]
        for reference in found[:1]:
            yield from _of_visit(world, page, reference)
    elif path == "/staff/today":
        yield from _of_day(world, page)
    elif re.fullmatch(r"/staff/stations/[\w-]+/hours", path):
        yield from _of_hours(world, page, path.split("/")[3])
    yield from _of_times(world, page)


def _of_visit(world: World, page: Page, reference: str) -> Iterator[Fault]:
    where = shape_of(page.address)
    for visit in rows(world, f"{VISIT} WHERE a.reference = :r", r=reference):
        start = visit["starts_at"].astimezone(ZoneInfo(visit["timezone"]))
        if f"{start:%H:%M}" not in page.words and visit["status"] != "cancelled":
            yield Fault(
                "contradiction",
                where,
                "not the time of the visit",
                f"{start:%Y-%m-%d %H:%M}: {page.words[:800]}",
            )
        offers = {shape_of(address).rpartition("/")[2] for address, _ in page.links}
        if visit["status"] == "cancelled" and "cancel" in offers:
            yield Fault("contradiction", where, "offers to cancel a cancelled visit")


def _of_day(world: World, page: Page) -> Iterator[Fault]:
    shown = {
        one.name: one.value
        for form in page.forms
        if form.action.startswith("/staff/today")
        for one in form.fields
    }
    numbers = [
        int(one.text_content()) for one in page.root.xpath("//ul[contains(@class, 'strip')]/li/strong")
    ]
    if "day" not in shown or not numbers:
        return
    states: Counter[str] = Counter()
    for row in rows(world, f"{VISIT} WHERE s.slug = :slug", slug=shown.get("station", "")):
        if row["starts_at"].astimezone(ZoneInfo(row["timezone"])).date().isoformat() == shown["day"]:
            states[row["status"]] += 1
    order = ("booked", "checked_in", "completed", "incomplete", "no_show", "cancelled")
    if numbers != [states[state] for state in order]:
        yield Fault(
            "contradiction", "/staff/today", "other numbers", f"page {numbers}, database {dict(states)}"
        )


def _of_hours(world: World, page: Page, slug: str) -> Iterator[Fault]:
    known = rows(
        world,
        "SELECT c.ends_at FROM closures c JOIN stations s ON s.id = c.station_id WHERE s.slug = :s",
        s=slug,
    )
    ahead = sum(row["ends_at"] > world.now() for row in known)
    shown = sum("/closures/" in form.action for form in page.forms)
    if ahead != shown:
        yield Fault("contradiction", "hours", "other closures", f"page {shown}, database {ahead}")


def _of_times(world: World, page: Page) -> Iterator[Fault]:
    """Yield a free time that a page offers where the doors are closed, or at a point that is retired."""
    slots = {b.value for form in page.forms for b in form.buttons if b.name == "slot" and "@" in b.value}
    if not slots:
        return
    closed = rows(
        world, "SELECT s.slug, c.starts_at, c.ends_at FROM closures c JOIN stations s ON s.id = c.station_id"
    )
    retired = {row["slug"] for row in rows(world, "SELECT slug FROM stations WHERE retired_at IS NOT NULL")}
    for slot in sorted(slots):
        slug, _, moment = slot.partition("@")
        start = datetime.fromisoformat(moment)
        if slug in retired:
            yield Fault("contradiction", shape_of(page.address), "a time at a retired point", slot)
        if any(row["slug"] == slug and row["starts_at"] <= start < row["ends_at"] for row in closed):
            yield Fault("contradiction", shape_of(page.address), "a time within a closure", slot)
        if start <= world.now():
            yield Fault("contradiction", shape_of(page.address), "a time that is over", slot)
