"""A visit that nobody is known to stand behind: booked as ever, beyond a few provisional and given back."""

from datetime import timedelta

import pytest

from app import writers
from app.appointments import attendance
from app.appointments.booking import operations, provisional
from app.appointments.booking.contact import change_contact
from app.appointments.contacts import Contact
from app.appointments.holds.refusals import TooManyHolds
from app.appointments.models import Appointment, AppointmentEvent
from app.appointments.origins.networks import origin_of
from app.appointments.states import Status
from app.db import db, transact
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import Letter
from app.notifications.models import OutboxMessage
from app.settings import OriginRules
from app.stations.limits import NO_LIMITS, LimitsChange, save
from tests.factories import at
from tests.integration.appointments.pages import details, press_confirm, press_time, slots_of

CLOCKS = ("10:00", "10:20", "10:40", "11:00", "11:20", "11:40")
OFFICE = "203.0.113.7"


@pytest.fixture(autouse=True)
def numbers(app, monkeypatch):
    rules = OriginRules(few=2, most=3, of_day_percent=100)
    settings = app.extensions["settings"].model_copy(update={"origins": rules})
    monkeypatch.setitem(app.extensions, "settings", settings)


def visit(desk, number, **more):
    contact = Contact(f"Guest {number}", f"guest{number}@example.org", "")
    return desk.book(desk.hold(CLOCKS[number], **{"asked_from": OFFICE, **more}), contact=contact)


def letter_of(one, now, kind="confirmation"):
    row = db.session.query(OutboxMessage).filter_by(topic="appointment", subject_id=one.id, kind=kind).one()
    letter = writers.compose(ClaimedMessage.of(row, "worker"), now)
    assert isinstance(letter, Letter), letter
    return letter


def again(one):
    db.session.rollback()
    return db.session.get(Appointment, one.id, populate_existing=True)


def test_the_first_few_are_booked_and_what_follows_waits_for_its_link(desk):
    few = [visit(desk, number) for number in range(2)]
    third = visit(desk, 2)

    assert [one.provisional_until for one in few] == [None, None]
    assert third.provisional_until == desk.now + timedelta(minutes=30)
    assert again(third).status == Status.BOOKED


def test_the_address_itself_is_kept_nowhere(desk, app):
    booked = visit(desk, 0)

    assert booked.asked_from == origin_of(OFFICE).asked_from
    assert len(booked.asked_from) == 64
    assert booked.asked_from != origin_of("20.30.113.7").asked_from
    assert origin_of("1.23.4.5") != origin_of("12.3.4.5")
    assert origin_of("::ffff:203.0.113.7") == origin_of(OFFICE)


def test_the_link_of_the_message_confirms_and_the_time_stays(desk, client, now):
    provisional_one = [visit(desk, number) for number in range(3)][-1]
    client.head(f"/v/{provisional_one.token}")
    assert again(provisional_one).provisional  # a program that only looks whether the link is there

    page = client.get(f"/v/{provisional_one.token}", follow_redirects=True)

    assert "Your visit is booked" in page.text
    assert again(provisional_one).proved_at is not None
    assert transact(provisional.expire, now=now + timedelta(days=1)) == 0
    kinds = [event.kind for event in db.session.query(AppointmentEvent).order_by(AppointmentEvent.id)]
    assert kinds[-1] == "proved"


def test_nobody_opened_it_so_the_desk_is_free_and_the_person_is_told(desk, one_desk, now):
    lost = [visit(desk, number) for number in range(3)][-1]

    assert transact(provisional.expire, now=now + timedelta(minutes=29)) == 0
    assert transact(provisional.expire, now=now + timedelta(minutes=30)) == 1

    assert again(lost).status == Status.CANCELLED
    desk.later(minutes=31)
    assert desk.book(
        desk.hold(CLOCKS[2], asked_from="198.51.100.1"), contact=Contact("B", "b@example.org", "")
    )
    letter = letter_of(lost, now, "ran_out")
    assert letter.subject.startswith("Your time was given back")
    assert f"/v/{again(lost).token}" in letter.text


def test_who_opens_the_link_too_late_takes_the_time_again_while_it_is_free(desk, client, clock):
    lost = [visit(desk, number) for number in range(3)][-1]
    later = clock.move(minutes=31)
    transact(provisional.expire, now=later)

    page = client.get(f"/v/{lost.token}", follow_redirects=True)
    assert "Nobody opened the link in our message in time" in page.text
    assert "Take this time again" in page.text
    restored = transact(operations.restore, lost.reference, now=later)

    assert (restored.status, restored.provisional) == (Status.BOOKED, False)


def test_to_take_it_again_without_the_link_is_no_way_around(desk, clock):
    lost = [visit(desk, number) for number in range(3)][-1]
    later = clock.move(minutes=31)
    transact(provisional.expire, now=later)

    assert transact(operations.restore, lost.reference, now=later).provisional_until == later + timedelta(
        minutes=30
    )


def test_beyond_the_most_no_time_is_kept(desk):
    for number in range(5):
        visit(desk, number)  # two, and three that are provisional

    with pytest.raises(TooManyHolds):
        desk.hold(CLOCKS[5], asked_from=OFFICE)


def test_what_is_confirmed_is_never_counted_against_the_next_person(desk, now):
    """Forty people behind one address, who all open their links."""
    for number in range(6):
        one = visit(desk, number)
        transact(provisional.prove, one.reference, actor="person", now=now)
        assert one.provisional_until is None


def test_staff_and_coming_confirm(desk, now):
    for number in range(2):
        visit(desk, number)
    vouched, came = visit(desk, 2), visit(desk, 3)

    transact(provisional.prove, vouched.reference, actor="mei", now=now)
    transact(attendance.check_in, came.reference, actor="mei", now=now)

    assert transact(provisional.expire, now=now + timedelta(hours=1)) == 0
    assert (again(vouched).status, again(came).status) == (Status.BOOKED, Status.CHECKED_IN)


def test_moving_it_or_another_address_gives_it_no_more_time(desk, now):
    one = [visit(desk, number) for number in range(3)][-1]
    until = one.provisional_until
    desk.later(minutes=10)
    desk.move(one, CLOCKS[4])
    other = Contact("", "other@example.org", "")
    transact(change_contact, one.reference, other, "en", now=desk.now)

    assert again(one).provisional_until == until


def test_a_visit_with_a_case_is_what_it_was(desk, case):
    for number in range(2):
        visit(desk, number)
    collected = desk.book(desk.hold(case=case, asked_from=OFFICE), contact=Contact())

    assert collected.proved_at is not None
    assert (collected.asked_from, collected.provisional_until) == (None, None)


def test_once_unproved_visits_hold_their_share_of_a_day_others_are_provisional(desk, network, now):
    transact(save, LimitsChange(None, None, limits(unproved_share=20), "ada"), now=now)
    booked = [visit(desk, number, asked_from=f"203.0.113.{number}") for number in range(4)]
    next_day = desk.book(
        desk.hold(CLOCKS[0], day="2026-11-25", asked_from="203.0.113.9"),
        contact=Contact("C", "c@example.org", ""),
    )

    # A fifth of five hours and a half are three visits.
    assert [one.provisional_until is None for one in booked] == [True, True, True, False]
    assert next_day.provisional_until is None


def limits(**said):
    return type(NO_LIMITS)(**said)


def test_the_api_says_so_and_its_secret_is_not_that_of_the_message(client, network, desk):
    for number in range(2):
        visit(desk, number)
    wish = {
        "station": "jiangdong",
        "service": "document-check",
        "starts_at": at("2026-11-24", CLOCKS[2]).isoformat(),
    }
    wide = {"environ_overrides": {"REMOTE_ADDR": OFFICE}}
    held = client.post("/api/v1/holds", json=wish, **wide).json["hold_id"]
    body = {"hold_id": held, "name": "Maria Example", "email": "maria@example.org"}
    answer = client.post("/api/v1/appointments", json=body, headers={"Idempotency-Key": "k" * 16}, **wide)

    assert answer.json["provisional_until"] == "2026-11-24T09:30:00+08:00"
    secret = answer.json["manage_token"]
    assert client.get(f"/v/{secret}").status_code == 410
    reference = answer.json["reference"]
    shown = client.get(f"/api/v1/appointments/{reference}", headers={"Authorization": f"Bearer {secret}"})
    assert shown.status_code == 200
    assert db.session.query(Appointment).filter_by(reference=reference).one().proved_at is None


def choose_later(client):
    """Press a time that is not at this very moment."""
    times = client.get("/en/book?place=jiangdong&service=document-check", follow_redirects=True).text
    return press_time(client, times, sorted(set(slots_of(times)))[5])


def test_the_person_reads_it_plainly_on_the_page_and_in_the_letter(client, network, desk, now):
    for number in range(2):
        visit(desk, number, asked_from="127.0.0.1")
    page = press_confirm(
        client, details(client, choose_later(client).text, name="Li Na", email="li@example.org").text
    )

    assert "One more step" in page.text
    assert "Open the link in our message within 30 minutes, or the time goes to somebody else." in page.text
    assert "12345" in page.text
    letter = letter_of(db.session.query(Appointment).order_by(Appointment.id.desc()).first(), now)
    assert letter.subject.startswith("Open the link to keep your visit")
    assert "before 09:30, or the time goes to somebody else" in letter.text
