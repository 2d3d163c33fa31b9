"""One's own account: the password, and where one is signed in."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.accounts import operations, queries, sign_in
from app.accounts.models import Role
from app.accounts.operations import Attempt, PasswordCommon, PasswordUnfit, SignInRefused
from app.crypto import token_hash
from app.db import transact
from app.errors import Busy, DomainError, TooManyTries
from app.notifications.watch.heartbeat import NETWORK_ZONE
from app.staff.frame import frame
from app.staff.permissions import get_member, requires
from app.team.forms import PasswordForm
from app.web import security_log
from app.wording import sentence

bp = Blueprint("staff_account", __name__, template_folder="../templates", url_prefix="/staff/account")
bp.context_processor(frame)


@bp.get("")
@requires(Role.CLERK)
def show() -> ResponseReturnValue:
    return _page(PasswordForm())


@bp.post("/password")
@requires(Role.CLERK)
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    member = get_member()
    attempt = Attempt(member.username, request.remote_addr or "")
    try:
        sign_in.change_password(member, form.current.data, form.new.data, attempt, now=clock.now())
    except (PasswordUnfit, PasswordCommon) as refusal:
        form.new.errors = [sentence(refusal)]
        return _page(form, status=refusal.status)
    except SignInRefused:
        security_log.note("wrong_password")
        form.current.errors = [_("This is not your password. Enter the one that you signed in with.")]
        return _page(form, status=422)
    except (TooManyTries, Busy) as refusal:
        return _page(form, refusal, status=refusal.status)
    security_log.note("password_changed")
    flash("password")
    return redirect(url_for(".show"), 303)


@bp.post("/sessions/<int:session_id>/end")
@requires(Role.CLERK)
def end_session(session_id: int) -> ResponseReturnValue:
    security_log.note("session_ended")
    transact(operations.end_session, get_member().user_id, session_id, now=clock.now())
    return redirect(url_for(".show"), 303)


@bp.post("/sessions/end-others")
@requires(Role.CLERK)
def end_others() -> ResponseReturnValue:
    member = get_member()
    security_log.note("sessions_ended")
    transact(operations.end_other_sessions, member.user_id, token=member.token, now=clock.now())
    return redirect(url_for(".show"), 303)


def _page(
    form: PasswordForm, refusal: DomainError | None = None, *, status: int = 200
) -> ResponseReturnValue:
    member = get_member()
    page = render_template(
        "team/account.html",
        form=form,
        refusal=sentence(refusal) if refusal else "",
        sessions=queries.list_sessions(member.user_id, now=clock.now()),
        own=token_hash(member.token),
        zone=NETWORK_ZONE.key,
    )
    return page, status
