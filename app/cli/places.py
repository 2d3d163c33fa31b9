"""flask places …"""

from pathlib import Path

import click

from app.cli.plain import Commands
from app.db import transact
from app.seeding.files import SeedError
from app.seeding.upsert import Tallies
from app.stations.seeding import gazetteer, importer

group = Commands("places", help="The gazetteer: places that people may type.")
SIGNS = {"added": "+", "changed": "~", "unchanged": "="}


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Save without asking.")
def import_places(file: Path, yes: bool) -> None:
    """Import places from a CSV file with the columns of seed_data/gazetteer.csv.

    First it shows every row that is new or changes one, and which may be a double of a place that is there
    already. Rows that are not in the file stay as they are.
    """
    try:
        rows = gazetteer.read_text(file.read_text(encoding="utf-8-sig"), file.name)
    except (SeedError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    previews = gazetteer.preview(rows)
    for one in previews:
        if one.what != "unchanged" or one.doubles:
            click.echo(_line(one))
    if all(one.what == "unchanged" for one in previews):
        click.echo("Nothing to change.")
        return
    if not yes:
        click.confirm("Save?", abort=True)
    tallies = Tallies()
    transact(importer.load_places, rows, tallies)
    tally = tallies.by_table["places"]
    click.echo(f"{tally.added} added, {tally.changed} changed, {tally.unchanged} unchanged.")


def _line(one: gazetteer.Preview) -> str:
    changed = f" ({', '.join(one.columns)})" if one.columns else ""
    doubles = f"  a double of {', '.join(one.doubles)}?" if one.doubles else ""
    return f"{SIGNS[one.what]} {one.slug}  {one.name}{changed}{doubles}"
