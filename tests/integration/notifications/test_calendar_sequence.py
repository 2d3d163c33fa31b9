"""What a calendar shows that reads our mails: by UID and SEQUENCE alone, in whatever order they arrive."""

import email
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from itertools import permutations
from pathlib import Path

import pytest
from icalendar import Calendar

from app import jobs
from app.appointments.booking import operations
from app.appointments.booking.operations import Target
from app.db import transact
from tests.factories import at

MONDAY, TUESDAY_AFTER = at("2026-11-30", "10:00"), at("2026-12-01", "15:10")


class Client:
    """A calendar that keeps to RFC 5546: a file replaces only what is older, a cancellation takes away."""

    def __init__(self, mails: Iterable[EmailMessage] = ()) -> None:
        self.known: dict[str, tuple[int, datetime | None]] = {}
        for mail in mails:
            self.take(mail)

    def take(self, mail: EmailMessage) -> None:
        method, event = read(mail)
        name, sequence = str(event["UID"]), int(event["SEQUENCE"])
        if sequence >= self.known.get(name, (-1, None))[0]:
            self.known[name] = sequence, None if method == "CANCEL" else event["DTSTART"].dt

    @property
    def shown(self) -> list[datetime]:
        return [start for _sequence, start in self.known.values() if start]


def read(mail: EmailMessage):
    """Return the method and the one entry of a mail's calendar file, and see that they agree."""
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    (event,) = calendar.walk("VEVENT")
    method = str(calendar["METHOD"])
    assert part.get_param("method") == method, "Outlook goes by the type, others by the file"
    assert str(event.get("STATUS")) == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")
    assert str(event["ATTENDEE"]) == "mailto:maria@example.org"
    return method, event


@pytest.fixture
def delivered(app, clock) -> Callable[[], EmailMessage]:
    """Send what is due and return the one mail with a calendar file that this makes."""
    folder: Path = app.extensions["settings"].mail_folder
    for file in folder.glob("*"):
        file.unlink()
    seen: set[str] = set()

    def deliver() -> EmailMessage:
        clock.move(minutes=6)  # letters about one visit keep a distance
        jobs.deliver_messages(stopping=lambda: False)
        fresh = [file for file in folder.glob("*.eml") if file.name not in seen]
        seen.update(file.name for file in fresh)
        mails = [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in fresh]
        (mail,) = [mail for mail in mails if "text/calendar" in str(mail)]
        return mail

    return deliver


@pytest.fixture
def mails(network, book, delivered, now) -> list[EmailMessage]:
    """The mails of a visit that is booked, moved and cancelled."""
    visit = book("central-window", "document-check", MONDAY, now=now)
    sent = [delivered()]
    transact(operations.reschedule, visit.reference, Target("central-window", TUESDAY_AFTER), now=now)
    sent.append(delivered())
    transact(operations.cancel, visit.reference, now=now)
    return [*sent, delivered()]


def test_each_change_has_a_higher_number_and_the_same_name(mails) -> None:
    read_all = [read(mail) for mail in mails]

    assert [method for method, _event in read_all] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [int(event["SEQUENCE"]) for _method, event in read_all] == [0, 1, 2]
    assert len({str(event["UID"]) for _method, event in read_all}) == 1
    assert [event["DTSTART"].dt for _method, event in read_all] == [MONDAY, TUESDAY_AFTER, TUESDAY_AFTER]


def test_a_calendar_shows_the_visit_where_it_is_and_nothing_after_its_end(mails) -> None:
    client, shown = Client(), []
    for mail in mails:
        client.take(mail)
        shown.append(client.shown)

    assert shown == [[MONDAY], [TUESDAY_AFTER], []]


def test_mails_that_overtake_each_other_end_in_the_same(mails) -> None:
    assert all(Client(order).shown == [] for order in permutations(mails))
    assert all(Client(order).shown == [TUESDAY_AFTER] for order in permutations(mails[:2]))


def test_a_cancellation_that_is_taken_back_shows_the_visit_again(mails, delivered, now) -> None:
    reference = str(read(mails[0])[1]["UID"]).partition("@")[0]
    transact(operations.restore, reference, now=now + timedelta(seconds=15))

    assert Client([*mails, delivered()]).shown == [TUESDAY_AFTER]
