"""One guarded GET: a public address or the one private host that was named, no redirects, little, soon.

The address is looked up once and that very address is connected to, so a name cannot point elsewhere
between the check and the request. Proxies of the environment are not used.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

MOST_BYTES = 1 << 20
PORTS = {"http": 80, "https": 443}


class FetchRefused(Exception):
    """The request was not made, or its answer not taken; the text says why and holds nothing typed."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """`seconds` for the whole request; `private_host` is the only host in a private network to be asked."""

    seconds: float
    private_host: str = ""


def fetch(url: str, limits: FetchLimits, *, headers: Mapping[str, str] | None = None) -> bytes:
    """Return the body of the answer. Raises FetchRefused for everything but a small 200 in time."""
    parts = urlsplit(url)
    try:
        address = allowed_address(parts, limits.private_host)
        with _connected(parts, address, limits.seconds) as connection:
            return _body(connection, parts, headers or {})
    except (OSError, http.client.HTTPException) as error:
        raise FetchRefused(f"no answer: {type(error).__name__}") from None


def allowed_address(parts: SplitResult, private_host: str) -> str:
    """Return the address to connect to. Raises FetchRefused when any address of the host is not allowed."""
    if parts.scheme not in PORTS or not parts.hostname:
        raise FetchRefused("not a web address")
    found = socket.getaddrinfo(parts.hostname, parts.port or PORTS[parts.scheme], type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    named = parts.hostname == private_host.casefold()
    if not addresses or not all(_may_be_asked(address, named=named) for address in addresses):
        raise FetchRefused("the host is in a private network")
    return addresses[0]


def _may_be_asked(address: str, *, named: bool) -> bool:
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return False  # where clouds keep the keys of the machine; never, whoever named it
    return ip.is_global or named


@contextmanager
def _connected(parts: SplitResult, address: str, seconds: float) -> Iterator[http.client.HTTPConnection]:
    port = parts.port or PORTS[parts.scheme]
    stream = socket.create_connection((address, port), timeout=seconds)
    if parts.scheme == "https":
        context = ssl.create_default_context()
        stream = context.wrap_socket(stream, server_hostname=parts.hostname, do_handshake_on_connect=False)
    with stream, _ended_after(stream, seconds):
        if isinstance(stream, ssl.SSLSocket):
            stream.do_handshake()
        connection = http.client.HTTPConnection(parts.netloc.rpartition("@")[2], timeout=seconds)
        connection.sock = stream
        with closing(connection):
            yield connection


@contextmanager
def _ended_after(stream: socket.socket, seconds: float) -> Iterator[None]:
    """Cut the connection when the time is over: a slow drip never exceeds the wait for one read."""
    over = threading.Event()
    watch = threading.Timer(seconds, _cut, [stream, over])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
    if over.is_set():  # what was read until then looks like a whole answer
        raise FetchRefused("the answer takes too long")


def _cut(stream: socket.socket, over: threading.Event) -> None:
    over.set()
    with suppress(OSError):  # it may have ended by itself
        stream.shutdown(socket.SHUT_RDWR)


def _body(connection: http.client.HTTPConnection, parts: SplitResult, headers: Mapping[str, str]) -> bytes:
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection.request("GET", target, headers={**headers, "Accept-Encoding": "identity"})
    response = connection.getresponse()
    if response.status != http.client.OK:
        raise FetchRefused(f"status {response.status}")  # a redirect as well
    if response.getheader("Content-Encoding", "identity") != "identity":
        raise FetchRefused("the answer is packed")
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise FetchRefused("the answer is too long")
    return body
