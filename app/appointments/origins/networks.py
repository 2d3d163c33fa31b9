"""The networks of an address, as keyed fingerprints: what is stored names nobody."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Protocol

from app.crypto import keyring

WIDTHS = (56, 48)
UNKNOWN = IPv4Address(0)


@dataclass(frozen=True, slots=True)
class Origin:
    """Fingerprints, narrow to wide: the IPv4 address alone, or the /64, /56 and /48 of an IPv6 one."""

    asked_from: str | None = None
    asked_from_56: str | None = None
    asked_from_48: str | None = None


class HasOrigin(Protocol):
    """A hold or a visit."""

    @property
    def asked_from(self) -> str | None: ...
    @property
    def asked_from_56(self) -> str | None: ...
    @property
    def asked_from_48(self) -> str | None: ...


NOWHERE = Origin()


def origin_of(address: str) -> Origin:
    """Return the fingerprints of the networks that this address is in."""
    ip = _read(address)
    if isinstance(ip, IPv4Address):
        return Origin(_fingerprint(ip, 32))
    return Origin(*(_fingerprint(ip, width) for width in (64, *WIDTHS)))


def _read(address: str) -> IPv4Address | IPv6Address:
    try:
        ip = ip_address(address)
    except ValueError:
        return UNKNOWN
    return getattr(ip, "ipv4_mapped", None) or ip


def _fingerprint(ip: IPv4Address | IPv6Address, width: int) -> str:
    network = int(ip) >> (ip.max_prefixlen - width)
    return keyring().blind_index(f"v{ip.version}n{network:032x}w{width}", purpose="network")


def pass_on(before: HasOrigin, after: HasOrigin) -> None:
    """Let a visit have the networks of the hold that it was, which forgets them."""
    for name in Origin.__dataclass_fields__:
        setattr(after, name, getattr(before, name))
    forget(before)


def forget(owner: HasOrigin) -> None:
    """Let it not be known any more from where it was asked for."""
    for name in Origin.__dataclass_fields__:
        setattr(owner, name, None)
