"""Cases: find one, see where both permits stand, decide one's own, and say where the papers lie.

What is searched for goes in the body of a POST: a name or a passport number never stands in an
address.
"""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.accounts.models import Role
from app.cases import decisions, history, wording
from app.cases.decisions import Decision
from app.cases.finding import search as finding
from app.cases.finding.search import CaseSearch, Shelf
from app.cases.merging import NoSuchCase
from app.cases.models import Case, CaseEventKind
from app.cases.queries import find_by_number
from app.cases.states import LegConflict, LegState, Permit
from app.casework import operations as case_operations
from app.casework import queries as case_queries
from app.casework.access import get_case_or_404, get_keeper
from app.casework.keeping import may_merge, may_move
from app.db import transact
from app.errors import DomainError, NotFound
from app.staff.frame import frame
from app.staff.permissions import get_member, may_see_cases, requires
from app.typed import find_day
from app.wording import sentence

bp = Blueprint("staff_cases", __name__, template_folder="../templates", url_prefix="/staff/cases")
bp.context_processor(frame)

SHOWN_FOR = timedelta(minutes=15)
RECENT = timedelta(minutes=15)
Operation = Callable[..., object]


@bp.get("")
@requires(Role.CLERK)
def overview() -> ResponseReturnValue:
    permit = case_queries.find_own_permit(get_member().bureau)
    first = Shelf.TO_DECIDE if permit else Shelf.OPEN
    try:
        shelf = Shelf(request.args.get("show", first))
    except ValueError:
        raise NotFound from None
    page = request.args.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    return _list(CaseSearch(shelf=shelf, permit=permit, page=number))


@bp.post("/search")
@requires(Role.CLERK)
def search() -> ResponseReturnValue:
    return _list(CaseSearch(text=request.form.get("q", "")))


def _list(search: CaseSearch) -> ResponseReturnValue:
    if not may_see_cases():
        abort(403, _("Your service point hands over no permits, so it sees no cases."))
    today = history.today(clock.now())
    found = finding.find_cases(search, today=today)
    return render_template(
        "casework/cases.html",
        rows=case_queries.list_rows(found, today=today),
        more=found.more,
        search=search,
        typed=search.text.strip(),
        shelves=[s for s in Shelf if s is not Shelf.TO_DECIDE or search.permit],
        most=finding.PAGE,
        words=wording,
    )


@bp.get("/<number>")
@requires(Role.CLERK)
def show(number: str) -> ResponseReturnValue:
    case = get_case_or_404(number)
    # Who looks at whose data is kept; it changes nothing of the case.
    transact(case_operations.note_view, case.number, actor=get_member().username, now=clock.now())
    return _case_page(number)


def _case_page(number: str, refusal: DomainError | None = None) -> ResponseReturnValue:
    case, member, now = get_case_or_404(number), get_member(), clock.now()
    page = render_template(
        "casework/case.html",
        page=case_queries.get_case_page(
            case, bureau=member.bureau, shown=_is_shown(case), reader=member.username, now=now
        ),
        case=case,
        may_move=may_move(get_keeper(), case),
        may_merge=may_merge(get_keeper(), case),
        refusal=sentence(refusal) if refusal else "",
        typed=request.form,
        now=now,
        recent=now - RECENT,
        today=history.today(now),
        words=wording,
        LegState=LegState,
    )
    return page, refusal.status if refusal else 200


def _is_shown(case: Case) -> bool:
    since = clock.now() - SHOWN_FOR
    return case_operations.was_noted(case, CaseEventKind.SHOWN, get_member().username, since=since)


@bp.post("/<number>/decide")
@requires(Role.CLERK)
def decide(number: str) -> ResponseReturnValue:
    try:
        permit, state = Permit(request.form.get("permit", "")), LegState(request.form.get("state", ""))
    except ValueError:
        return _case_page(number, LegConflict())
    form = request.form
    decision = Decision(permit, state, _typed("reason"), form.get("seen"), find_day(form.get("on_day", "")))
    return _change(number, decisions.decide, decision, bureau=get_member().bureau)


@bp.post("/<number>/take-back")
@requires(Role.CLERK)
def take_back(number: str) -> ResponseReturnValue:
    try:
        permit = Permit(request.form.get("permit", ""))
    except ValueError:
        return _case_page(number, LegConflict())
    return _change(number, case_operations.take_back, permit, _typed("reason"), bureau=get_member().bureau)


@bp.post("/<number>/papers")
@requires(Role.CLERK)
def place_papers(number: str) -> ResponseReturnValue:
    case = get_case_or_404(number)
    stations = case_queries.list_handover_stations(case.visit_type.service_id)
    slug = request.form.get("station", "")
    station = next((s for s in stations if s.slug == slug), None)
    if slug and station is None:
        return _case_page(number, decisions.NoHandover())
    return _change(number, case_operations.place_papers, station, _typed("shelf"), keeper=get_keeper())


@bp.post("/<number>/show")
@requires(Role.CLERK)
def show_person(number: str) -> ResponseReturnValue:
    return _change(number, case_operations.show_person, _typed("reason"))


@bp.post("/<number>/note")
@requires(Role.CLERK)
def add_note(number: str) -> ResponseReturnValue:
    return _change(number, case_operations.add_note, _typed("note"))


@bp.post("/<number>/merge")
@requires(Role.CLERK)
def merge(number: str) -> ResponseReturnValue:
    into = find_by_number(_typed("into").upper().replace(" ", ""))
    if into is None:
        return _case_page(number, NoSuchCase())
    return _change(number, case_operations.merge, into.number, _typed("reason"), keeper=get_keeper())


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\0", "").strip()


def _change(number: str, operation: Operation, *values: object, **named: object) -> ResponseReturnValue:
    case = get_case_or_404(number)
    try:
        transact(operation, case.number, *values, actor=get_member().username, now=clock.now(), **named)
    except DomainError as refusal:
        return _case_page(number, refusal)
    flash(_("Saved."))
    return redirect(url_for(".show", number=number), 303)
