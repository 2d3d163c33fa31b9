"""Who may move the papers of a case, and who may close it as a duplicate. PURE.

An officer moves papers of cases in which the own bureau decides a permit. Staff of a service point move
what lies there, and place there what lies nowhere. Closing a case must not undo what another bureau decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from app.cases.states import DECIDED, Permit
from app.errors import DomainError


class PapersNotYours(DomainError):
    """The papers lie at another service point, or would go from nowhere to one that is not one's own."""

    code: ClassVar[str] = "papers_not_yours"
    status = 403


class CaseNotYours(DomainError):
    """The other bureau has decided its permit of the duplicate, or its papers lie elsewhere."""

    code: ClassVar[str] = "case_not_yours"
    status = 403


@dataclass(frozen=True, slots=True)
class Keeper:
    """What somebody keeps: the permit of their bureau, their service points, or everything."""

    permit: Permit | None = None
    station_ids: frozenset[int] = frozenset()
    everything: bool = False


class PermitFacts(Protocol):
    @property
    def permit(self) -> str: ...
    @property
    def state(self) -> str: ...


class KeptCase(Protocol):
    """The facts of a case that decide."""

    @property
    def legs(self) -> Sequence[PermitFacts]: ...
    @property
    def papers_station_id(self) -> int | None: ...


def may_move(keeper: Keeper, case: KeptCase) -> bool:
    """Say whether this keeper may say where the papers lie; `check_may_place` also looks at the goal."""
    if keeper.everything or any(leg.permit == keeper.permit for leg in case.legs):
        return True
    if case.papers_station_id is None:
        return bool(keeper.station_ids)
    return case.papers_station_id in keeper.station_ids


def check_may_place(keeper: Keeper, case: KeptCase, station_id: int | None) -> None:
    """Raise PapersNotYours unless this keeper may bring the papers from where they lie to there."""
    if not may_move(keeper, case):
        raise PapersNotYours
    only_own = not keeper.everything and keeper.permit is None and case.papers_station_id is None
    if only_own and station_id is not None and station_id not in keeper.station_ids:
        raise PapersNotYours


def may_merge(keeper: Keeper, duplicate: KeptCase) -> bool:
    """Say whether this keeper may close the duplicate."""
    if keeper.everything or duplicate.papers_station_id in keeper.station_ids:
        return True
    others = [leg for leg in duplicate.legs if leg.permit != keeper.permit]
    return len(others) < len(duplicate.legs) and not any(leg.state in DECIDED for leg in others)


def check_may_merge(keeper: Keeper, duplicate: KeptCase) -> None:
    """Raise CaseNotYours unless this keeper may close the duplicate."""
    if not may_merge(keeper, duplicate):
        raise CaseNotYours
