"""When a case may be collected: every leg approved, and its papers at a station that hands them over. PURE.

The operations of a case set `ready_at` when both hold, and only they know which stations hand over.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Protocol

from app.cases.states import LegState
from app.errors import DomainError


class CaseNotReady(DomainError):
    code: ClassVar[str] = "case_not_ready"


class Readiness(StrEnum):
    READY = "ready"
    WAITING = "waiting"
    COLLECTED = "collected"


class DecidedLeg(Protocol):
    @property
    def state(self) -> str: ...


class Collectable(Protocol):
    """The facts of a case that decide."""

    @property
    def legs(self) -> Sequence[DecidedLeg]: ...
    @property
    def papers_station_id(self) -> int | None: ...
    @property
    def ready_at(self) -> object | None: ...
    @property
    def collected_at(self) -> object | None: ...


def is_complete(legs: Sequence[DecidedLeg], *, hands_over: bool) -> bool:
    """Say whether every leg is approved and the papers lie at a station that hands them over."""
    return hands_over and bool(legs) and all(leg.state == LegState.APPROVED for leg in legs)


def readiness(case: Collectable) -> Readiness:
    if case.collected_at:
        return Readiness.COLLECTED
    still = is_complete(case.legs, hands_over=case.papers_station_id is not None)
    return Readiness.READY if case.ready_at and still else Readiness.WAITING


def check_ready(case: Collectable) -> None:
    """Raise CaseNotReady unless the permits can be collected."""
    if readiness(case) is not Readiness.READY:
        raise CaseNotReady
