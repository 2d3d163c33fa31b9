"""A sender that kills itself at a named point: `python -m tests.processes.sender …`.

    sender.py DATABASE_URL SMTP_PORT CLOCK_SHIFT CRASH_AT ORDER

The clock is shifted so that leases of the senders killed before it have run out. CRASH_AT `nowhere`
delivers everything. ORDER `mark-first` is the wrong order, kept as the tests' own test.
"""

import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from app import create_app
from app.db import transact
from app.notifications.channels import smtp
from app.notifications.channels.smtp import SmtpChannel
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import ClaimedMessage, Outcome, Result
from app.notifications.delivery.relay import Relay
from app.notifications.letter import Letter
from app.settings import Settings

CALLS_BEFORE_CRASH = 2
LEASE = timedelta(seconds=120)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(owner: Any, name: str, calls: int = CALLS_BEFORE_CRASH) -> None:
    """Let the function do its work for the last time, then die."""
    replace(owner, name, calls, lambda real, *args, **kwargs: (real(*args, **kwargs), die()))


def before(owner: Any, name: str, calls: int = CALLS_BEFORE_CRASH) -> None:
    """Die instead of calling the function."""
    replace(owner, name, calls, lambda _real, *_args, **_kwargs: die())


def replace(owner: Any, name: str, calls: int, last: Any) -> None:
    real, seen = getattr(owner, name), []

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        seen.append(1)
        return real(*args, **kwargs) if len(seen) < calls else last(real, *args, **kwargs)

    setattr(owner, name, wrapped)


def never_hear_the_answer(_real: Any, client: Any, content: bytes) -> None:
    """Hand the letter over and die before the server's answer is read."""
    client.docmd("DATA")
    client.send(content + b"\r\n.\r\n")
    time.sleep(0.2)
    die()


CRASHES = {
    "nowhere": lambda: None,
    "before the claim is committed": lambda: after(outbox, "claim_due", 1),
    "after the claim": lambda: before(SenderRelay, "_handle_while_leased", 1),
    "before sending": lambda: before(SmtpChannel, "send"),
    "in the middle of the conversation": lambda: before(smtp, "_data"),
    "accepted but not answered": lambda: replace(smtp, "_data", CALLS_BEFORE_CRASH, never_hear_the_answer),
    "after sending": lambda: after(SmtpChannel, "send"),
    "before the record is committed": lambda: after(outbox, "record"),
    "after the record": lambda: after(SenderRelay, "_handle"),
}


class SenderRelay(Relay):
    pass


class MarkFirstRelay(SenderRelay):
    """The wrong order: what is marked as sent and then not sent is lost."""

    def _handle(self, message: ClaimedMessage, _written: Any, _quick: Any) -> None:
        now = self.clock()
        transact(outbox.record, message, Result(Outcome.SENT), started_at=now, now=now)
        self.channels["email"].send(note(message, now), key=message.key, now=now)


def note(message: ClaimedMessage, _now: datetime) -> Letter:
    return Letter(to=f"person{message.subject_id}@example.org", subject="A note", text="x")


def main() -> None:
    url, port, shift, crash_at, order = sys.argv[1:]
    folder = Path(gettempdir())
    app = create_app(
        Settings(database_url=url, instance_path=folder, secret_key="x" * 32, data_key="t:" + "5a" * 32)
    )
    CRASHES[crash_at]()
    channel = SmtpChannel(f"smtp://127.0.0.1:{port}", sender="no-reply@example.org", timeout=5)
    relay = (MarkFirstRelay if order == "mark-first" else SenderRelay)(
        compose=note,
        channels={"email": channel},
        clock=lambda: datetime.now(UTC) + timedelta(seconds=float(shift)),
        lease=LEASE,
        worker=f"sender-{os.getpid()}",
    )
    with app.app_context():
        while relay.deliver_due(limit=5):
            pass


if __name__ == "__main__":
    main()
