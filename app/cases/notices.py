"""Tell the holder of a case that the permits can be collected. Runs inside `transact()`.

The messages are only asked for here; what they say is written at the moment of sending, by
`app.collection.letters`, which also knows whether a visit is booked by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.models import Case, CaseNotice
from app.db import db
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest

TOPIC = "case"
READY = "ready"
CHANNELS = ("email", "sms")


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why and when a person is written to. `mark` tells apart repeated occasions of one kind."""

    kind: str
    send_at: datetime
    expires_at: datetime | None = None
    mark: str = ""


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
    write(case, notice, Occasion(READY, now), CHANNELS, now=now)


def withdraw_ready(case: Case, *, now: datetime) -> None:
    """Take back what waits to be sent, because the case is not ready any more."""
    notice = notice_of(case)
    if notice.told_at:
        notice.told_at = None
        outbox.cancel(TOPIC, case.id, now=now)


def announce_again(case: Case, *, now: datetime) -> None:
    """Write the news anew to who was told it: what was written does not open the case any more."""
    if notice_of(case).told_at:
        withdraw_ready(case, now=now)
        announce_ready(case, now=now)


def notice_of(case: Case) -> CaseNotice:
    """Return what is noted about telling this person; a new row for a case that has none."""
    if case.id is None:
        db.session.flush()
    found = db.session.get(CaseNotice, case.id)
    if found is None:
        found = CaseNotice(case_id=case.id, round=0)
        db.session.add(found)
    return found


def write(
    case: Case, notice: CaseNotice, occasion: Occasion, channels: Sequence[str], *, now: datetime
) -> None:
    """Put a message into the outbox for each of these channels by which the person is known."""
    known = {"email": case.email_encrypted, "sms": case.phone_encrypted}
    requests = (_request(case, notice, occasion, channel) for channel in channels if known.get(channel))
    outbox.enqueue(*requests, now=now)


def _request(case: Case, notice: CaseNotice, occasion: Occasion, channel: str) -> OutboxRequest:
    # The key lets each occasion be written about once in a round, over each channel.
    return OutboxRequest(
        dedupe_key=f"{TOPIC}:{case.number}:{notice.round}:{occasion.kind}{occasion.mark}:{channel}",
        topic=TOPIC,
        subject_id=case.id,
        revision=notice.round,
        kind=occasion.kind,
        channel=channel,
        send_at=occasion.send_at,
        expires_at=occasion.expires_at,
    )
