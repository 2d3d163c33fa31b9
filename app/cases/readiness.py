"""When a case may be collected: every leg approved, and its papers at a named station. PURE."""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Protocol

from app.errors import DomainError


class CaseNotReady(DomainError):
    code: ClassVar[str] = "case_not_ready"


class Readiness(StrEnum):
    READY = "ready"
    WAITING = "waiting"
    COLLECTED = "collected"


class Leg(Protocol):
    @property
    def state(self) -> str: ...


class Collectable(Protocol):
    """The facts of a case that decide."""

    @property
    def legs(self) -> Sequence[Leg]: ...
    @property
    def papers_station_id(self) -> int | None: ...
    @property
    def collected_at(self) -> object | None: ...


def readiness(case: Collectable) -> Readiness:
    if case.collected_at:
        return Readiness.COLLECTED
    approved = bool(case.legs) and all(leg.state == "approved" for leg in case.legs)
    return Readiness.READY if approved and case.papers_station_id else Readiness.WAITING


def check_ready(case: Collectable) -> None:
    """Raise CaseNotReady unless the permits can be collected."""
    if readiness(case) is not Readiness.READY:
        raise CaseNotReady
