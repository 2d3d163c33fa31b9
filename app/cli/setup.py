"""flask setup: asks for what production needs, tries it, writes it down, and prepares the database.

It needs no application yet: it makes the settings that one is started with. Asked again, it proposes
what is written already and keeps its secrets.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import flask_migrate
from dotenv import dotenv_values
from flask import Flask

from app import clock
from app.accounts import queries
from app.accounts.models import Role
from app.cli import seed, staff
from app.cli.trials import try_database, try_mail
from app.settings import Settings, SettingsError

Values = dict[str, str]
FILE = click.Path(dir_okay=False, path_type=Path)
OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class SetupQuestion:
    """One setting that is asked for; `trial` returns what is wrong with it, or nothing."""

    name: str
    words: str
    proposal: str = ""
    trial: Callable[[Settings], str | None] | None = None


QUESTIONS = (
    SetupQuestion("PUBLIC_URL", "Address by which people reach the service, https://…"),
    SetupQuestion("PROXY_HOPS", "Reverse proxies in front of it", "1"),
    SetupQuestion(
        "DATABASE_URL",
        "Database, postgresql+psycopg://user:password@host/name; - for SQLite on this machine",
        trial=try_database,
    ),
    SetupQuestion(
        "SMTP_URL",
        "Mail server, smtp://user:password@host:587 or smtps://…; - if messages shall wait",
        trial=try_mail,
    ),
    SetupQuestion("MAIL_FROM", "Sender of messages, Name <address>"),
    SetupQuestion("ALERT_EMAIL", "Who is told by mail when something stands still; - for nobody", "-"),
    SetupQuestion("HELP_PHONE", "Telephone number for help", "12345"),
)
NOTHING = "-"
HIDDEN = r"\1***@"
_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*@")


@click.command("setup")
@click.option("--file", type=FILE, default=Path("stations.env"), show_default=True, help="Where to write it.")
@click.option(
    "--administrator", metavar="NAME", help="User name of the first administrator; asked if left out."
)
def command(file: Path, administrator: str | None) -> None:
    """Ask for the settings of production, try them, write them to a file and prepare the database."""
    values = _known(file)
    Path(values["INSTANCE_PATH"]).mkdir(mode=0o700, parents=True, exist_ok=True)
    for question in QUESTIONS:
        _ask(question, values)
    _write(file, values)
    click.echo(f"Written: {file}. Only its owner may read it. Keep a copy of DATA_KEY in another place.")
    from app import create_app  # noqa: PLC0415 - the application registers this command

    _prepare(create_app(_settings(values)), administrator)
    click.echo("Ready. Start the web server and the worker with these settings; docs/deploy.md shows how.")


def _known(file: Path) -> Values:
    """Return what is written already, and new secrets for what is not."""
    fresh = {
        "APP_ENV": "production",
        "SECRET_KEY": secrets.token_hex(32),
        "DATA_KEY": f"{clock.of_machine():%Y}:{secrets.token_hex(32)}",
        "INSTANCE_PATH": str(Path("instance").resolve()),
    }
    written = dotenv_values(file, interpolate=False) if file.is_file() else {}
    return {**fresh, **{name: value or "" for name, value in written.items() if value or name not in fresh}}


def _ask(question: SetupQuestion, values: Values) -> None:
    """Ask until the value is well formed, and works or is wanted all the same."""
    while True:
        proposal = values.get(question.name, question.proposal or None)
        proposal = NOTHING if proposal == "" else proposal
        shown = f" [{_PASSWORD.sub(HIDDEN, proposal)}]" if proposal else ""
        answer = click.prompt(question.words + shown, default=proposal, show_default=False, type=str).strip()
        values[question.name] = "" if answer == NOTHING else answer
        trouble = _trouble(question, values)
        if trouble is None:
            return
        click.echo(trouble, err=True)


def _trouble(question: SetupQuestion, values: Values) -> str | None:
    try:
        settings = _settings(values)
    except SettingsError as error:
        # What is not asked for yet may be missing still.
        return str(error) if question.name in str(error) else None
    trouble = question.trial(settings) if question.trial else None
    if trouble and click.confirm(f"{trouble}\nTake it all the same?", default=False):
        return None
    return trouble and "Then once more."


def _settings(values: Values) -> Settings:
    return Settings.from_env(**{name.lower(): value for name, value in values.items()})


def _write(file: Path, values: Values) -> None:
    file.touch(mode=OWNER_ONLY)
    file.chmod(OWNER_ONLY)
    file.write_text("".join(f"{name}={_quoted(value)}\n" for name, value in values.items()))


def _quoted(value: str) -> str:
    """Return a value as systemd, Compose and a shell read it alike."""
    if not set(value) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:@,%"):
        return value
    if "'" not in value:
        return f"'{value}'"
    if not set(value) & set('"$`\\'):
        return f'"{value}"'
    raise click.ClickException(f"A value may not hold ' beside one of \" $ ` \\ : {value}")


def _prepare(app: Flask, administrator: str | None) -> None:
    """Bring the schema up, load the network and make the first administrator, each only where missing."""
    context = click.get_current_context()
    with app.app_context():
        flask_migrate.upgrade()
        context.invoke(seed.load)
        if any(user.role == Role.ADMINISTRATOR and user.active for user in queries.list_users()):
            return
        username = administrator or click.prompt("User name of the first administrator", type=str)
        context.invoke(
            staff.create, username=username, stations=(), password_stdin=False, name=username,
            role=Role.ADMINISTRATOR.value, bureau=None, language="en",
        )  # fmt: skip
