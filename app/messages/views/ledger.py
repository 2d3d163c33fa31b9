"""What was planned, sent, failed and why; never to whom. And what staff do about it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app import clock
from app.accounts.models import Role
from app.appointments import queries
from app.appointments.contacts import read_email, read_phone
from app.appointments.masking import masked_email, masked_phone
from app.appointments.models import Appointment
from app.db import transact
from app.errors import DomainError
from app.messages import ledger, replay, wording
from app.messages import wording as message_wording
from app.messages.ledger import TABS, LedgerRow, LedgerScope
from app.messages.replay import Window
from app.notifications import pauses
from app.notifications.delivery import outbox, reopening
from app.notifications.delivery.outbox import key_of
from app.notifications.models import MessagePause, OutboxMessage
from app.planning.calls import CallRow
from app.settings import Settings
from app.staff.frame import frame
from app.staff.permissions import get_member, is_at_least, list_own_stations, requires
from app.typed import find_day, read_number, read_time
from app.wording import sentence

bp = Blueprint("staff_messages", __name__, template_folder="../templates", url_prefix="/staff/messages")
bp.context_processor(frame)

MOST_ROWS = 200
LARGEST_ID = 2**31 - 1
CALLS = "calls"
ZONE = ZoneInfo("Asia/Shanghai")
LONGEST_WINDOW = timedelta(days=14)


def _scope() -> LedgerScope:
    return LedgerScope(list_own_stations(), everything=get_member().role is Role.ADMINISTRATOR)


# --- the ledger --------------------------------------------------------------------------------


@bp.get("")
@requires(Role.CLERK)
def overview() -> ResponseReturnValue:
    return _overview_page(request.args.get("about", "").strip()[:60])


@bp.post("/find")
@requires(Role.CLERK)
def find() -> ResponseReturnValue:
    """Find by a number. Only one that is ours goes into the address: people type names and phones too."""
    typed = request.form.get("about", "").strip()[:60]
    if ledger.find_about(_scope(), typed, limit=1):
        return redirect(url_for(".overview", about=typed), 303)
    return _overview_page(typed), 422


def _overview_page(asked: str) -> str:
    scope, now = _scope(), clock.now()
    chosen = request.args.get("show", "waiting")
    if chosen not in (*TABS, CALLS):
        abort(404)
    calls = ledger.list_calls(scope, now=now, limit=MOST_ROWS)
    if asked:
        chosen, rows = "", ledger.find_about(scope, asked, limit=MOST_ROWS)
    elif chosen == CALLS:
        rows = calls
    else:
        rows = ledger.list_tab(scope, chosen, now=now, limit=MOST_ROWS)
    return render_template(
        "messages/messages.html",
        rows=rows,
        calls=_ways(calls) if chosen == CALLS else {},
        readable=_readable(rows),
        chosen=chosen,
        asked=asked,
        nothing_typed=request.method == "POST" and not asked,
        counts={**ledger.count_tabs(scope, now=now), CALLS: len(calls)},
        state_word=message_wording.message_state,
        reason_words=wording.MESSAGE_REASONS,
        message_kind=wording.message_kind,
        now=now,
        most=MOST_ROWS,
    )


def _ways(rows: Sequence[LedgerRow]) -> dict[str, CallRow]:
    """Return how the people of these visits can be reached, by booking number."""
    visits = [found for row in rows if (found := queries.find_visit(row.reference))]
    cases = queries.cases_of(visits)
    return {visit.reference: _way(visit, *queries.ways_to(visit, cases)) for visit in visits}


def _way(visit: Appointment, phone: bool, email: bool) -> CallRow:
    return CallRow(visit.reference, visit.starts_at, phone, email, visit.language, visit.status)


def _readable(rows: Sequence[LedgerRow]) -> set[int]:
    if not is_at_least(get_member().role, Role.MANAGER):
        return set()
    return {row.message.id for row in rows if find_mail_file(row.message)}


@bp.get(f"/<int(max={LARGEST_ID}):message_id>")
@requires(Role.CLERK)
def show(message_id: int) -> ResponseReturnValue:
    return _page(ledger.get_row(_scope(), message_id))


def _page(row: LedgerRow, refusal: str = "") -> str:
    contacts = ledger.contacts_of(row.message)
    return render_template(
        "messages/message.html",
        row=row,
        attempts=ledger.list_attempts(row.message),
        other=ledger.other_channel(row.message),
        ended=row.message.status in replay.ENDED,
        went_out=row.message.status in reopening.TAKEN,
        pausable=bool(contacts),
        paused=bool(contacts) and all(map(pauses.is_paused, contacts)),
        readable=bool(_readable([row])),
        state_word=message_wording.message_state,
        reason_words=wording.MESSAGE_REASONS,
        outcome_words=message_wording.OUTCOMES,
        attempt_detail=message_wording.attempt_detail,
        message_kind=wording.message_kind,
        now=clock.now(),
        refusal=refusal,
    )


@bp.post(f"/<int(max={LARGEST_ID}):message_id>/other-contact")
@requires(Role.CLERK)
def use_other_contact(message_id: int) -> ResponseReturnValue:
    """Send the same message over the other way by which the person is known."""
    row = ledger.get_row(_scope(), message_id)
    other = ledger.other_channel(row.message)
    if not other:
        return _page(row, _("There is no other contact. Call the person.")), 409
    transact(outbox.send_instead, row.message.id, other, now=clock.now())
    flash(_("It goes out over the other contact."))
    return redirect(url_for(".overview", about=row.reference), 303)


@bp.post(f"/<int(max={LARGEST_ID}):message_id>/again")
@requires(Role.CLERK)
def send_one_again(message_id: int) -> ResponseReturnValue:
    """Send a message that ended, if it is still true; one that went out is sent once more."""
    row = ledger.get_row(_scope(), message_id)
    tries = request.form.get("tries", type=read_number)
    try:
        transact(
            replay.send_one_again, message_id, tries=tries, username=get_member().username, now=clock.now()
        )
    except DomainError as refusal:
        return _page(row, message_wording.refusal(refusal)), refusal.status
    flash(_("The message goes out again."))
    return redirect(url_for(".show", message_id=message_id), 303)


# --- people who are paused ---------------------------------------------------------------------


@bp.post(f"/<int(max={LARGEST_ID}):message_id>/pause")
@requires(Role.CLERK)
def pause_person(message_id: int) -> ResponseReturnValue:
    """Hold back all messages to the person whom this one is for, by whatever channel."""
    row = ledger.get_row(_scope(), message_id)
    reason = _("asked at visit %(reference)s", reference=row.reference)
    for contact in ledger.contacts_of(row.message):
        transact(pauses.pause, contact, reason=reason, username=get_member().username, now=clock.now())
    flash(_("Messages to this person are paused."))
    return redirect(url_for(".show", message_id=message_id), 303)


@bp.get("/paused")
@requires(Role.MANAGER)
def list_paused() -> ResponseReturnValue:
    return _paused_page()


@bp.post("/paused")
@requires(Role.MANAGER)
def pause_contact() -> ResponseReturnValue:
    """Hold back all messages to an address or number that somebody names."""
    typed = request.form.get("contact", "").strip()
    reason = request.form.get("reason", "").replace("\0", "").strip()
    try:
        contact = read_email(typed) if "@" in typed else read_phone(typed)
    except DomainError as refusal:
        return _paused_page(typed, reason, sentence(refusal)), 422
    if not contact:
        return _paused_page(typed, reason, _("Enter an e-mail address or a phone number.")), 422
    transact(pauses.pause, contact, reason=reason, username=get_member().username, now=clock.now())
    flash(_("Messages to this person are paused."))
    return redirect(url_for(".list_paused"), 303)


@bp.post("/paused/resume")
@requires(Role.MANAGER)
def resume() -> ResponseReturnValue:
    pause_id = request.form.get("pause", 0, type=read_number)
    if pause_id in {row.id for row in _own_pauses()}:
        transact(pauses.resume, pause_id, username=get_member().username, now=clock.now())
        flash(_("Messages go to this person again."))
    else:
        flash(_("Nobody here is paused by that name. See the list below."))
    return redirect(url_for(".list_paused"), 303)


def _paused_page(typed: str = "", reason: str = "", refusal: str = "") -> str:
    rows = [(row, _masked(row)) for row in _own_pauses()]
    return render_template("messages/paused.html", rows=rows, typed=typed, reason=reason, refusal=refusal)


def _own_pauses() -> Sequence[MessagePause]:
    """Return the pauses of people of the own stations, and those that the own staff made."""
    return ledger.own_pauses(_scope(), get_member().username)


def _masked(row: MessagePause) -> str:
    return masked_email(row.contact) if "@" in row.contact else masked_phone(row.contact)


# --- a window of trouble -----------------------------------------------------------------------


@bp.get("/send-again")
@requires(Role.MANAGER)
def ask_replay() -> ResponseReturnValue:
    """Ask for the window; with one, count what would go out again."""
    if "from_day" not in request.args:
        return _replay_page(_usual_window(), None)
    values = {name: request.args.get(name, "")[:20] for name in _usual_window()}
    window = _window(values)
    if window is None:
        return _replay_page(values, None, wrong=True), 422
    return _replay_page(values, len(replay.list_missed(window, now=clock.now())))


@bp.post("/send-again")
@requires(Role.MANAGER)
def send_again() -> ResponseReturnValue:
    values = {name: request.form.get(name, "")[:20] for name in _usual_window()}
    window = _window(values)
    if window is None:
        return _replay_page(values, None, wrong=True), 422
    count = transact(replay.send_again, window, username=get_member().username, now=clock.now())
    flash(ngettext("%(num)d message goes out again.", "%(num)d messages go out again.", count))
    return redirect(url_for(".overview", show="waiting"), 303)


def _usual_window() -> dict[str, str]:
    today = clock.now().astimezone(ZONE).date().isoformat()
    return {"from_day": today, "from_time": "00:00", "until_day": today, "until_time": "23:59"}


def _window(values: dict[str, str]) -> Window | None:
    start, end = _moment(values, "from"), _moment(values, "until")
    if start is None or end is None or not start < end <= start + LONGEST_WINDOW:
        return None
    scope = _scope()
    return Window(start, end, tuple(station.id for station in scope.stations), scope.everything)


def _moment(values: dict[str, str], which: str) -> datetime | None:
    day = find_day(values[f"{which}_day"])
    try:
        clock_time = read_time(values[f"{which}_time"])
    except ValueError:
        return None
    return datetime.combine(day, clock_time.replace(tzinfo=ZONE)).astimezone(UTC) if day else None


def _replay_page(values: dict[str, str], count: int | None, *, wrong: bool = False) -> str:
    return render_template("messages/replay.html", values=values, count=count, wrong=wrong)


# --- what was written to a file ----------------------------------------------------------------


@bp.get(f"/<int(max={LARGEST_ID}):message_id>/mail")
@requires(Role.MANAGER)
def read_mail(message_id: int) -> ResponseReturnValue:
    row = ledger.get_row(_scope(), message_id)
    path = find_mail_file(row.message)
    if path is None:
        abort(404)
    mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    return render_template(
        "messages/mail.html", row=row, subject=mail["Subject"] or "", text=_text(mail), parts=_parts(mail)
    )


def find_mail_file(message: OutboxMessage) -> Path | None:
    """Return the file the message was written to, in development only.

    The name is made from the row alone; nothing a browser sends becomes part of a path.
    """
    settings: Settings = current_app.extensions["settings"]
    if settings.production or settings.smtp_url:
        return None
    path = settings.mail_folder / f"{key_of(message)}.eml"
    return path if path.is_file() else None


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(preferencelist=("plain",))
    return str(body.get_content()) if body else ""


def _parts(mail: EmailMessage) -> list[str]:
    return [part.get_filename() or part.get_content_type() for part in mail.iter_attachments()]
