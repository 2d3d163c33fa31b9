"""Tell the holder of a case that the permits can be collected. Runs inside `transact()`.

The messages are only asked for here; what they say is written at the moment of sending, by
`app.collection.letters`, which also knows whether a visit is booked by then.
"""

from datetime import datetime

from app.cases.models import Case, CaseNotice
from app.db import db
from app.notifications import outbox
from app.notifications.outbox import OutboxRequest

TOPIC = "case"
READY = "ready"
CHANNELS = ("email", "sms")


def announce_ready(case: Case, *, now: datetime) -> None:
    """Ask for the message "your permits are ready", over every channel by which the person is known.

    Call it whenever a case may have become ready: what was told already is not told again, until
    `withdraw_ready` says that the news is no longer true.
    """
    notice = notice_of(case)
    if notice.told_at:
        return
    notice.told_at = now
    notice.round += 1
    outbox.enqueue(*(request(case, notice, READY, channel, now) for channel in channels_of(case)), now=now)


def withdraw_ready(case: Case, *, now: datetime) -> None:
    """Take back what waits to be sent, because the case is not ready any more."""
    notice = notice_of(case)
    if notice.told_at:
        notice.told_at = None
        outbox.cancel(TOPIC, case.id, now=now)


def notice_of(case: Case) -> CaseNotice:
    """Return what is noted about telling this person; a new row for a case that has none."""
    if case.id is None:
        db.session.flush()
    found = db.session.get(CaseNotice, case.id)
    if found is None:
        found = CaseNotice(case_id=case.id, round=0)
        db.session.add(found)
    return found


def channels_of(case: Case) -> tuple[str, ...]:
    known = {"email": case.email_encrypted, "sms": case.phone_encrypted}
    return tuple(channel for channel in CHANNELS if known[channel])


def request(
    case: Case,
    notice: CaseNotice,
    kind: str,
    channel: str,
    send_at: datetime,
    expires_at: datetime | None = None,
) -> OutboxRequest:
    """Return a message about the case; its key lets each kind go out once in a round."""
    return OutboxRequest(
        dedupe_key=f"{TOPIC}:{case.number}:{notice.round}:{kind}:{channel}",
        topic=TOPIC,
        subject_id=case.id,
        revision=notice.round,
        kind=kind,
        channel=channel,
        send_at=send_at,
        expires_at=expires_at,
    )
