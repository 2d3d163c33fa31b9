"""flask worker: message delivery and the other periodic jobs, until SIGTERM or Ctrl-C."""

import logging
import os
import signal
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.db import transact
from app.jobs import build_scheduler, sound_alarm
from app.notifications.watch import heartbeat

log = logging.getLogger(__name__)

GRACE_SECONDS = 8.0


@click.group("worker", invoke_without_command=True)
@with_appcontext
@click.pass_context
def command(context: click.Context) -> None:
    """Run the scheduler and deliver messages until stopped."""
    if context.invoked_subcommand is None:
        _run()


@command.command("check")
@with_appcontext
def check() -> None:
    """Look after delivery from outside: run it every few minutes by cron, on another machine if you can.

    Tells ALERT_EMAIL and ALERT_URL what is new; the exit code is 1 while something is wrong.
    """
    troubles = sound_alarm()
    for trouble in troubles:
        click.echo(trouble.words)
    if troubles:
        raise SystemExit(1)
    click.echo("All is well.")


def _run() -> None:
    scheduler = build_scheduler(_app())
    transact(heartbeat.forget_others, scheduler.names)

    def stop(_signal: int, _frame: Any) -> None:
        scheduler.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("worker started", extra={"pid": os.getpid()})
    finished = scheduler.run_until_stopped(grace=GRACE_SECONDS)
    log.info("worker stopped", extra={"finished": finished})
    if not finished:
        # A provider still keeps us waiting. The message's lease brings it back; waiting on would not.
        os._exit(1)


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's way
    return app
