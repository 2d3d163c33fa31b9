"""Who was told to collect and did not come: whom to call, what is left, and where places are short."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.collection import operations, queries
from app.collection.queries import Call, FollowUp, Shortage, Transport
from app.db import transact
from app.errors import NotFound
from app.staff import wording
from app.staff.frame import frame
from app.staff.permissions import get_member, list_own_stations, requires
from app.stations.models import Station

bp = Blueprint("staff_collecting", __name__, template_folder="templates", url_prefix="/staff/collecting")
bp.context_processor(frame)


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits for staff about people who were told to collect."""

    calls: list[Call]
    shortages: list[Shortage]
    follow_ups: list[FollowUp]
    transports: list[Transport]

    def __bool__(self) -> bool:
        return bool(self.calls or self.shortages or self.follow_ups or self.transports)


def count_to_do(stations: Sequence[Station], *, now: datetime) -> ToDo:
    """Return what waits at these stations."""
    untaken = queries.list_untaken_at(stations)
    return ToDo(
        calls=queries.list_calls(untaken, now=now),
        shortages=queries.list_shortages(untaken, now=now),
        follow_ups=queries.list_follow_ups(stations),
        transports=queries.list_transports(stations, now=now),
    )


@bp.get("")
@requires(Role.CLERK)
def overview() -> ResponseReturnValue:
    stations = list_own_stations()
    return render_template(
        "staff/collecting.html",
        to_do=count_to_do(stations, now=clock.now()),
        paused=queries.list_paused(stations),
        reasons=wording.CALL_REASONS,
    )


@bp.post("/<number>/called")
@requires(Role.CLERK)
def note_called(number: str) -> ResponseReturnValue:
    return _change(number, partial(operations.note_called, actor=get_member().username, now=clock.now()))


@bp.post("/<number>/pause")
@requires(Role.CLERK)
def pause(number: str) -> ResponseReturnValue:
    return _change(number, partial(operations.pause, actor=get_member().username, now=clock.now()))


@bp.post("/<number>/resume")
@requires(Role.CLERK)
def resume(number: str) -> ResponseReturnValue:
    return _change(number, operations.resume)


def _change(number: str, operation: Callable[[int], None]) -> ResponseReturnValue:
    case = queries.find_case(number, list_own_stations())
    if case is None:
        raise NotFound
    transact(operation, case.id)
    return redirect(url_for(".overview"), 303)
