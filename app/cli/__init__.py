"""The command line: `flask --app wsgi seed|staff|cases|worker|messages|backup|data …`."""

from flask import Flask

from app.cli import backup, cases, data, messages, seed, staff, worker


def init_app(app: Flask) -> None:
    for part in (seed, staff, cases, messages, backup, data):
        app.cli.add_command(part.group)
    app.cli.add_command(worker.command)
