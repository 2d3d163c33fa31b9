"""Letters about real visits: written late, in the person's language, and only while they are true."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from app.appointments.booking import operations
from app.appointments.booking.operations import Target
from app.appointments.letters import letters
from app.cases.models import Case
from app.db import db, transact
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import Later, Letter, Skip
from app.notifications.models import OutboxMessage
from app.stations.models import StationPhone
from tests import factories
from tests.factories import TUESDAY, at


@pytest.fixture
def case(network) -> Case:
    return factories.build_case(network.visit_type, network.central)


@pytest.fixture
def visit(network, case):
    return factories.build_appointment(
        network.central, network.collect, case_id=case.id, name=None, email=None,
        starts_at=at("2026-11-25", "14:40"), ends_at=at("2026-11-25", "15:00"),
    )  # fmt: skip


def written(appointment, kind="confirmation", *, channel="email", revision=None, now=TUESDAY):
    revision = appointment.revision if revision is None else revision
    message = ClaimedMessage(
        1, letters.TOPIC, appointment.id, revision, kind, channel, None, 1, "worker", "5ec"
    )
    return letters.compose(message, now)


def change(appointment, **columns) -> None:
    for name, value in columns.items():
        setattr(appointment, name, value)
    db.session.commit()


def test_a_letter_says_what_when_where_bring_change_and_help_in_this_order(visit, case) -> None:
    change(visit.station, phones=[StationPhone(number="0898-6872 1234", label=factories.LocalText("Desk"))])
    change(case, collect_before=at("2026-12-24", "00:00").date())
    change(visit, reference="K7P3MX9A")
    letter = written(visit)
    assert "Booking number: K7P3 MX9A" in letter.text
    assert letter.subject == "Your visit: Wed 25 Nov, 14:40, Central Window"
    assert letter.to == "maria@example.org"
    wanted = [
        "You collect:", "work permit", "When: Wednesday 25 November 2026, 14:40 (2:40 pm)",
        "Where: Central Window", "Central Window (zh)，1 Test Road (zh)", "Bring:", "passport",
        "About 20 minutes", "Last day to collect: ", f"/c/{case.link}", "Help: 0898", "-----",
        "work permit (zh)", "2026年11月25日 星期三",
    ]  # fmt: skip
    places = [letter.text.index(text) for text in wanted]
    assert places == sorted(places)


def test_links_are_built_without_any_request(visit, case) -> None:
    letter = written(visit)
    links = set(re.findall(r"https?://\S+", letter.text))
    assert links == {
        f"http://127.0.0.1:8000/c/{case.link}",
        "http://127.0.0.1:8000/en/places/central-window",
        "http://127.0.0.1:8000/zh/places/central-window",
    }


def test_a_visit_without_a_case_has_its_own_link(network) -> None:
    visit = factories.build_appointment(network.central, network.document_check)
    assert f"/v/{visit.token}" in written(visit).text


@pytest.mark.parametrize("kind", ["confirmation", "changed", "reminder-1440", "cancelled"])
def test_no_letter_names_a_person_or_a_passport(network, visit, case, kind) -> None:
    change(visit, name="Guðrún Example", status="cancelled" if kind == "cancelled" else "booked")
    letter = written(visit, kind)
    everything = letter.subject + letter.text + letter.html
    everything += letter.calendar.content.decode() if letter.calendar else ""
    for secret in ("Guðrún", "Maria Example", case.passport, case.passport_last4, case.code):
        assert secret not in everything
    assert case.link not in (letter.calendar.content.decode() if letter.calendar else "")


def test_the_language_is_the_persons_and_chinese_stands_below(visit) -> None:
    change(visit, language="ru")
    letter = written(visit)
    assert letter.language == "ru"
    assert "среда, 25 ноября 2026 г., 14:40\n" in letter.text
    assert letter.html.index('<html lang="ru"') < letter.html.index('<div lang="ru"')
    assert letter.html.index('<div lang="ru"') < letter.html.index('<div lang="zh-Hans"')


def test_a_chinese_letter_is_in_chinese_once(visit) -> None:
    change(visit, language="zh")
    letter = written(visit)
    assert letter.text.count("2026年11月25日") == 1
    assert "-----" not in letter.text


def test_a_letter_stays_small(visit) -> None:
    letter = written(visit)
    assert len(letter.html.encode()) + len(letter.text.encode()) < 12 * 1024


def test_a_hostile_station_name_stays_text(visit, network) -> None:
    hostile = "{{777*777}}<img src=x onerror=alert(1)>${1}\r\nBcc: evil@example.com"
    network.central.name = factories.LocalText(en=hostile, zh=hostile, ru=hostile)
    db.session.commit()
    letter = written(visit)
    assert "<img" not in letter.html
    assert "603729" not in letter.html
    assert "{{777*777}}&lt;img src=x" in letter.html
    assert "{{777*777}}<img src=x" in letter.text, "plain text is not escaped"


@pytest.mark.parametrize(
    ("start", "word"),
    [("2026-11-24", "Today:"), ("2026-11-25", "Tomorrow:"), ("2026-11-26", "Your visit is soon:")],
)
def test_a_reminder_says_how_near_the_visit_is_when_it_is_sent(visit, start, word) -> None:
    change(visit, starts_at=at(start, "16:00"), ends_at=at(start, "16:20"))
    assert written(visit, "reminder-4320").subject.startswith(word)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "cancelled"}, "visit cancelled"),
        ({"revision": 1}, "visit changed since"),
        ({"status": "checked_in"}, "already came"),
        ({"starts_at": TUESDAY - timedelta(minutes=1)}, "too late"),
    ],
)
def test_what_is_not_true_any_more_is_not_sent(visit, changes, reason) -> None:
    change(visit, **changes)
    assert written(visit, "reminder-1440", revision=0) == Skip(reason)


def test_nobody_is_called_to_a_door_that_is_closed_by_then(network, visit) -> None:
    closed = factories.add_closure(network.central, at("2026-11-25", "12:00"), at("2026-11-25", "16:00"))
    assert written(visit, "reminder-1440") == Later(
        TUESDAY + timedelta(minutes=30), "the service point is closed then"
    )
    db.session.delete(closed)
    network.central.plan_version += 1
    db.session.commit()
    assert "Central Window" in written(visit, "reminder-1440").subject


def test_nobody_is_reminded_of_what_they_collected(visit, case) -> None:
    case.collected_at = TUESDAY
    db.session.commit()
    assert written(visit, "reminder-120") == Skip("already collected")


def test_a_restored_visit_is_not_called_cancelled(visit) -> None:
    assert written(visit, "cancelled") == Skip("booked again")


def test_a_visit_that_is_gone_is_skipped(app) -> None:
    message = ClaimedMessage(1, letters.TOPIC, 999, 0, "reminder-120", "email", None, 1, "w", "5ec")
    assert letters.compose(message, TUESDAY) == Skip("no such visit")


def test_without_an_address_there_is_no_letter(visit, case) -> None:
    case.email = None
    db.session.commit()
    assert written(visit) == Skip("no contact for email")


def test_a_text_message_is_short_and_holds_the_link(visit, case) -> None:
    case.phone = "+7 999 000 00 00"
    db.session.commit()
    letter = written(visit, "reminder-1440", channel="sms")
    assert isinstance(letter, Letter)
    assert letter.to == "+7 999 000 00 00"
    assert letter.text == (
        "Tomorrow: Wed 25 Nov, 14:40, Central Window. Bring your passport. "
        f"Change or cancel: http://127.0.0.1:8000/c/{case.link}"
    )
    assert len(letter.text) <= 160


# --- from the booking to the letter ------------------------------------------------------------


def drain(relay, clock, until, *, minutes=30) -> None:
    while clock.now() < until:
        relay.deliver_due()
        clock.move(minutes=minutes)


def test_a_visit_gets_its_confirmation_and_three_reminders(network, book, make_relay, channel, clock, now):
    start = at("2026-11-30", "10:00")
    book("central-window", "document-check", start, now=now)
    drain(make_relay(), clock, start + timedelta(days=1))
    assert [subject.split(":")[0] for subject in channel.subjects] == [
        "Your visit", "Your visit is soon", "Tomorrow", "Today",
    ]  # fmt: skip


def test_a_visit_moved_twice_has_one_reminder_of_each_kind_with_the_newest_time(
    network, book, make_relay, channel, clock, now
) -> None:
    visit = book("central-window", "document-check", at("2026-11-30", "10:00"), now=now)
    for target in (at("2026-12-01", "10:00"), at("2026-12-02", "11:00")):
        transact(operations.reschedule, visit.reference, Target("central-window", target), now=now)
    drain(make_relay(), clock, at("2026-12-03", "10:00"))
    assert all("Wed 2 Dec, 11:00" in subject for subject in channel.subjects)
    assert [subject.split(":")[0] for subject in channel.subjects] == [
        "Your visit is now", "Your visit is soon", "Tomorrow", "Today",
    ]  # fmt: skip


def test_a_visit_cancelled_between_claim_and_sending_is_not_confirmed(
    network, book, make_relay, channel, clock, now
) -> None:
    visit = book("central-window", "document-check", at("2026-11-30", "10:00"), now=now)
    claimed = make_relay(compose=lambda message, at_: _cancel_then_write(visit.reference, message, at_))
    claimed.deliver_due()
    assert channel.subjects == []
    make_relay().deliver_due()
    assert [subject.split(":")[0] for subject in channel.subjects] == ["Your visit is cancelled"]
    db.session.rollback()
    states = db.session.query(OutboxMessage.kind, OutboxMessage.status).all()
    assert ("confirmation", "cancelled") in states
    assert {status for kind, status in states if kind.startswith("reminder")} == {"cancelled"}


def _cancel_then_write(reference, message, now):
    transact(operations.cancel, reference, now=now)
    return letters.compose(message, now)


def test_after_26_hours_of_silence_nothing_stale_is_sent(network, book, make_relay, channel, clock, now):
    book("central-window", "document-check", at("2026-11-25", "10:00"), now=now, key="missed")
    book("central-window", "document-check", at("2026-11-30", "10:00"), now=now, key="late")
    clock.move(hours=26)
    make_relay().deliver_due()
    assert channel.subjects == ["Your visit: Mon 30 Nov, 10:00, Central Window"]


def test_a_visit_booked_two_hours_ahead_is_not_told_about_tomorrow(
    network, book, make_relay, channel, clock, now
) -> None:
    book("central-window", "document-check", now + timedelta(hours=2), now=now)
    drain(make_relay(), clock, now + timedelta(hours=3), minutes=5)
    assert [subject.split(":")[0] for subject in channel.subjects] == ["Your visit"]


def test_each_change_raises_the_sequence_of_one_calendar_entry(
    network, book, make_relay, channel, clock, now
) -> None:
    visit = book("central-window", "document-check", at("2026-11-30", "10:00"), now=now)
    relay = make_relay()
    relay.deliver_due()
    transact(
        operations.reschedule, visit.reference, Target("central-window", at("2026-12-01", "10:00")), now=now
    )
    clock.move(minutes=6)  # letters about one visit keep a distance
    relay.deliver_due()
    transact(operations.cancel, visit.reference, now=now)
    relay.deliver_due()
    files = [letter.calendar for _, letter in channel.sent]
    events = [Calendar.from_ical(file.content).walk("VEVENT")[0] for file in files]
    assert [file.method for file in files] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [int(event["SEQUENCE"]) for event in events] == [0, 1, 2]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
