"""The e-mail channel: one SMTP conversation for a batch, one recipient for a message."""

import smtplib
import ssl
import time
from datetime import datetime
from urllib.parse import unquote, urlsplit

from app.log import redacted
from app.notifications.channels.bounces import is_dead, status_of
from app.notifications.channels.mail import email_of, sender_of
from app.notifications.letter import DeliveryError, Letter

LOOPBACK = ("localhost", "127.0.0.1", "::1")
PORTS = {"smtp": 25, "smtps": 465}
CLOSING = 421
TAKEN = (250, 251)
NO_SUCH_BOX = "5.1.1"  # what a server means that refuses a recipient and gives no status

Reply = tuple[int, bytes]


class SmtpChannel:
    """Sends to the server of an `smtp://` or `smtps://` address.

    `timeout` is in seconds and for one message as a whole, not for each step of its conversation:
    the lease of a message counts on that.
    """

    def __init__(
        self,
        url: str,
        *,
        sender: str,
        timeout: float,
        bounces_to: str = "",
        tls_required: bool = True,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("SMTP_URL must start with smtp:// or smtps:// and name a host")
        self._secure = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = parts.port or PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender_of(sender)
        self._bounces_to = sender_of(bounces_to or sender).addr_spec
        self._timeout = timeout
        self._tls_required = tls_required
        self._client: smtplib.SMTP | None = None
        self._deadline = 0.0

    def send(self, letter: Letter, *, key: str, now: datetime) -> str:
        message = email_of(letter, sender=self._sender, key=key, now=now)
        self._deadline = time.monotonic() + self._timeout
        try:
            return self._converse(message.to, message.content)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise DeliveryError(_trouble(error)) from None

    def greet(self) -> None:
        """Begin a conversation and end it, without a message. Raises DeliveryError with what is wrong."""
        self._deadline = time.monotonic() + self._timeout
        try:
            self._client = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(_trouble(error)) from None
        self.close()

    def close(self) -> None:
        if self._client:
            try:
                self._client.quit()
            except (smtplib.SMTPException, OSError):
                self._drop()
            self._client = None

    def _converse(self, to: str, content: bytes) -> str:
        client, reply = self._begin()
        if reply[0] != 250:
            # Our own address was refused: the message is not at fault, so it keeps its tries.
            raise smtplib.SMTPResponseException(*reply)
        self._limit(client)
        # Said in full: the library would take every address apart again, which takes its time.
        reply = client.docmd("RCPT", f"TO:<{to}>")
        known = reply[0] in TAKEN
        if known:
            self._limit(client)
            reply = _data(client, content)
        if reply[0] in TAKEN:
            return _readable(reply)
        self._after_refusal(client, reply)
        answer = _readable(reply)
        dead = not known and reply[0] >= 500 and is_dead(status_of(answer) or NO_SUCH_BOX)
        raise DeliveryError(answer, permanent=reply[0] >= 500, dead=dead)

    def _begin(self) -> tuple[smtplib.SMTP, Reply]:
        """Say MAIL on the batch's connection, or on a new one when the server has closed it."""
        if self._client:
            try:
                self._limit(self._client)
                reply = self._client.docmd("MAIL", f"FROM:<{self._bounces_to}>")
            except (smtplib.SMTPException, OSError):
                reply = (CLOSING, b"")
            if reply[0] != CLOSING:
                return self._client, reply
            self._drop()
        self._client = client = self._connect()
        self._limit(client)
        return client, client.docmd("MAIL", f"FROM:<{self._bounces_to}>")

    def _connect(self) -> smtplib.SMTP:
        left = self._left()
        client: smtplib.SMTP
        if self._secure:
            tls = ssl.create_default_context()
            client = smtplib.SMTP_SSL(self._host, self._port, timeout=left, context=tls)
        else:
            client = smtplib.SMTP(self._host, self._port, timeout=left)
        try:
            self._introduce(client)
        except BaseException:
            client.close()
            raise
        return client

    def _introduce(self, client: smtplib.SMTP) -> None:
        self._limit(client)
        client.ehlo_or_helo_if_needed()
        safe = self._secure or self._host in LOOPBACK
        if not self._secure and client.has_extn("starttls"):
            self._limit(client)
            # The default context checks the certificate and that it is this host's.
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
            safe = True
        # Whoever sits between us and the server may have taken the offer of TLS away.
        if not safe and (self._tls_required or self._user):
            raise smtplib.SMTPNotSupportedError("no TLS, so nothing is sent")
        if self._user:
            self._limit(client)
            client.login(self._user, self._password)

    def _limit(self, client: smtplib.SMTP) -> None:
        if client.sock:
            client.sock.settimeout(self._left())

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _after_refusal(self, client: smtplib.SMTP, reply: Reply) -> None:
        """Make the connection ready for the next message, or let it go."""
        if reply[0] == CLOSING:
            self._drop()
            return
        try:
            client.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._client:
            self._client.close()
        self._client = None


def _data(client: smtplib.SMTP, content: bytes) -> Reply:
    try:
        return client.data(content)
    except smtplib.SMTPDataError as error:
        return error.smtp_code, _bytes(error.smtp_error)


def _trouble(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _readable((error.smtp_code, _bytes(error.smtp_error)))
    return f"no conversation: {type(error).__name__}"


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _readable(reply: Reply) -> str:
    """Return the server's answer without the addresses servers like to repeat."""
    code, text = reply
    return redacted(f"{code} {text.decode(errors='replace')}")[:200].strip()
