"""The blueprint of these pages, and what holds for each of them."""

from flask import Blueprint, abort, redirect, url_for

from app.appointments.entry import session as journey
from app.cases.models import Case
from app.web import headers

bp = Blueprint("collection", __name__, template_folder="../templates")


@bp.before_request
def _private() -> None:
    headers.personal()


def get_case_or_ask() -> Case:
    """Return the case this browser came with, or send the person to the page that asks for it."""
    case = journey.find_case()
    if case is None:
        abort(redirect(url_for("appointments.enter_code", lost=1), 303))
    return case
