"""flask staff create | list | disable | password"""

import sys
from typing import Any

import click

from app import clock
from app.accounts import operations as accounts
from app.accounts import queries
from app.accounts.models import Role
from app.accounts.operations import NewUser
from app.cases.queries import list_bureau_codes
from app.cli.plain import Commands
from app.db import transact
from app.errors import DomainError
from app.localtext import LANGUAGES
from app.staff import assignments
from app.staff.queries import list_stations_of
from app.stations.models import Station
from app.stations.queries import get_station
from app.wording import sentence

group = Commands("staff", help="Accounts of the people who work at the service points.")

# A password on the command line is seen by everybody on the machine and stays in the shell's history.
password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)


@group.command("create")
@click.argument("username")
@click.option("--name", default="", help="The full name, shown in the pages. The user name if left out.")
@click.option(
    "--role", type=click.Choice([r.value for r in Role]), default=Role.CLERK.value, show_default=True
)
@click.option("--station", "stations", multiple=True, metavar="SLUG", help="Works here. May be given again.")
@click.option("--bureau", metavar="CODE", help="Decides the permits of this authority, as in bureaus.csv.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@password_stdin
def create(username: str, stations: tuple[str, ...], password_stdin: bool, **columns: Any) -> None:
    """Create an account. Clerks and managers need a --station or a --bureau; administrators see all."""
    role, bureau = Role(columns.pop("role")), columns["bureau"]
    if not stations and not bureau and role is not Role.ADMINISTRATOR:
        raise click.UsageError("A clerk or manager needs at least one --station, or a --bureau.")
    if bureau and bureau not in list_bureau_codes():
        raise click.ClickException(f"There is no bureau {bureau}.")
    new = NewUser(username=username, role=role, password=_password(password_stdin), **columns)
    try:
        created = transact(_create, new, stations)
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal)) from None
    click.echo(f"Created {role} {created}.")


def _create(new: NewUser, slugs: tuple[str, ...]) -> str:
    user = accounts.create_user(new, now=clock.now())
    assignments.assign(user, [_station(slug) for slug in dict.fromkeys(slugs)])
    return user.username


def _station(slug: str) -> Station:
    try:
        return get_station(slug)
    except DomainError:
        raise click.ClickException(f"There is no station {slug}.") from None


@group.command("list")
def list_staff() -> None:
    """List all accounts: user name, role, whether active, stations."""
    for user in queries.list_users():
        everywhere = user.role == Role.ADMINISTRATOR
        slugs = "all" if everywhere else ", ".join(s.slug for s in list_stations_of(user.id)) or "none"
        slugs = f"{slugs}, bureau {user.bureau}" if user.bureau else slugs
        state = "active" if user.active else "disabled"
        click.echo(f"{user.username}\t{user.role}\t{state}\t{slugs}\t{user.name}")


@group.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """Close an account and end its sessions at once."""
    _found(username)
    transact(accounts.disable_user, username, now=clock.now())
    click.echo(f"Disabled {username}. All its sessions have ended.")


@group.command("password")
@click.argument("username")
@password_stdin
def set_password(username: str, password_stdin: bool) -> None:
    """Set a new password and end the account's sessions."""
    _found(username)
    try:
        transact(accounts.set_password, username, _password(password_stdin), now=clock.now())
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal)) from None
    click.echo(f"Changed the password of {username}. All its sessions have ended.")


def _found(username: str) -> None:
    if queries.find_user(username) is None:
        raise click.ClickException(f"There is no account {username}.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
