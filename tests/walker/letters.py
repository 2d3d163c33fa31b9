"""Letters as they lie in the folder: what is wrong with each, and the links in them."""

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.walker.oracles import LEAKS, Fault, without
from tests.walker.page import OURS
from tests.walker.promises import VISIT, rows
from tests.walker.world import World

ADDRESS = re.compile(rf"(?:{'|'.join(map(re.escape, OURS))})(/[\w/.?=&%@:+-]*)")
SCRIPT = {"zh": re.compile(r"[\u4e00-\u9fff]"), "ru": re.compile(r"[а-яё]", re.IGNORECASE)}


def of_new(world: World, said: Sequence[str]) -> Iterator[Fault]:
    """Yield what is wrong with the letters that were written since this was asked the last time."""
    for path in sorted(world.folder.glob("*")):
        if path.name in world.read_letters or path.suffix not in (".eml", ".txt"):
            continue
        world.read_letters.add(path.name)
        text = _text_of(path)
        row = _message_of(world, path)
        kind = row["kind"] if row else "alert"
        where = f"letter {re.sub(r'[0-9]+', 'N', kind)} {path.suffix}"
        found = LEAKS.search(without(text, said))
        if found:
            yield Fault("leak", where, found.group(), text[max(0, found.start() - 200) : found.end() + 200])
        if row and row["topic"] == "appointment":
            yield from _of_visit(world, row, text, where)


def _of_visit(world: World, row: dict[str, object], text: str, where: str) -> Iterator[Fault]:
    """Compare a letter about a visit with the visit, which nobody changed since it was written."""
    found = rows(world, f"{VISIT} WHERE a.id = :id", id=row["subject_id"])
    visit = found[0] if found else None
    if visit is None:
        return
    kind, over = str(row["kind"]), visit["status"] == "cancelled"
    if ("cancelled" in kind) != over:
        yield Fault(
            "letter", where, f"{kind.split('-', maxsplit=1)[0]} for a visit that is {visit['status']}"
        )
    start = visit["starts_at"].astimezone(ZoneInfo(visit["timezone"]))
    if not over and f"{start:%H:%M}" not in text and f"{start:%H%M}" not in text:
        yield Fault(
            "letter",
            where,
            "does not say when the visit is",
            f"{start:%Y-%m-%d %H:%M} is not in: {text[:1500]}",
        )
    if visit["language"] in SCRIPT and not SCRIPT[visit["language"]].search(text):
        yield Fault("English", where, f"not in {visit['language']}", text[:500])


def _message_of(world: World, path: Path) -> dict[str, object] | None:
    number = re.match(r"\d+", path.stem)
    found = rows(world, "SELECT * FROM outbox_messages WHERE id = :id", id=int(number[0])) if number else []
    return found[0] if found else None


def _text_of(path: Path) -> str:
    if path.suffix == ".txt":
        return path.read_text()
    letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    part = letter.get_body(("plain", "html"))
    return f"{letter['subject']}\n{part.get_content() if part else ''}"


def links_of(world: World) -> list[str]:
    """Return the addresses of ours in the last letters."""
    last = sorted(world.folder.glob("*.eml"))[-12:]
    return sorted({found[1] for path in last for found in ADDRESS.finditer(_text_of(path))})
