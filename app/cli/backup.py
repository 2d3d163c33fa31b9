"""flask backup: a copy of the database, and the way back."""

from pathlib import Path

import click
import flask_migrate
from alembic.script import ScriptDirectory

from app import clock
from app.backup import copying
from app.backup.contents import BackupContents
from app.backup.refusals import BackupFailed
from app.cli.plain import Commands
from app.crypto import keyring
from app.db import transact
from app.keys import proofs
from app.notifications.delivery import reopening
from app.notifications.watch import heartbeat
from app.settings import shipped

group = Commands("backup", help="Copy the database while it is in use, look at a copy, and put it back.")
FILE = click.Path(dir_okay=False, path_type=Path)


@group.command("create")
@click.argument("file", type=FILE)
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    help="Delete older backups beside it, of the same ending, beyond so many.",
)
def create(file: Path, keep: int | None) -> None:
    """Write a backup to FILE. Keep DATA_KEY apart from it: without the key names cannot be read."""
    try:
        copying.create(file)
    except BackupFailed as error:
        raise click.ClickException(str(error)) from error
    transact(heartbeat.note_backup, file.stat().st_size, now=clock.now())
    click.echo(f"Written and checked: {file} ({file.stat().st_size:,} bytes)")
    for gone in copying.keep_newest(file, keep) if keep else ():
        click.echo(f"Deleted: {gone}")


@group.command("verify")
@click.argument("file", type=FILE)
def verify(file: Path) -> None:
    """Read FILE to its end, say what is in it, and whether our keys open it."""
    found = _look(file)
    click.echo(
        f"Schema {found.version}; " + ", ".join(f"{count:,} {name}" for name, count in found.rows.items())
    )
    if not found.proofs:
        click.echo("It is older than the proofs of keys: try to restore it on another machine.")
        return
    for key_id, proof in found.proofs.items():
        if key_id not in keyring().keys:
            click.echo(f"Key {key_id}: not in DATA_KEY. It is needed if anything is encrypted with it.")
        elif not proofs.opens(key_id, proof):
            raise click.ClickException(f"DATA_KEY: our key {key_id} is not the one of this backup.")
        else:
            click.echo(f"Key {key_id}: ours.")


@group.command("restore")
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, *, yes: bool) -> None:
    """Replace the database by FILE and bring its schema up. Stop the web and worker processes first.

    Messages that were due are held, because they may have been sent after the backup was made:
    look at them and run `flask messages release`.
    """
    found = _look(file)
    if found.version not in _known_versions():
        raise click.ClickException(f"It is of a later version ({found.version}). Install that one first.")
    if not yes:
        click.confirm("Everything booked since this backup will be lost. Go on?", abort=True)
    try:
        copying.restore(file)
    except BackupFailed as error:
        raise click.ClickException(str(error)) from error
    flask_migrate.upgrade()
    proofs.prove()
    held = transact(reopening.hold_due, now=clock.now())
    click.echo(f"Restored. {held} messages are held; `flask messages release` sends them.")


def _look(file: Path) -> BackupContents:
    try:
        return copying.verify(file)
    except BackupFailed as error:
        raise click.ClickException(str(error)) from error


def _known_versions() -> set[str]:
    scripts = ScriptDirectory(str(shipped("migrations")))
    return {script.revision for script in scripts.walk_revisions()}
