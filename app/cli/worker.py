"""flask worker: message delivery and the other periodic jobs, until SIGTERM or Ctrl-C."""

import logging
import os
import signal
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.jobs import build_scheduler

log = logging.getLogger(__name__)

GRACE_SECONDS = 8.0


@click.command("worker")
@with_appcontext
def command() -> None:
    """Run the scheduler and deliver messages until stopped."""
    scheduler = build_scheduler(_app())

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
