"""The bounce box over IMAP: each unseen mail once, marked as seen after it was dealt with."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from app.notifications.channels.smtp import LOOPBACK

PORTS = {"imap": 143, "imaps": 993}
INBOX = "INBOX"


class BoxClosed(Exception):
    """The box could not be read. Says why, without the password."""


def unseen_mails(url: str, *, timeout: float) -> Iterator[bytes]:
    """Give each mail of the box of an `imap://` or `imaps://` address that nobody has seen.

    A mail counts as seen when the next one is asked for: one whose reader fails is given again.
    Raises BoxClosed.
    """
    try:
        with _opened(url, timeout) as box:
            for number in _said(box.uid("SEARCH", "UNSEEN"))[0].split():
                mail = _said(box.uid("FETCH", number, "(BODY.PEEK[])"))[0]
                if isinstance(mail, tuple):  # else somebody has deleted it meanwhile
                    yield mail[1]
                    _said(box.uid("STORE", number, "+FLAGS", r"(\Seen)"))
    except (imaplib.IMAP4.error, OSError) as error:
        raise BoxClosed(f"{type(error).__name__}: the box could not be read") from None


@contextmanager
def _opened(url: str, timeout: float) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise BoxClosed("BOUNCES_URL must start with imap:// or imaps:// and name a host")
    with _connected(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme], timeout) as box:
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        _said(box.select(unquote(parts.path.strip("/")) or INBOX))
        yield box


def _connected(scheme: str, host: str, port: int, timeout: float) -> imaplib.IMAP4:
    tls = ssl.create_default_context()
    if scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port, ssl_context=tls, timeout=timeout)
    box = imaplib.IMAP4(host, port, timeout=timeout)
    if host not in LOOPBACK:
        box.starttls(tls)  # raises when the server knows no TLS: a password is not sent in the clear
    return box


def _said(answer: tuple[str, list[Any]]) -> list[Any]:
    word, data = answer
    if word != "OK":
        raise imaplib.IMAP4.error(word)
    return data or [b""]
