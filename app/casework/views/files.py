"""Files of the bureaus: sent in, looked at line by line, then taken in or left."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.accounts import sign_in
from app.accounts.models import Role
from app.cases.queries import list_bureau_codes, list_bureaus
from app.casework.access import limited_to_bureau
from app.db import transact
from app.errors import DomainError, NotFound
from app.intake import applying, runs, wording
from app.intake.models import ImportRun, RowResult, RunState
from app.intake.runs import Sender
from app.intake.sheet import MOST_BYTES, SheetProblem, SheetRefused, read_sheet
from app.staff.frame import frame
from app.staff.permissions import get_member, may_take_in, requires
from app.typed import read_number
from app.wording import sentence

bp = Blueprint("staff_intake", __name__, template_folder="../templates", url_prefix="/staff/intake")
bp.context_processor(frame)

BOTH = "both"  # what an administrator chooses for a file that tells both permits
LINES = 50
REFRESH_SECONDS = 3
LARGEST_REQUEST = MOST_BYTES + 64 * 1024


@bp.url_value_preprocessor
def take_large_files(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Let the file in before anybody reads the form; other pages, and strangers, have two megabytes."""
    if endpoint == "staff_intake.upload" and sign_in.find_current():
        request.max_content_length = LARGEST_REQUEST


@bp.get("")
@requires(Role.CLERK)
def overview() -> ResponseReturnValue:
    return _list()


def _list(problem: str = "", field: str = "file", status: int = 200) -> ResponseReturnValue:
    _check_may_take_in()
    only = limited_to_bureau()
    page = render_template(
        "casework/intake.html",
        runs=runs.list_runs(only),
        bureaus=list_bureaus(),
        only=only,
        both=BOTH,
        chosen=request.form.get("bureau", ""),
        problem=problem,
        field=field,
        words=wording,
    )
    return page, status


@bp.post("")
@requires(Role.CLERK)
def upload() -> ResponseReturnValue:
    _check_may_take_in()
    told = limited_to_bureau() or request.form.get("bureau", "")
    if told not in {BOTH, *list_bureau_codes()}:
        return _list(_("Choose whose permits the file tells."), "bureau", 422)
    file = request.files.get("file")
    content = file.read() if file else b""
    try:
        sheet = read_sheet(content)
    except SheetRefused as refused:
        problem = refused.problem if content else SheetProblem("empty")
        return _list(wording.problem_words(problem), "file", refused.status)
    name = file.filename or "" if file else ""
    sender = Sender(get_member().username, None if told == BOTH else told)
    run = applying.read_in(sheet, content, name, sender=sender, progress=lambda _done: None)
    return redirect(url_for(".show", public_id=run.public_id), 303)


@bp.get("/<public_id>")
@requires(Role.CLERK)
def show(public_id: str) -> ResponseReturnValue:
    return _run_page(public_id)


def _run_page(public_id: str, refusal: DomainError | None = None) -> ResponseReturnValue:
    run = _own_run(public_id)
    chosen = request.args.get("show", "")
    chosen = chosen if chosen in set(RowResult) else ""
    page = min(max(request.args.get("page", 1, type=read_number), 1), 10_000)
    rows = runs.list_rows(run, result=chosen, page=page, size=LINES)
    answer = render_template(
        "casework/intake_run.html",
        run=run,
        bureaus=[row for row in list_bureaus() if run.bureau in (None, row.code)],
        rows=rows[:LINES],
        more=len(rows) > LINES,
        page=page,
        chosen=chosen,
        clean=runs.is_clean(run),
        changes=runs.to_apply(run),
        refusal=sentence(refusal) if refusal else "",
        refresh=REFRESH_SECONDS if run.state == RunState.APPLYING else 0,
        words=wording,
    )
    return answer, refusal.status if refusal else 200


@bp.post("/<public_id>/start")
@requires(Role.CLERK)
def start(public_id: str) -> ResponseReturnValue:
    """Decide that the file is taken in; the worker does it."""
    run = _own_run(public_id)
    try:
        transact(runs.start, run.public_id, now=clock.now())
    except DomainError as refusal:
        return _run_page(public_id, refusal)
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/discard")
@requires(Role.CLERK)
def discard(public_id: str) -> ResponseReturnValue:
    run = _own_run(public_id)
    try:
        transact(runs.discard, run.public_id, now=clock.now())
    except DomainError as refusal:
        return _run_page(public_id, refusal)
    return redirect(url_for(".overview"), 303)


def _own_run(public_id: str) -> ImportRun:
    """Return the run, unless it is another bureau's: that looks like one that does not exist."""
    if not may_take_in() or not public_id.isascii() or not public_id.isalnum():
        raise NotFound
    run = runs.get_run(public_id)
    if limited_to_bureau() not in (None, run.bureau):
        raise NotFound
    return run


def _check_may_take_in() -> None:
    if not may_take_in():
        abort(403, _("Only the bureaus and administrators take in files. Ask one of them."))
