"""What becomes of the visits that a change of the plan displaces. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from app.typed import find_instant


class Choice(StrEnum):
    KEEP = "keep"  # they come as booked; nobody new is let in
    MOVE = "move"  # to the time that was proposed
    ASK = "ask"  # the proposed time is kept for them while they choose
    CANCEL = "cancel"


# A proposed time as the page names it: the station's slug and the start; None where none was found.
Shown = tuple[str, datetime] | None


@dataclass(frozen=True)
class Decisions:
    """One choice for all, changed for some; and what the page had shown when they were made.

    Without a choice a visit stays booked and is listed until somebody called. `shown` is None when
    nobody saw proposals. `quiet_because` is why no messages are sent; empty when they are.
    """

    for_all: Choice | None = None
    each: Mapping[str, Choice] = field(default_factory=dict)
    shown: Mapping[str, Shown] | None = None
    quiet_because: str = ""

    def choice_for(self, reference: str) -> Choice | None:
        return self.each.get(reference, self.for_all)

    @classmethod
    def read(cls, typed: Mapping[str, str]) -> Self:
        """Return what a form says; what cannot be understood counts as not said."""
        each = {name.removeprefix("choice-"): _choice(value) for name, value in typed.items()}
        chosen = {
            reference: choice
            for reference, choice in each.items()
            if choice and f"choice-{reference}" in typed
        }
        shown = {
            name.removeprefix("shown-"): _shown(value)
            for name, value in typed.items()
            if name.startswith("shown-")
        }
        quiet = typed.get("why_quiet", "") if typed.get("step") == "save_quietly" else ""
        return cls(
            for_all=_choice(typed.get("for_all", "")),
            each=chosen,
            # A choice without a step comes from a form that has to be looked at once more.
            shown=shown if {"for_all", "step"} <= typed.keys() else None,
            quiet_because=quiet.replace("\0", "").strip()[:300],
        )


UNDECIDED = Decisions()


def _choice(text: str) -> Choice | None:
    return Choice(text) if text in set(Choice) else None


def _shown(text: str) -> Shown:
    slug, _space, start = text.partition(" ")
    moment = find_instant(start)
    return (slug, moment) if moment else None
