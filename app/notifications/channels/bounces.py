"""Reading what mail servers send back: delivery status notifications (RFC 3464). PURE."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser

OUR_ID = re.compile(r"<(\d{1,12}-[0-9a-f]{1,20})@[^<>\s]+>")
STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
# Nobody is there: no such box or domain, the box was closed, no way to its host. A full box, a
# letter that is too large or a dislike of our server says nothing about the address.
DEAD = re.compile(r"5\.1\.(0|1|2|3|6|10)|5\.2\.1|5\.4\.4")


@dataclass(frozen=True, slots=True)
class BounceReport:
    """What became of one letter for one person. `key` is the message's name to providers."""

    key: str
    address: str
    delivered: bool
    detail: str
    dead: bool = False  # nothing will ever arrive at that address


def read_reports(content: bytes) -> list[BounceReport]:
    """Return what a mail in the bounce box says about letters of ours; none for any other mail.

    A report of a delay is no report: the server goes on trying.
    """
    mail = BytesParser(policy=policy.compat32).parsebytes(content)
    key = _key(mail)
    if not key or mail.get_content_type() != "multipart/report":
        return []
    found = (_report(key, fields) for fields in _recipients(mail))
    return [report for report in found if report]


def status_of(text: str) -> str:
    """Return the enhanced status code in a server's answer, or nothing."""
    found = STATUS.search(text)
    return found.group() if found else ""


def is_dead(status: str) -> bool:
    """Return whether an enhanced status code says that the address itself does not work."""
    return DEAD.fullmatch(status) is not None


def _recipients(mail: Message) -> Iterator[Message]:
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            # The first block is about the message as a whole.
            yield from (block for block in blocks or () if isinstance(block, Message) and block["Action"])


def _report(key: str, fields: Message) -> BounceReport | None:
    action = str(fields["Action"]).strip().lower()
    if action not in ("failed", "delivered", "relayed"):
        return None
    address = str(fields["Original-Recipient"] or fields["Final-Recipient"] or "")
    status = status_of(str(fields["Status"] or ""))
    said = str(fields["Diagnostic-Code"] or "").rpartition(";")[2].strip()
    return BounceReport(
        key=key,
        address=address.rpartition(";")[2].strip().strip("<>"),
        delivered=action != "failed",
        detail=(said or status)[:200],
        dead=action == "failed" and is_dead(status),
    )


def _key(mail: Message) -> str:
    """Return the key in our letter's Message-ID, from the returned letter or its headers."""
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822":
            payload = part.get_payload()
            returned = payload[0] if isinstance(payload, list) and payload else None
            found = OUR_ID.search(str(returned["Message-ID"])) if isinstance(returned, Message) else None
            if found:
                return found.group(1)
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            headers = payload.decode("ascii", "replace") if isinstance(payload, bytes) else ""
            found = re.search(r"^message-id:\s*(\S+)", headers, re.IGNORECASE | re.MULTILINE)
            found = OUR_ID.fullmatch(found.group(1)) if found else None
            if found:
                return found.group(1)
    return ""
