"""The blueprint of the booking pages, and what holds for each of them."""

import secrets
from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from app.appointments.entry import session as journey
from app.i18n import LANGUAGE_PREFIX
from app.web import headers

bp = Blueprint("appointments", __name__, template_folder="../templates")

JOURNEY_PREFIX = f"{LANGUAGE_PREFIX}/<any(collect,book):kind>"

# Where a page that stayed open too long leads: the same step, fresh.
_SAME_STEP = {
    "hold": "choose_time",
    "check": "check",
    "extend": "check",
    "cancel": "cancel",
    "come": "come",
    "restore": "show_visit",
    "leave_case": "collect",
    "earlier_on": "show_visit",
    "earlier_off": "show_visit",
    "stop_waiting": "show_waiting",
    "take_offer": "show_offer",
    "decline_offer": "show_offer",
}
# Forms with typed text are answered with the text in place.
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
_keeps_typed: dict[str, Callable[..., ResponseReturnValue]] = {}


def keeps_typed(endpoint: str) -> Callable[[View], View]:
    """Mark the function that shows a form again, with what was typed, when its page was too old."""

    def mark(view: View) -> View:
        _keeps_typed[f"{bp.name}.{endpoint}"] = view
        return view

    return mark


@bp.before_request
def _private() -> None:
    headers.personal()


@bp.context_processor
def _form_key() -> dict[str, Callable[[], str]]:
    """Give templates a new one-time key for a form: sent twice, it counts once."""
    return {"form_key": lambda: secrets.token_urlsafe(16)}


@bp.errorhandler(CSRFError)
def page_too_old(_error: CSRFError) -> ResponseReturnValue:
    headers.personal()
    view = _keeps_typed.get(request.endpoint or "")
    if view:
        return view(**(request.view_args or {}))
    journey.tell("too_old")
    step = (request.endpoint or "").removeprefix(f"{bp.name}.")
    arguments = dict(request.view_args or {})
    if step == "hold":
        arguments |= {
            name: request.form[name] for name in ("service", "move", "people") if request.form.get(name)
        }
    return redirect(url_for(f".{_SAME_STEP[step]}", **arguments), 303)
