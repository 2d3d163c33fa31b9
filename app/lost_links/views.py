"""The page on which somebody asks for a lost link. Its answer is the same whatever we know."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from app import clock
from app.errors import TooManyTries
from app.i18n import LANGUAGE_PREFIX
from app.lost_links import operations
from app.lost_links.forms import LostLinkForm, read_way
from app.lost_links.queries import KnownDetails
from app.web import headers
from app.wording import sentence

bp = Blueprint("lost_links", __name__, template_folder="templates")


@bp.before_request
def _private() -> None:
    headers.personal()


@bp.get(f"{LANGUAGE_PREFIX}/link")
def show() -> ResponseReturnValue:
    return _page(LostLinkForm(formdata=None))


@bp.post(f"{LANGUAGE_PREFIX}/link")
def ask() -> ResponseReturnValue:
    form = LostLinkForm()
    if not form.validate():
        return _page(form, 422)
    contact, known = read_way(form.contact_way.data), KnownDetails.read(form.known.data or "")
    try:
        operations.ask(known, contact, address=request.remote_addr or "", now=clock.now())
    except TooManyTries as refusal:
        form.form_errors.append(sentence(refusal))
        return _page(form, 429, retry_after=refusal.retry_after)
    return redirect(url_for(".sent"), 303)


@bp.get(f"{LANGUAGE_PREFIX}/link/sent")
def sent() -> ResponseReturnValue:
    return render_template("lost_links/sent.html")


@bp.errorhandler(CSRFError)
def _too_old(_error: CSRFError) -> ResponseReturnValue:
    headers.personal()
    form = LostLinkForm(meta={"csrf": False})
    form.form_errors.append(_("This page was open for a long time. Press the button again."))
    return _page(form, 400)


def _page(form: LostLinkForm, status: int = 200, *, retry_after: int = 0) -> ResponseReturnValue:
    page = render_template("lost_links/ask.html", form=form)
    return page, status, {"Retry-After": str(retry_after)} if retry_after else {}


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
