"""Where a case stands, for the person and for the employer: by link, or by code and last four."""

from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.appointments import queries
from app.appointments.entry import by_code
from app.appointments.entry import session as journey
from app.appointments.entry.forms import CodeForm
from app.cases import decisions
from app.cases.approvals import read_usual_days
from app.cases.models import Case
from app.cases.queries import CaseNotFound
from app.cases.readiness import Readiness, readiness
from app.cases.states import Permit
from app.cases.working_days import PromiseStanding
from app.collection import status, wording
from app.collection.status import CaseStanding, StatusHeadline
from app.collection.views.blueprint import bp
from app.errors import TooManyTries
from app.i18n import LANGUAGE_PREFIX
from app.wording import sentence

PROMISED = (
    StatusHeadline.IN_REVIEW,
    StatusHeadline.WORK_APPROVED,
    StatusHeadline.RESIDENCE_APPROVED,
)  # answers that have a last day


@bp.get(f"{LANGUAGE_PREFIX}/status")
def show_status() -> ResponseReturnValue:
    case = journey.find_case()
    if case is None or "other" in request.args:
        return _ask(CodeForm(formdata=None))
    return _page(case, now=clock.now())


@bp.post(f"{LANGUAGE_PREFIX}/status")
def ask_status() -> ResponseReturnValue:
    form = CodeForm()
    if not form.validate():
        return _ask(form, 422)
    address = request.remote_addr or ""
    try:
        case = by_code.open_case(form.code.data, form.last4.data, address=address, now=clock.now())
    except CaseNotFound as refusal:
        form.form_errors.append(sentence(refusal))
        return _ask(form, 422)
    except TooManyTries as refusal:
        form.form_errors.append(sentence(refusal))
        return _ask(form, 429)
    journey.enter_with_case(case)
    return redirect(url_for(".show_status"), 303)


def _ask(form: CodeForm, code: int = 200) -> ResponseReturnValue:
    return render_template("collection/ask_status.html", form=form), code


def _page(case: Case, *, now: datetime) -> ResponseReturnValue:
    visit = queries.find_live_for_case(case.id)
    standing = CaseStanding(
        legs=case.legs,
        received_on=case.received_on,
        ready=readiness(case) is Readiness.READY,
        partly=bool(queries.items_given(case.id)),
        booked=visit is not None,
        collected=case.collected_at is not None,
    )
    answer = status.answer_of(standing)
    return render_template(
        "collection/status.html",
        case=case,
        visit=visit,
        answer=answer,
        heading=case.visit_type.title if answer is StatusHeadline.READY else wording.ANSWERS[answer],
        what_next=wording.WHAT_NEXT[answer],
        latest=_latest(case, answer, now=now),
        usual=read_usual_days() if answer in PROMISED else None,
        lanes=_lanes(standing) if answer is not StatusHeadline.CALL_US else [],
        joint=status.joint_of(standing),
        step_words=wording.STEPS,
        state_words=wording.STEP_STATES,
    )


def _lanes(standing: CaseStanding) -> list[tuple[Any, list[status.StatusStep]]]:
    return [
        (wording.PERMITS[Permit(leg.permit)], status.lane_of(leg, standing.received_on))
        for leg in sorted(standing.legs, key=lambda leg: leg.permit, reverse=True)
    ]


def _latest(case: Case, answer: StatusHeadline, *, now: datetime) -> dict[str, Any]:
    """Return what can be said of the last day: the day, that it is past, or that nobody can say."""
    if answer not in PROMISED:
        return {}
    reading = decisions.clock_of(case, now=now)
    if reading.standing is PromiseStanding.LATE:
        return {"late": _("This takes longer than the bureaus promised. We look at it.")}
    return {"day": reading.due_on} if reading.due_on else {}
