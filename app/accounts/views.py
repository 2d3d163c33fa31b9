"""Sign in, sign out, and the language of the staff pages."""

from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts import operations
from app.accounts import sign_in as door
from app.accounts.devices import device_of
from app.accounts.forms import SignInForm, local_path
from app.accounts.operations import Attempt, SignInRefused
from app.db import transact
from app.errors import Busy, TooManyTries
from app.extensions import login_manager
from app.localtext import LANGUAGES
from app.web import headers, security_log
from app.web.addresses import opens
from app.wording import sentence

bp = Blueprint("accounts", __name__, template_folder="templates", url_prefix="/staff")
FIRST_PAGE = "staff.today"


def init_app(app: Flask) -> None:
    door.install()
    # Not by its init_app: that looks for a cookie that we do not use after every answer, and static files
    # would vary by cookie.
    app.login_manager = login_manager  # type: ignore[attr-defined]
    app.register_blueprint(bp)


@bp.before_request
def _private() -> None:
    headers.personal()


@bp.get("")
def sign_in() -> ResponseReturnValue:
    if door.find_current():
        return redirect(local_path(request.args.get("next", "")) or url_for(FIRST_PAGE))
    return _page(SignInForm(next=request.args.get("next", "")))


@bp.post("")
def enter() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    attempt = Attempt(form.username.data, request.remote_addr or "")
    security_log.about(attempt.username)
    try:
        door.enter(attempt, form.password.data, now=clock.now(), device=device_of(request.user_agent.string))
    except (SignInRefused, TooManyTries, Busy) as refusal:
        return _page(form, refusal, status=refusal.status)
    security_log.note("signed_in")
    return redirect(form.return_to or url_for(FIRST_PAGE), 303)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    security_log.note("signed_out")
    door.leave(now=clock.now())
    return redirect(url_for(".sign_in"), 303)


@bp.post("/language")
def choose_language() -> ResponseReturnValue:
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        abort(400)
    session["lang"] = language
    member = door.find_current()
    if member:
        transact(operations.set_language, member.username, language)
    return redirect(_page_to_open(local_path(request.form.get("next", "")) or "") or url_for(".sign_in"), 303)


def _page_to_open(path: str) -> str:
    """Return the address, or the nearest page above it where only a form is sent to it; empty for none."""
    while path.strip("/") and not opens(urlsplit(path).path):
        path = urlsplit(path).path.rpartition("/")[0]
    return path


def _page(form: SignInForm, refusal: Exception | None = None, *, status: int = 200) -> ResponseReturnValue:
    form.password.data = ""
    words = sentence(refusal) if isinstance(refusal, (SignInRefused, TooManyTries, Busy)) else ""
    page = render_template("accounts/sign_in.html", form=form, refusal=words)
    after = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooManyTries) else {}
    return page, status, after
