"""flask security fingerprint: how the security log names an account or a network."""

from ipaddress import ip_address

import click

from app.accounts.queries import normalised
from app.cli.plain import Commands
from app.web.security_log import fingerprint_of

group = Commands("security", help="Reading the security log.")


@group.command("fingerprint")
@click.option("--account", metavar="NAME", help="A user name.")
@click.option("--network", metavar="ADDRESS", help="An address, as a front or a firewall knows it.")
def fingerprint(account: str | None, network: str | None) -> None:
    """Print how the log names an account or a network; the way back does not exist."""
    if bool(account) == bool(network):
        raise click.UsageError("Give --account or --network, one of the two.")
    if network:
        try:
            ip_address(network)
        except ValueError:
            raise click.UsageError(f"{network} is no address.") from None
    click.echo(fingerprint_of(account=normalised(account or ""), address=network or ""))
