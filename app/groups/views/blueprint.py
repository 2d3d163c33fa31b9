"""The blueprint of the group pages, and what the browser's session remembers of a group."""

from collections.abc import Callable

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from app.crypto import token_hash
from app.groups.models import Group
from app.groups.queries import get_by_fingerprint
from app.groups.refusals import GroupGone
from app.i18n import LANGUAGE_PREFIX
from app.web import headers

bp = Blueprint("groups", __name__, template_folder="../templates")
PREFIX = f"{LANGUAGE_PREFIX}/business"
GROUP, WORD = "group-of", "group-word"

# Where a page that stayed open too long leads: forms with typed text are shown again with it.
_SAME_STEP = {"choose": "times", "invite": "times", "book": "check", "extend": "check"}
_keeps_typed: dict[str, Callable[[], ResponseReturnValue]] = {}


def keeps_typed(endpoint: str, view: Callable[[], ResponseReturnValue]) -> None:
    """Name the function that shows a form again, with what was typed, when its page was too old."""
    _keeps_typed[f"{bp.name}.{endpoint}"] = view


@bp.before_request
def _private() -> None:
    headers.personal()


@bp.errorhandler(CSRFError)
def page_too_old(_error: CSRFError) -> ResponseReturnValue:
    headers.personal()
    view = _keeps_typed.get(request.endpoint or "")
    if view:
        return view()
    tell("too_old")
    step = (request.endpoint or "").removeprefix(f"{bp.name}.")
    return redirect(url_for(f".{_SAME_STEP.get(step, 'show')}"), 303)


def find_group() -> Group | None:
    """Return the group that this browser works on."""
    fingerprint = session.get(GROUP)
    try:
        return get_by_fingerprint(fingerprint) if fingerprint else None
    except GroupGone:
        return None


def draft_or_start() -> Group:
    """Return the draft, or send the person to where it begins; a booked group has its own page."""
    group = find_group()
    if group is None:
        abort(redirect(url_for(".who"), 303))
    if group.booked_at:
        abort(redirect(url_for(".show"), 303))
    return group


def remember(group: Group) -> None:
    session.permanent = True
    # Not the row's number: a forgotten draft's number may be given to another employer's group.
    session[GROUP] = token_hash(group.token)


def tell(word: str) -> None:
    session[WORD] = word


def told() -> str:
    word: str = session.pop(WORD, "")
    return word
