"""Rows of which one is enough, for the test of who may open what."""

from typing import Any

from app.accounts.models import Role
from app.appointments.models import Appointment
from app.appointments.waitlist.models import WaitingEntry, WaitingPlace
from app.broadcasts.models import Broadcast
from app.intake.models import ImportRun, RunState
from app.replies.models import IncomingText
from tests import factories


def build_incoming_text(visit: Appointment, said: str) -> IncomingText:
    """Build a text that a person sent us."""
    text = IncomingText(provider_id="one", received_at=visit.created_at, answer="staff", language="en")
    text.phone, text.text, text.appointment_id = "+8613800138000", said, visit.id
    factories.save(text)
    return text


def build_run(now: Any) -> ImportRun:
    """Build a file of the bureaus that waits to be decided."""
    run = ImportRun(
        public_id="RUNABC", file_name="cases.csv", file_hash="", encoding="utf-8", state=RunState.CHECKED,
        username="lin", bureau="foreign-experts", created_at=now, unused_columns=[], counts={},
    )  # fmt: skip
    factories.save(run)
    return run


def build_broadcast(network: factories.Network, now: Any) -> Broadcast:
    """Build a broadcast that nobody approved yet."""
    return Broadcast(
        station_id=network.central.id, first_day=now.date(), last_day=now.date(), urgent=False,
        title=factories.words("Door"), body=factories.words("Moved"), written_by="mei", written_at=now,
    )  # fmt: skip


def build_waiting(network: factories.Network, now: Any) -> WaitingEntry:
    """Build somebody who waits at the central window."""
    entry = WaitingEntry(service_id=network.document_check.id, language="en", joined_at=now, token_hash="one")
    entry.token, entry.name = "one", "Anna Petrova"
    entry.places = [WaitingPlace(station_id=network.central.id)]
    factories.save(entry)
    return entry


def build_staff(network: factories.Network) -> None:
    """Build one of each kind: of the own and of another station, of both bureaus, and an administrator."""
    for name, role in (("clerk", Role.CLERK), ("manager", Role.MANAGER)):
        factories.build_user(f"own-{name}", role=role, stations=(network.central,))
        factories.build_user(f"other-{name}", role=role, stations=(network.jiangdong,))
    for name, bureau in (("own-bureau", "foreign-experts"), ("other-bureau", "exit-entry")):
        factories.build_user(name, bureau=bureau)
    factories.build_user("administrator", role=Role.ADMINISTRATOR)
