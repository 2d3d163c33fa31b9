"""flask messages: look at the outbox, deliver what is due."""

import mailbox
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
from flask import current_app

from app import clock
from app.cli.plain import Commands
from app.db import transact
from app.jobs import BATCH, build_relay
from app.notifications import queries
from app.notifications.channels.bounces import read_reports
from app.notifications.channels.imap import BoxClosed, unseen_mails
from app.notifications.channels.registry import channels_of
from app.notifications.delivery import arrivals, reopening
from app.notifications.models import MessageStatus, OutboxMessage
from app.notifications.watch.rules import NOT_SENT
from app.settings import Settings

group = Commands("messages", help="Look at the messages and deliver them.")

HEADER = f"{'id':>7}  {'status':<9}  {'kind':<14} {'channel':<7} {'about':<20} {'due':<17}  tries  reason"


@group.command("list")
@click.option("--status", type=click.Choice([status.value for status in MessageStatus]))
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
def list_messages(status: str | None, limit: int) -> None:
    """Show the newest messages. No names, addresses or texts: the outbox holds none."""
    rows = queries.newest(status=status, limit=limit)
    click.echo(HEADER)
    for row in rows:
        click.echo(_line(row))
    click.echo(f"{len(rows)} shown")


def _line(row: OutboxMessage) -> str:
    subject = f"{row.topic} {row.subject_id}"
    return (
        f"{row.id:>7}  {row.status:<9}  {row.kind:<14} {row.channel:<7} {subject:<20} "
        f"{row.due_at:%Y-%m-%d %H:%M}Z {row.attempts:>6}  {row.reason}"
    ).rstrip()


@group.command("deliver")
def deliver() -> None:
    """Deliver everything that is due now; the exit code is 1 when something could not be sent."""
    started_at = clock.now()
    relay = build_relay(lambda: False)
    total = 0
    with click.progressbar(length=queries.count_due(now=started_at), label="Delivering") as bar:
        while handled := relay.deliver_due(limit=BATCH):
            total += handled
            bar.update(handled)
    tries = queries.outcomes_since(started_at)
    again = tries.get("retry", 0) + tries.get("refused", 0) + tries.get("postponed", 0)
    click.echo(f"{total} due: {tries.get('sent', 0)} sent, {again} retry, {tries.get('failed', 0)} failed")
    left = queries.count_due(now=clock.now())
    if left:
        click.echo(f"{left} still due: see `messages list --status waiting` for the reason")
    if left or any(tries.get(outcome) for outcome in NOT_SENT):
        raise SystemExit(1)


@group.command("release")
def release() -> None:
    """Let the messages be sent that a restore has held. Look at them first: `messages list --status held`."""
    click.echo(f"{transact(reopening.release_held, now=clock.now())} released")


@group.command("bounces")
@click.argument(
    "source", required=False, type=click.Path(exists=True, allow_dash=True, path_type=Path), default=None
)
@click.option("--imap", is_flag=True, help="Read the unseen mail of the box that BOUNCES_URL names.")
def bounces(source: Path | None, *, imap: bool) -> None:
    """Read what mail servers sent back, and mark what did not arrive.

    SOURCE is a Maildir (its new mail is read and marked as seen), an mbox file, or - for one mail on
    standard input, as a mail server's alias gives it.
    """
    if imap == (source is not None):
        raise click.UsageError("name a SOURCE, or ask for --imap")
    settings: Settings = current_app.extensions["settings"]
    mails = (
        _mails(source)
        if source
        else unseen_mails(settings.bounces_url, timeout=settings.smtp_timeout_seconds)
    )
    channels = list(channels_of(settings))
    read = noted = 0
    try:
        for content in mails:
            read += 1
            for report in read_reports(content):
                found: bool = transact(arrivals.note, report, channels=channels, now=clock.now())
                noted += found
    except BoxClosed as trouble:
        raise click.ClickException(str(trouble)) from None
    click.echo(f"{read} read, {noted} about messages of ours")


def _mails(source: Path) -> Iterator[bytes]:
    """Give each mail; one of a Maildir counts as read only after it was dealt with."""
    if str(source) == "-":
        yield sys.stdin.buffer.read()
    elif source.is_dir():
        yield from _new_mails(mailbox.Maildir(source, create=False))
    else:
        with closing(mailbox.mbox(source, create=False)) as box:
            yield from (mail.as_bytes() for mail in box)


def _new_mails(folder: mailbox.Maildir) -> Iterator[bytes]:
    for key, mail in folder.items():
        if mail.get_subdir() != "new":
            continue
        yield mail.as_bytes()
        mail.set_subdir("cur")
        mail.add_flag("S")
        folder[key] = mail
