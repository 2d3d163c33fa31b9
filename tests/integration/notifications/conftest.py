"""A relay over a stub channel, an SMTP server on this machine, messages and visits."""

import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from app import writers
from app.appointments.booking import operations
from app.appointments.booking.operations import BookingRequest
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.models import Appointment
from app.db import db, transact
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.notifications.delivery.relay import Relay
from app.notifications.models import OutboxMessage
from tests import sms_provider
from tests.integration.callbacks.conftest import SECRET
from tests.integration.notifications.stubs import Postbox, StubChannel
from tests.sms_provider import Provider

LEASE = timedelta(seconds=120)


@pytest.fixture
def channel() -> StubChannel:
    return StubChannel()


@pytest.fixture
def make_relay(app: Flask, clock: Any, channel: StubChannel) -> Callable[..., Relay]:
    """Return a relay over the stub channel that writes real letters; any part can be given."""

    def make(**parts: Any) -> Relay:
        given = {"compose": writers.compose, "channels": {"email": channel, "sms": channel}}
        return Relay(**{**given, "clock": clock.now, "lease": LEASE, "worker": "test", **parts})

    return make


@pytest.fixture
def put(app: Flask, now: datetime) -> Callable[..., None]:
    """Put a message into the outbox, due now unless said otherwise."""

    def put_one(key: str, **parts: Any) -> None:
        given = {"topic": "test", "subject_id": 1, "revision": 0, "kind": "note", "channel": "email"}
        request = OutboxRequest(**{"dedupe_key": key, "send_at": now, **given, **parts})
        transact(outbox.enqueue, request, now=now)

    return put_one


@pytest.fixture
def row(app: Flask) -> Callable[[str], OutboxMessage]:
    """Read a message as it stands in the database."""

    def read(key: str) -> OutboxMessage:
        db.session.rollback()
        found: OutboxMessage = db.session.query(OutboxMessage).filter_by(dedupe_key=key).one()
        return found

    return read


@pytest.fixture
def book(app: Flask) -> Callable[..., Appointment]:
    """Book a visit for a visitor at a station, as the pages do."""

    def book_one(
        station: str, service: str, starts_at: datetime, *, now: datetime, key: str = "key-1", **more: Any
    ) -> Appointment:
        kept = transact(holds.hold, HoldRequest(station, service, starts_at), now=now)
        contact = Contact(more.pop("name", "Maria Example"), more.pop("email", "maria@example.org"), "")
        request = BookingRequest(kept.public_id, key, contact, more.pop("language", "en"))
        return transact(operations.book, request, now=now)

    return book_one


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def operator(app: Flask) -> Iterator[Provider]:
    """A program at ALERT_URL, beside the mailbox of ALERT_EMAIL."""
    settings = app.extensions["settings"]
    with sms_provider.running() as running:
        told = {"alert_email": "ops@example.org", "alert_url": f"{running.url}/hook", "hook_secret": SECRET}
        app.extensions["settings"] = settings.model_copy(update=told)
        yield running
    app.extensions["settings"] = settings
