"""A letter as an e-mail message."""

from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from app.notifications.letter import DeliveryError, Letter

ENCODED = "=?"  # begins a word that mail programs decode (RFC 2047)


def address_of(text: str) -> Address:
    """Return the one address in the text. Raises DeliveryError when it is none, or more than one."""
    try:
        found = Address(addr_spec=text.strip())
        domain = found.domain.encode("idna").decode("ascii")
    except (ValueError, IndexError, MessageError, UnicodeError):
        raise DeliveryError("not an e-mail address", permanent=True) from None
    plain = found.username.isascii() and ENCODED not in found.username
    if not plain or ("." not in domain and domain != "localhost"):
        raise DeliveryError("not an e-mail address mail can be sent to", permanent=True)
    return Address(username=found.username, domain=domain)


def sender_of(text: str) -> Address:
    """Return the sender in `Name <address>` form as an address."""
    name, spec = parseaddr(text)
    return Address(display_name=name, addr_spec=spec)


def email_of(letter: Letter, *, sender: Address, key: str, now: datetime) -> EmailMessage:
    """Return the letter as multipart mail whose Message-ID depends on nothing but the key."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = address_of(letter.to)
    _set_subject(message, one_line(letter.subject))
    message["Date"] = now
    message["Message-ID"] = f"<{key}@{sender.domain}>"
    message["Content-Language"] = letter.language
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    if letter.calendar:
        message.add_attachment(
            letter.calendar.content,
            maintype="text",
            subtype="calendar",
            filename="visit.ics",
            params={"method": letter.calendar.method, "charset": "utf-8"},
        )
    return message


def _set_subject(message: EmailMessage, subject: str) -> None:
    if subject.isascii() and ENCODED not in subject:
        message["Subject"] = subject
        return
    # The policy decodes an encoded word: a line end in it would begin the next header. And now and
    # then it loses a space when it folds other scripts. The older class does neither.
    folded = Header(subject, "utf-8", header_name="Subject").encode(linesep=SMTP.linesep)
    message.set_raw("Subject", folded)


def one_line(text: str) -> str:
    """Return the text without line ends and control signs, so that it can be a header."""
    return " ".join("".join(s if s.isprintable() else " " for s in text).split())
