"""The page on which anybody tells us what is wrong about a service point."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from app import clock
from app.errors import TooManyTries
from app.i18n import LANGUAGE_PREFIX
from app.locator.forms import ReportForm
from app.stations import corrections
from app.stations.queries import get_station
from app.web import headers
from app.wording import sentence

bp = Blueprint("reports", __name__, template_folder="templates", url_prefix=LANGUAGE_PREFIX)


@bp.before_request
def _private() -> None:
    headers.personal()


@bp.get("/places/<slug>/report")
def ask(slug: str) -> ResponseReturnValue:
    return _page(slug, ReportForm(), sent="sent" in request.args)


@bp.post("/places/<slug>/report")
def tell(slug: str) -> ResponseReturnValue:
    station, form = get_station(slug), ReportForm()
    if not form.validate():
        return _page(slug, form), 422
    try:
        corrections.tell(station, form.report, address=request.remote_addr or "", now=clock.now())
    except TooManyTries as refusal:
        return _page(slug, form, refusal=sentence(refusal)), 429, {"Retry-After": str(refusal.retry_after)}
    return redirect(url_for(".ask", slug=slug, sent=1), 303)


@bp.errorhandler(CSRFError)
def too_old(_error: CSRFError) -> ResponseReturnValue:
    """Show the form again with what was typed, and a new token."""
    headers.personal()
    slug = (request.view_args or {}).get("slug", "")
    words = _("This page was open for a long time. Nothing was changed. Press the button again.")
    return _page(slug, ReportForm(), refusal=str(words)), 400


def _page(slug: str, form: ReportForm, *, refusal: str = "", sent: bool = False) -> str:
    station = get_station(slug)
    return render_template("locator/report.html", station=station, form=form, refusal=refusal, sent=sent)
