"""The form of a station's desk groups: names, services of their own, length of a slot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from app.localtext import LANGUAGES, LocalText
from app.planning.edits import GroupsEdit
from app.stations.hours.opening_hours import COMMON_DESKS, Plan, ServingDesks
from app.stations.models import Service

MOST_GROUPS = 9
LONGEST_SLOT = 240
LONGEST_NAME = 60


@dataclass
class GroupRow:
    """One group as typed; number 0 are the desks for all other services, and have no name."""

    number: int
    name: dict[str, str]
    services: frozenset[str] = frozenset()  # codes
    slot: str = ""
    remove: bool = False

    @property
    def prefix(self) -> str:
        return f"g{self.number}"

    @property
    def is_common(self) -> bool:
        return self.number == COMMON_DESKS.number

    @property
    def is_blank(self) -> bool:
        return not (any(self.name.values()) or self.services or self.slot)


@dataclass
class GroupForm:
    """All groups of a station and a blank one."""

    rows: list[GroupRow]
    offered: Sequence[Service]
    errors: list[tuple[str, str]] = field(default_factory=list)
    edit: GroupsEdit | None = None

    @classmethod
    def shown(cls, plan: Plan, offered: Sequence[Service]) -> "GroupForm":
        codes = {service.id: service.code for service in offered}
        known = {group.number: group for group in plan.groups}
        return cls([_shown(known.get(n, ServingDesks(n)), codes) for n in _numbers(plan)], offered)

    @classmethod
    def typed(cls, typed: Any, plan: Plan, offered: Sequence[Service]) -> "GroupForm":
        form = cls([_typed(typed, number) for number in _numbers(plan)], offered)
        known = {group.number for group in plan.groups}
        kept = known - {COMMON_DESKS.number}
        wanted = [row for row in form.rows if not row.remove and (row.number in kept or not row.is_blank)]
        groups = [form._read(row) for row in wanted]
        form._check_services(wanted)
        if not form.errors:
            form.edit = GroupsEdit(tuple(groups))
        return form

    def _read(self, row: GroupRow) -> ServingDesks:
        name = LocalText.from_dict(row.name)
        if not row.is_common and not name:
            self.errors.append(
                (f"{row.prefix}-name-en", _("Write the name of the desks in one language at least."))
            )
        ids = frozenset(service.id for service in self.offered if service.code in row.services)
        return ServingDesks(row.number, name, ids, self._read_slot(row))

    def _read_slot(self, row: GroupRow) -> int | None:
        if not row.slot:
            return None
        text = row.slot
        minutes = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
        if 0 < minutes <= LONGEST_SLOT and minutes % 5 == 0:
            return minutes
        words = _("Enter the minutes of a slot in steps of 5, up to %(most)s, or nothing.", most=LONGEST_SLOT)
        self.errors.append((f"{row.prefix}-slot", words))
        return None

    def _check_services(self, rows: Iterable[GroupRow]) -> None:
        """A service is in one group: its free times are those of one set of desks."""
        taken: set[str] = set()
        for row in rows:
            if row.services & taken:
                words = _("A service can be at one group of desks only. Take it out of the other one first.")
                self.errors.append((f"{row.prefix}-services", words))
            taken |= row.services


def _numbers(plan: Plan) -> list[int]:
    """Return the common desks, the groups there are, and the next number for a new one."""
    own = sorted(group.number for group in plan.groups if group.number != COMMON_DESKS.number)
    free = (number for number in range(1, MOST_GROUPS + 1) if number not in own)
    return [COMMON_DESKS.number, *own, *list(free)[:1]]


def _shown(group: ServingDesks, codes: dict[int, str]) -> GroupRow:
    services = frozenset(codes[id_] for id_ in group.services if id_ in codes)
    return GroupRow(group.number, group.name.as_dict(), services, str(group.slot_minutes or ""))


def _typed(typed: Any, number: int) -> GroupRow:
    prefix = f"g{number}"
    texts = {language: typed.get(f"{prefix}-name-{language}", "") for language in LANGUAGES}
    name = {language: text.replace("\0", "").strip()[:LONGEST_NAME] for language, text in texts.items()}
    return GroupRow(
        number,
        {} if number == COMMON_DESKS.number else name,
        frozenset() if number == COMMON_DESKS.number else frozenset(typed.getlist(f"{prefix}-services")),
        typed.get(f"{prefix}-slot", "").strip()[:20],
        bool(typed.get(f"{prefix}-remove")),
    )
