"""TLS with a real server: certificates are checked, and nothing is sent in the clear to other machines."""

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from app.notifications.channels.smtp import SmtpChannel
from app.notifications.letter import DeliveryError, Letter
from tests.integration.notifications.stubs import Postbox
from tests.server import free_port

LETTER = Letter(to="maria@example.org", subject="s", text="x")
Serve = Callable[..., Postbox]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this process trust the authority, as an operator does for a server of their own."""
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


@pytest.fixture
def serve(authority: trustme.CA) -> Iterator[Serve]:
    """Start a server that offers STARTTLS and asks for user and password."""
    running = []

    def start(host: str = "localhost", *, starttls: bool = True) -> Postbox:
        box = Postbox(port=free_port())
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(host).configure_cert(tls)
        controller = Controller(
            box,
            hostname="127.0.0.1",
            port=box.port,
            tls_context=tls if starttls else None,
            auth_required=starttls,
            authenticator=check_password,
        )
        controller.start()
        running.append(controller)
        return box

    yield start
    for controller in running:
        controller.stop()


def check_password(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"user", b"se:cret")
    return AuthResult(success=right)


def channel(box: Postbox, user: str = "user:se%3Acret@", **more: Any) -> SmtpChannel:
    return SmtpChannel(f"smtp://{user}localhost:{box.port}", sender="s@example.org", timeout=5, **more)


def test_starttls_and_login(serve: Serve, trusted: None, now: Any) -> None:
    box = serve()
    smtp = channel(box, bounces_to="bounces@example.org")
    smtp.send(LETTER, key="1-1", now=now)
    smtp.close()
    (envelope,) = box.received
    assert envelope.mail_from == "bounces@example.org"


def test_a_wrong_password_is_temporary_and_not_repeated_in_the_reason(
    serve: Serve, trusted: None, now: Any
) -> None:
    box = serve()
    with pytest.raises(DeliveryError) as refused:
        channel(box, user="user:wrong@").send(LETTER, key="1-1", now=now)
    assert not refused.value.permanent
    assert "wrong" not in refused.value.detail
    assert box.received == []


def test_a_certificate_of_an_unknown_authority_is_refused(serve: Serve, now: Any) -> None:
    box = serve()
    with pytest.raises(DeliveryError, match="SSLCertVerificationError"):
        channel(box).send(LETTER, key="1-1", now=now)
    assert box.received == []


def test_a_certificate_of_another_host_is_refused(serve: Serve, trusted: None, now: Any) -> None:
    box = serve("mail.example.com")
    with pytest.raises(DeliveryError, match="SSLCertVerificationError"):
        channel(box).send(LETTER, key="1-1", now=now)


def test_without_tls_nothing_goes_to_another_machine(
    serve: Serve, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.notifications.channels.smtp.LOOPBACK", ())
    box = serve(starttls=False)
    with pytest.raises(DeliveryError, match="SMTPNotSupportedError"):
        channel(box, user="").send(LETTER, key="1-1", now=now)
    assert box.received == []


def test_unless_the_operator_allows_it(serve: Serve, now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.notifications.channels.smtp.LOOPBACK", ())
    box = serve(starttls=False)
    smtp = channel(box, user="", tls_required=False)
    smtp.send(LETTER, key="1-1", now=now)
    smtp.close()
    assert len(box.received) == 1
