"""What was sent, what waits, and what failed and why; never to whom."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.notifications.models import MessageStatus, OutboxMessage
from app.notifications.outbox import key_of
from app.settings import Settings
from app.staff import queries, wording
from app.staff.frame import frame
from app.staff.permissions import get_member, is_at_least, list_own_stations, requires

bp = Blueprint("staff_messages", __name__, template_folder="templates", url_prefix="/staff/messages")
bp.context_processor(frame)

MOST_ROWS = 200
TABS = {
    "waiting": (MessageStatus.WAITING, MessageStatus.CLAIMED, MessageStatus.HELD),
    "sent": (MessageStatus.SENT, MessageStatus.DELIVERED),
    "failed": (MessageStatus.FAILED, MessageStatus.BOUNCED),
    "skipped": (MessageStatus.SKIPPED, MessageStatus.CANCELLED),
}


@bp.get("")
@requires(Role.CLERK)
def overview() -> ResponseReturnValue:
    stations = list_own_stations()
    chosen = request.args.get("show", "waiting")
    if chosen not in TABS:
        abort(404)
    counts = queries.count_messages(stations)
    rows = queries.list_messages(stations, TABS[chosen], limit=MOST_ROWS)
    readable = {row.message.id for row in rows if _may_read() and find_mail_file(row.message)}
    return render_template(
        "staff/messages.html",
        rows=rows,
        readable=readable,
        chosen=chosen,
        counts={tab: sum(counts[status] for status in statuses) for tab, statuses in TABS.items()},
        status_words=wording.MESSAGE_STATUSES,
        reason_words=wording.MESSAGE_REASONS,
        message_kind=wording.message_kind,
        now=clock.now(),
        most=MOST_ROWS,
    )


@bp.get("/<int:message_id>/mail")
@requires(Role.MANAGER)
def read_mail(message_id: int) -> ResponseReturnValue:
    row = queries.get_message(list_own_stations(), message_id)
    path = find_mail_file(row.message)
    if path is None:
        abort(404)
    mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    return render_template(
        "staff/mail.html", row=row, subject=mail["Subject"] or "", text=_text(mail), parts=_parts(mail)
    )


def find_mail_file(message: OutboxMessage) -> Path | None:
    """Return the file the message was written to, in development only.

    The name is made from the row alone; nothing a browser sends becomes part of a path.
    """
    settings: Settings = current_app.extensions["settings"]
    if settings.production or settings.smtp_url:
        return None
    path = settings.mail_folder / f"{key_of(message.id, message.created_at)}.eml"
    return path if path.is_file() else None


def _may_read() -> bool:
    return is_at_least(get_member().role, Role.MANAGER)


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(preferencelist=("plain",))
    return str(body.get_content()) if body else ""


def _parts(mail: EmailMessage) -> list[str]:
    return [part.get_filename() or part.get_content_type() for part in mail.iter_attachments()]
