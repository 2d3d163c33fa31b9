"""flask data rotate-keys | purge | retention | export"""

import json
import os
from pathlib import Path
from typing import Any

import click

from app import clock
from app.cases.models import Case
from app.cases.queries import find_by_number
from app.cli.plain import Commands
from app.crypto import keyring
from app.db import end_read, transact
from app.privacy import export, retention, rotation
from app.privacy.retention import PURGES, Kind

group = Commands("data", help="Personal data: keys, how long it stays, and one person's own.")
FILE = click.Path(dir_okay=False, path_type=Path)


@group.command("rotate-keys")
def rotate_keys() -> None:
    """Encrypt and index everything anew with the first key of DATA_KEY.

    Some rows at a time, while people book. When it is stopped, start it again: it goes on where it
    stood. Until it says that it is done, keep the older keys in DATA_KEY.
    """
    for vault in rotation.list_vaults():
        old = rotation.count_old(vault)
        end_read()
        with click.progressbar(length=old, label=f"{vault.model.__tablename__:<20}") as bar:
            while done := transact(rotation.rotate_some, vault):
                bar.update(done)
    others = [name for name in keyring().keys if name != keyring().newest]
    click.echo(f"Everything has the key {keyring().newest}.")
    if others:
        click.echo(f"When every process runs with it, {', '.join(others)} may leave DATA_KEY.")


@group.command("purge")
def purge() -> None:
    """Delete personal data that served its time. The worker does it once a day too."""
    for kind in PURGES:
        total = 0
        while done := transact(retention.purge_some, kind, now=clock.now()):
            total += done
        click.echo(f"{kind.kind:<16} older than {retention.days_of(kind.kind)} days: {total:,}")


@group.command("retention")
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]), required=False)
@click.argument("days", type=click.IntRange(0, 36_500), required=False)
def keep(kind: str | None, days: int | None) -> None:
    """List for how many days each kind of data stays, or set it: data retention visits 60."""
    if kind and days is not None:
        transact(retention.set_days, Kind(kind), days, now=clock.now())
    for each in Kind:
        click.echo(f"{each:<16} {retention.days_of(each)}")


@group.command("export")
@click.argument("file", type=FILE)
@click.option("--case", "number", help="The case's number. Without it the passport number is asked for.")
def write_out(file: Path, number: str | None) -> None:
    """Write all that is kept about one person to FILE, in clear, for that person.

    The passport number is typed, not given on the command line: there it would stay in the shell's
    history. The histories of the cases note that it was written out.
    """
    if file.exists():
        raise click.ClickException(f"{file} exists already. Choose another name.")
    cases = (
        _named(number) if number else export.find_cases_of(click.prompt("Passport number", hide_input=True))
    )
    numbers = [case.number for case in cases]
    end_read()
    if not numbers:
        raise click.ClickException("Nothing is kept about this person.")
    told = transact(_export, numbers)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        json.dump(told, output, ensure_ascii=False, indent=2)
    click.echo(f"Written: {file}, {len(numbers)} cases. Give it to this person only, then delete it.")


def _named(number: str) -> list[Case]:
    found = find_by_number(number)
    return [found] if found else []


def _export(numbers: list[str]) -> dict[str, Any]:
    cases = [case for number in numbers if (case := find_by_number(number))]
    return export.export(cases, actor="command", now=clock.now())
