"""flask seed …"""

from pathlib import Path

import click

from app import clock
from app.cases import importer as visit_types
from app.cases.importer import BureauSeed, VisitTypeSeed
from app.cli.plain import Commands
from app.collection import importer as collection
from app.collection.importer import CollectionSeed
from app.db import transact
from app.seeding.files import SeedError
from app.seeding.upsert import Tallies
from app.settings import shipped
from app.stations.seeding import importer as network
from app.stations.seeding import seed
from app.stations.seeding.seed import NetworkSeed

group = Commands("seed", help="Fill the database: the network from its files, and a demo.")


@group.command("load")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=shipped("seed_data"),
    show_default="seed_data",
    help="Where the CSV files are.",
)
def load(folder: Path) -> None:
    """Load stations, services, hours, calendar and places from CSV files.

    Loading again changes nothing. A mistake in a file is named with its line and column, and then
    nothing is loaded.
    """
    try:
        stations = seed.read(folder)
        types = visit_types.read(folder, {service.code for service in stations.services})
        bureaus = visit_types.read_bureaus(folder)
        rules = collection.read(folder, {station.slug for station in stations.stations})
    except SeedError as error:
        raise click.ClickException(str(error)) from error
    tallies = transact(_write, stations, types, bureaus, rules)
    for table, tally in tallies.by_table.items():
        removed = f", {tally.removed} removed" if tally.removed else ""
        click.echo(
            f"{table}: {tally.added} added, {tally.changed} changed, {tally.unchanged} as before{removed}"
        )
    click.echo("Loaded." if tallies.touched else "Nothing to change.")


def _write(
    stations: NetworkSeed,
    types: tuple[VisitTypeSeed, ...],
    bureaus: tuple[BureauSeed, ...],
    rules: CollectionSeed,
) -> Tallies:
    tallies = Tallies()
    network.load(stations, tallies, now=clock.now())
    visit_types.load(types, tallies)
    visit_types.load_bureaus(bureaus, tallies)
    collection.load(rules, tallies)
    return tallies
