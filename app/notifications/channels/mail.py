"""A letter as an e-mail message."""

import re
from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

import idna

from app.notifications.letter import DeliveryError, Letter

_LINE_END = re.compile(r"\r\n|\r|\n")
# What nearly every address looks like; the rest is read by the library, which takes its time.
_PLAIN = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
ENCODED = "=?"  # begins a word that mail programs decode (RFC 2047)


def address_of(text: str) -> Address:
    """Return the one address in the text. Raises DeliveryError when it is none, or more than one."""
    try:
        found = Address(addr_spec=text.strip())
        domain = _ascii(found.domain)
    except (ValueError, IndexError, MessageError, UnicodeError):
        raise DeliveryError("not an e-mail address", permanent=True) from None
    plain = found.username.isascii() and ENCODED not in found.username
    if not plain or ("." not in domain and domain != "localhost"):
        raise DeliveryError("not an e-mail address mail can be sent to", permanent=True)
    return Address(username=found.username, domain=domain)


def _ascii(domain: str) -> str:
    """Return how a domain is asked for. What Python brings itself takes straße.de for strasse.de."""
    return idna.encode(domain, uts46=True).decode("ascii")


def sender_of(text: str) -> Address:
    """Return the sender in `Name <address>` form as an address."""
    name, spec = parseaddr(text)
    found = Address(display_name=name, addr_spec=spec)
    return Address(name, found.username, found.domain if found.domain.isascii() else _ascii(found.domain))


@dataclass(frozen=True, slots=True)
class Mail:
    """A whole message and the one address it goes to."""

    to: str
    content: bytes

    def as_bytes(self) -> bytes:
        return self.content


def email_of(letter: Letter, *, sender: Address, key: str, now: datetime) -> Mail:
    """Return the letter as multipart mail whose Message-ID depends on nothing but the key.

    All of it is seven-bit with short lines, so no server on the way has a reason to change what a
    DKIM signature covers. Put together here because the library's generator takes longer than
    everything else that a message costs; what parses it in the tests is the library.
    """
    to = letter.to if _PLAIN.fullmatch(letter.to) else address_of(letter.to).addr_spec
    headers = (
        f"From: {_from(sender.display_name, sender.addr_spec)}",
        f"To: {to}",
        f"Subject: {_subject(one_line(letter.subject))}",
        f"Date: {format_datetime(now)}",
        f"Message-ID: <{key}@{sender.domain}>",
        f"Content-Language: {letter.language}",
        "Auto-Submitted: auto-generated",  # asks for no holiday notes (RFC 3834)
        "X-Auto-Response-Suppress: All",  # the same for Exchange
        # Without List-Unsubscribe-Post: the link asks first, since it may be opened by a scanner.
        *((f"List-Unsubscribe: <{letter.stop_link}>",) if letter.stop_link else ()),
        "MIME-Version: 1.0",
    )
    lines = "".join(f"{header}\r\n" for header in headers)
    return Mail(to, f"{lines}{_body(letter, key)}".encode("ascii"))


def _body(letter: Letter, key: str) -> str:
    body = _part("text/plain; charset=utf-8", letter.text)
    if letter.html:
        body = _multipart("alternative", f"a-{key}", body, _part("text/html; charset=utf-8", letter.html))
    if letter.calendar:
        kind = f"text/calendar; charset=utf-8; method={letter.calendar.method}"
        body = _multipart("mixed", f"m-{key}", body, _part(kind, letter.calendar.content, VISIT_FILE))
    return body


VISIT_FILE = 'Content-Disposition: attachment; filename="visit.ics"\r\n'


def _multipart(kind: str, boundary: str, *parts: str) -> str:
    # No line of base64 begins like this, so no content can end a part.
    boundary = f"=_{boundary}"
    joined = "".join(f"--{boundary}\r\n{part}" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n{joined}--{boundary}--\r\n'


def _part(kind: str, content: str | bytes, disposition: str = "") -> str:
    raw = content if isinstance(content, bytes) else _LINE_END.sub("\r\n", content).encode()
    encoded = encodebytes(raw).decode("ascii").replace("\n", "\r\n")
    return f"Content-Type: {kind}\r\n{disposition}Content-Transfer-Encoding: base64\r\n\r\n{encoded}"


@lru_cache(maxsize=8)
def _from(name: str, address: str) -> str:
    return formataddr((name, address))


@lru_cache(maxsize=1000)
def _subject(subject: str) -> str:
    if subject.isascii() and ENCODED not in subject:
        return Header(subject, "us-ascii", header_name="Subject").encode(linesep="\r\n")
    return Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")


def one_line(text: str) -> str:
    """Return the text without line ends and control signs, so that it can be a header."""
    return " ".join("".join(s if s.isprintable() else " " for s in text).split())
