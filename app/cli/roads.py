"""flask map …"""

from pathlib import Path

import click
from flask.cli import AppGroup

from app import clock
from app.db import transact
from app.maps import layers
from app.maps.extract import ExtractUnreadable, read_roads
from app.maps.roads import layer_of

group = AppGroup("map", help="The roads of the large map, from a file of your own.")
OF_OPENSTREETMAP = "Roads © OpenStreetMap contributors, ODbL"


@group.command("build")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--credit", default=OF_OPENSTREETMAP, show_default=True, help="Whom the map names for them.")
def build(file: Path, credit: str) -> None:
    """Draw the roads of FILE on the map: GeoJSON with `highway` properties, or .osm.pbf.

    The roads are kept in the database, so every process shows them. Building again replaces them.
    """
    from app.maps.render import BOUNDS  # noqa: PLC0415  folium takes long to import

    try:
        layer = layer_of(read_roads(file), BOUNDS)
    except ExtractUnreadable as error:
        raise click.ClickException(str(error)) from error
    if not layer.counts:
        raise click.ClickException(f"{file.name} has no road on our map. Nothing was changed.")
    transact(layers.keep_roads, layer.body, credit=credit[:200], now=clock.now())
    click.echo(", ".join(f"{kind} {count}" for kind, count in layer.counts.items()))
    click.echo(f"{len(layer.body.encode()) / 1000:.0f} kB in the database.")
    if layer.left_out:
        click.echo(f"Left out, for they would make the map slow: {', '.join(layer.left_out)}.")


@group.command("clear")
def clear() -> None:
    """Take the roads off the map."""
    click.echo("The roads are gone." if transact(layers.clear_roads) else "There were no roads.")
