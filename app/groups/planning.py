"""Which times take a whole group: side by side at several desks, one after another, or over days. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.appointments.availability.slots import Slot
from app.typed import find_instant

MOST_CHOICES = 3  # of one day


@dataclass(frozen=True, slots=True)
class BlockPart:
    """So many people come at the same time."""

    starts_at: datetime
    ends_at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Block:
    """Parts in order of time. Those of one day follow one another without a break."""

    parts: tuple[BlockPart, ...]

    @property
    def starts_at(self) -> datetime:
        return self.parts[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return self.parts[-1].ends_at

    @property
    def people(self) -> int:
        return sum(part.people for part in self.parts)

    @property
    def at_once(self) -> int:
        return max(part.people for part in self.parts)

    @property
    def starts(self) -> list[datetime]:
        """Return one start for each person, in order of time."""
        return [part.starts_at for part in self.parts for _each in range(part.people)]


def block_from(slots: Sequence[Slot], people: int, *, at_once: int | None = None) -> Block:
    """Return how many of the people the slots take, from the first one on, until there is a break."""
    parts: list[BlockPart] = []
    left = people
    for slot in slots:
        if parts and slot.interval.start < parts[-1].ends_at:
            continue  # slots of parties that take turns overlap
        if left == 0 or (parts and slot.interval.start != parts[-1].ends_at):
            break
        here = min(left, slot.remaining, at_once or left)
        parts.append(BlockPart(slot.interval.start, slot.interval.end, here))
        left -= here
    return Block(tuple(parts))


def choices(slots: Sequence[Slot], people: int) -> list[Block]:
    """Return the best blocks of one day that take all people: the shortest, in the morning and later.

    "One after another" is among them when it differs: it leaves desks to others.
    """
    whole = [block for i in range(len(slots)) if (block := block_from(slots[i:], people)).people == people]
    single = (block_from(slots[i:], people, at_once=1) for i in range(len(slots)))
    one_by_one = next((block for block in single if block.people == people), None)
    best = _shortest(whole)[: MOST_CHOICES - 1]
    found = {block.parts: block for block in [*best, *([one_by_one] if one_by_one else [])]}
    return sorted(found.values(), key=lambda block: (block.starts_at, block.ends_at))


def _shortest(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks that do not overlap, those that end soonest after their start first."""
    kept: list[Block] = []
    for block in sorted(blocks, key=lambda b: (b.ends_at - b.starts_at, b.starts_at)):
        if all(block.ends_at <= other.starts_at or other.ends_at <= block.starts_at for other in kept):
            kept.append(block)
    return kept


def over_days(days: Sequence[tuple[date, Sequence[Slot]]], people: int) -> list[Block]:
    """Return one block a day, as large as the day allows, until all people have a time.

    Nothing is returned when the days together do not take all of them.
    """
    found: list[Block] = []
    left = people
    for _day, slots in days:
        blocks = [block_from(slots[i:], left) for i in range(len(slots))]
        best = max(blocks, key=lambda block: block.people, default=None)
        if best and left:
            found.append(best)
            left -= best.people
    return found if left == 0 else []


def joined(blocks: Sequence[Block]) -> Block:
    """Return several blocks as one, in order of time."""
    return Block(tuple(part for block in blocks for part in block.parts))


def written(block: Block) -> str:
    """Return a block as a button sends it."""
    return ";".join(f"{part.starts_at.isoformat(timespec='minutes')}*{part.people}" for part in block.parts)


def read(text: str, length: timedelta) -> Block | None:
    """Return the block that a button sent; None when it is none."""
    try:
        parts = [_read_part(piece, length) for piece in text.split(";")]
    except ValueError:
        return None
    return Block(tuple(sorted(parts, key=lambda part: part.starts_at)))


def _read_part(text: str, length: timedelta) -> BlockPart:
    moment, _star, people = text.partition("*")
    starts_at = find_instant(moment)
    if starts_at is None or not 1 <= int(people) <= 30:
        raise ValueError("no part")
    return BlockPart(starts_at, starts_at + length, int(people))
