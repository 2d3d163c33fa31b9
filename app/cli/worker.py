"""flask worker: message delivery and the other periodic jobs, until SIGTERM or Ctrl-C."""

import logging
import os
import signal
import time
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.db import end_read, transact
from app.errors import Busy
from app.jobs import build_scheduler, sound_alarm
from app.keys import proofs as key_proofs
from app.notifications.watch import heartbeat, offline
from app.notifications.watch.troubles import NO_DATABASE, Trouble
from app.scheduler import Scheduler
from app.settings import Settings
from app.surroundings import looking as surroundings

log = logging.getLogger(__name__)

GRACE_SECONDS = 8.0
ASK_EVERY_SECONDS = 1.0  # while the database takes nothing


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
    try:
        troubles = sound_alarm()
    except (SQLAlchemyError, OSError, Busy) as error:
        log.warning("the database does not take anything: %s", type(error).__name__)
        end_read()
        troubles = [_without_database()]
        offline.tell(troubles[0], _settings(), now=clock.now())
    else:
        offline.tell_return(_settings(), now=clock.now())
    for trouble in troubles:
        click.echo(trouble.words)
    if troubles:
        raise SystemExit(1)
    click.echo("All is well.")


def _without_database() -> Trouble:
    try:
        return Trouble("read-only" if surroundings.is_read_only() else NO_DATABASE)
    except (SQLAlchemyError, OSError):
        return Trouble(NO_DATABASE)
    finally:
        end_read()


def _settings() -> Settings:
    settings: Settings = _app().extensions["settings"]
    return settings


def _run() -> None:
    scheduler = build_scheduler(_app())

    def stop(_signal: int, _frame: Any) -> None:
        scheduler.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if not _wait_for_database(scheduler):
        return
    key_proofs.prove()
    log.info("worker started", extra={"pid": os.getpid()})
    finished = scheduler.run_until_stopped(grace=GRACE_SECONDS)
    log.info("worker stopped", extra={"finished": finished})
    if not finished:
        # A provider still keeps us waiting. The message's lease brings it back; waiting on would not.
        os._exit(1)


def _wait_for_database(scheduler: Scheduler) -> bool:
    """Wait until the database takes something; returns False when told to stop meanwhile."""
    told = False
    while not scheduler.stopping():
        try:
            transact(heartbeat.forget_others, scheduler.names)
        except (SQLAlchemyError, OSError, Busy) as error:
            end_read()
            if not told:
                log.warning("worker waits for the database: %s", type(error).__name__)
            told = True
            time.sleep(ASK_EVERY_SECONDS)
        else:
            return True
    return False


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's way
    return app
