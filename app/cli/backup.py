"""flask backup: a copy of the database, and the way back."""

from pathlib import Path

import click

from app import clock
from app.backup import copying as backup
from app.backup.copying import BackupFailed
from app.cli.plain import Commands
from app.db import transact
from app.notifications.delivery import reopening
from app.notifications.watch import heartbeat

group = Commands("backup", help="Copy the database while it is in use, and put a copy back.")
FILE = click.Path(dir_okay=False, path_type=Path)


@group.command("create")
@click.argument("file", type=FILE)
def create(file: Path) -> None:
    """Write a backup to FILE. Keep DATA_KEY apart from it: without the key names cannot be read."""
    try:
        backup.create(file)
    except BackupFailed as error:
        raise click.ClickException(str(error)) from error
    transact(heartbeat.note_backup, file.stat().st_size, now=clock.now())
    click.echo(f"Written and checked: {file} ({file.stat().st_size:,} bytes)")


@group.command("restore")
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, *, yes: bool) -> None:
    """Replace the database by FILE. Stop the web and worker processes first.

    Messages that were due are held, because they may have been sent after the backup was made:
    look at them and run `flask messages release`.
    """
    if not yes:
        click.confirm("Everything booked since this backup will be lost. Go on?", abort=True)
    try:
        backup.restore(file)
    except BackupFailed as error:
        raise click.ClickException(str(error)) from error
    held = transact(reopening.hold_due, now=clock.now())
    click.echo(f"Restored. {held} messages are held; `flask messages release` sends them.")
