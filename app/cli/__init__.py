"""The command line: `flask --app wsgi seed|staff|calendar|messages|…`, beside `db` for migrations."""

from flask import Flask

from app.cli import (
    backup,
    calendar,
    cases,
    data,
    messages,
    places,
    roads,
    security,
    seed,
    setup,
    staff,
    version,
    worker,
)
from app.cli.demo.day import demo
from app.cli.demo.history import history


def init_app(app: Flask) -> None:
    seed.group.add_command(demo)
    seed.group.add_command(history)
    for part in (seed, staff, cases, data, calendar, messages, backup, places, roads, security):
        app.cli.add_command(part.group)
    app.cli.add_command(worker.command)
    app.cli.add_command(version.command)
    app.cli.add_command(setup.command)
