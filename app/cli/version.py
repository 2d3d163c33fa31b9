"""flask version: which version of the service this is."""

import click

from app.system.version import __version__


@click.command("version")
def command() -> None:
    """Print the version of the service."""
    click.echo(__version__)
