"""flask cases import | keys: what the bureaus tell, by file, and the keys of their systems."""

from pathlib import Path

import click
from sqlalchemy import select

from app import clock
from app.cases.queries import list_bureau_codes
from app.cli.plain import Commands
from app.db import db, end_read, transact
from app.errors import DomainError
from app.intake import applying, keys, runs, wording
from app.intake.models import ImportRow, ImportRun, RowResult, RunState
from app.intake.runs import Sender
from app.intake.sheet import MOST_BYTES, Sheet, SheetRefused, read_sheet
from app.wording import sentence

group = Commands("cases", help="Cases from the bureaus: files, and the keys of their systems.")
MOST_SHOWN = 50


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read and check every line, and change nothing.")
@click.option("--bureau", metavar="CODE", help="Read only this authority's permit. Both if left out.")
def import_cases(file: Path, *, dry_run: bool, bureau: str | None) -> None:
    """Take in a CSV file of the bureaus: UTF-8, UTF-16 or GB18030, up to 100,000 lines.

    Every line is read before any is taken in. A line that cannot be read is named, and then nothing
    is taken in. Bookings go on meanwhile. When the command is killed, start it again with the same
    file, or leave it to the worker: it goes on where it stood.
    """
    _check_bureau(bureau)
    content = _content(file)
    unfinished = runs.find_unfinished(content, bureau)
    if unfinished:
        click.echo("This file was being taken in. Going on where it stood.")
        _apply(unfinished)
        return
    run = _read(content, file.name, bureau)
    _tell_lines(run)
    if not runs.is_clean(run):
        transact(runs.discard, run.public_id, now=clock.now())
        raise click.ClickException("Nothing was taken in. Correct these lines and start again.")
    if dry_run:
        transact(runs.discard, run.public_id, now=clock.now())
        click.echo("Dry run: nothing was taken in.")
        return
    transact(runs.start, run.public_id, now=clock.now())
    _apply(run)


def _check_bureau(code: str | None) -> None:
    known = list_bureau_codes()
    if not known:
        raise click.ClickException("No points are loaded yet. Run `flask --app wsgi seed load` first.")
    if code and code not in known:
        raise click.ClickException(f"There is no bureau {code}.")


def _content(file: Path) -> bytes:
    if file.stat().st_size > MOST_BYTES:
        raise click.ClickException(f"{file.name}: {wording.problem_text('too_large')}")
    return file.read_bytes()


def _read(content: bytes, name: str, bureau: str | None) -> ImportRun:
    try:
        sheet: Sheet = read_sheet(content)
    except SheetRefused as refused:
        raise click.ClickException(f"{name}: {wording.problem_words(refused.problem)}") from None
    with click.progressbar(length=len(sheet.rows), label="Reading") as bar:
        sender = Sender("command", bureau)
        return applying.read_in(sheet, content, name, sender=sender, progress=bar.update)


def _tell_lines(run: ImportRun) -> None:
    told = select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.has_problems)
    for row in db.session.scalars(told.order_by(ImportRow.line).limit(MOST_SHOWN)):
        for code, column, _warning in row.problems:
            click.echo(f"line {row.line}, {column or 'whole line'}: {wording.problem_text(code)}")
    for result in RowResult:
        if run.counts.get(result):
            click.echo(f"{run.counts[result]:>8,} {result}")
    if run.unused_columns:
        click.echo(f"Columns that are not used: {', '.join(run.unused_columns)}")
    end_read()


def _apply(run: ImportRun) -> None:
    with click.progressbar(length=runs.to_apply(run), label="Taking in") as bar:
        bar.update(run.done)
        applying.apply_all(run.id, progress=bar.update)
    end_read()
    done = runs.get_run(run.public_id)
    if done.state != RunState.DONE:
        raise click.ClickException("The run was stopped. Start the command again.")
    click.echo(f"Taken in: {done.done:,} of {done.total:,} lines; the others were known already.")


# --- keys --------------------------------------------------------------------------------------


@group.group("keys")
def key_group() -> None:
    """Keys with which approval systems sign what they send to /api/v1/cases."""


@key_group.command("create")
@click.argument("name")
@click.option("--bureau", metavar="CODE", help="Tells only this authority's permit.")
@click.option("--both", is_flag=True, help="Tells both permits: a system that both bureaus answer for.")
def create(name: str, bureau: str | None, *, both: bool) -> None:
    """Make a key for the system NAME and print its secret, once."""
    if both == bool(bureau):
        raise click.UsageError("Say whose permit the key tells: --bureau CODE, or --both.")
    _check_bureau(bureau)
    key, secret = transact(keys.create_key, name, bureau, now=clock.now())
    click.echo(f"Key     {key.key_id}")
    click.echo(f"Secret  {secret}")
    click.echo("The secret is not shown again. docs/api.md says how to sign with it.")


@key_group.command("list")
def list_keys() -> None:
    """List all keys: id, bureau, state, last use, name."""
    for key in keys.list_keys():
        used = key.last_used_at.isoformat(timespec="minutes") if key.last_used_at else "never used"
        state = "revoked" if key.revoked_at else "active"
        click.echo(f"{key.key_id}\t{key.bureau or 'both bureaus'}\t{state}\t{used}\t{key.name}")


@key_group.command("revoke")
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Close a key at once."""
    try:
        transact(keys.revoke_key, key_id, now=clock.now())
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal)) from None
    click.echo(f"Revoked {key_id}.")
