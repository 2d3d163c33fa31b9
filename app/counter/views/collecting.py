"""Who was told to collect and did not come: whom to call, what is left, and where places are short."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.collection import operations, queries
from app.counter import wording
from app.counter.to_do import count_to_do
from app.db import transact
from app.errors import NotFound
from app.staff.frame import frame
from app.staff.permissions import get_member, list_own_stations, requires

bp = Blueprint("staff_collecting", __name__, template_folder="../templates", url_prefix="/staff/collecting")
bp.context_processor(frame)


@bp.get("")
@requires(Role.CLERK)
def overview() -> ResponseReturnValue:
    stations = list_own_stations()
    return render_template(
        "counter/collecting.html",
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
