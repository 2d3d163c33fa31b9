"""This is not me, and: write to me no more."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.appointments.entry import session as journey
from app.cases.models import CaseNotice
from app.collection import operations
from app.collection.views.blueprint import bp, get_case_or_ask
from app.db import db, transact
from app.i18n import LANGUAGE_PREFIX


@bp.get(f"{LANGUAGE_PREFIX}/collect/messages")
def messages() -> ResponseReturnValue:
    case = get_case_or_ask()
    notice = db.session.get(CaseNotice, case.id)
    paused = notice is not None and notice.paused_at is not None
    return render_template("collection/messages.html", case=case, paused=paused, word=journey.told())


@bp.post(f"{LANGUAGE_PREFIX}/collect/not-me")
def remove_contact() -> ResponseReturnValue:
    """Remove the contact of who is not this person, and forget the case in this browser."""
    case = get_case_or_ask()
    transact(operations.remove_contact, case.id, request.form.get("contact", ""), now=clock.now())
    journey.leave_case()
    journey.tell("removed")
    return redirect(url_for("appointments.enter_code"), 303)


@bp.post(f"{LANGUAGE_PREFIX}/collect/messages/stop")
def stop_messages() -> ResponseReturnValue:
    case = get_case_or_ask()
    transact(operations.pause, case.id, actor=operations.PERSON, now=clock.now())
    journey.tell("stopped")
    return redirect(url_for(".messages"), 303)


@bp.post(f"{LANGUAGE_PREFIX}/collect/messages/start")
def start_messages() -> ResponseReturnValue:
    case = get_case_or_ask()
    transact(operations.resume, case.id)
    journey.tell("started")
    return redirect(url_for(".messages"), 303)
