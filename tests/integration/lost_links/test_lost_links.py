"""A lost link comes again: to the contact on record, and nobody learns whether there is one."""

from datetime import timedelta

import pytest

from app import writers
from app.appointments.contacts import Contact
from app.appointments.waitlist import operations as waitlist
from app.db import db, transact
from app.errors import TooManyTries
from app.lost_links import operations
from app.lost_links.queries import KnownDetails
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import Skip
from app.notifications.models import OutboxMessage
from tests import factories
from tests.factories import TUESDAY
from tests.house.rows import build_waiting

ENDING = "4821"
MOBILE = "+86 138 0013 8000"


@pytest.fixture
def case(network):
    return factories.build_case(network.visit_type, network.central, passport=f"AB123{ENDING}", phone=MOBILE)


def ask(known: str, contact: Contact, *, address="203.0.113.7", now=TUESDAY) -> list[OutboxMessage]:
    operations.ask(KnownDetails.read(known), contact, address=address, now=now)
    return db.session.query(OutboxMessage).order_by(OutboxMessage.id).all()


def text_of(message: OutboxMessage) -> str:
    letter = writers.compose(ClaimedMessage.of(message, ""), TUESDAY)
    assert not isinstance(letter, Skip), letter
    return f"{letter.to} {letter.text}"


@pytest.mark.parametrize(
    ("known", "contact", "to"),
    [
        (ENDING, Contact(email="Maria@Example.org"), "maria@example.org"),
        (ENDING, Contact(phone="13800138000"), MOBILE),
        ("{code}", Contact(email="maria@example.org"), "maria@example.org"),
        (" {code} ", Contact(phone="+8613800138000"), MOBILE),
    ],
)
def test_the_link_of_a_case_goes_to_the_contact_on_record(case, known, contact, to):
    [message] = ask(known.format(code=case.code.lower()), contact)

    text = text_of(message)
    assert text.startswith(to)
    assert f"/c/{case.link}" in text


@pytest.mark.parametrize(
    ("known", "contact"),
    [
        (ENDING, Contact(email="somebody@else.example")),
        ("9999", Contact(email="maria@example.org")),
        ("HK7R4M2P", Contact(email="maria@example.org")),
        ("", Contact(email="maria@example.org")),
    ],
)
def test_nothing_is_sent_where_the_two_do_not_belong_together(case, known, contact):
    assert ask(known, contact) == []


def test_a_booking_number_brings_the_link_of_the_visit(network):
    visit = factories.build_appointment(network.central, network.document_check)

    [message] = ask(visit.reference, Contact(email="maria@example.org"))

    assert f"/v/{visit.token}" in text_of(message)
    assert ask(visit.reference, Contact(email="x@example.org")) == [message]


def test_who_only_waits_needs_no_number(network):
    entry = build_waiting(network, TUESDAY)
    contact = Contact(email="anna@example.org")
    entry.email, entry.person_index = contact.email, waitlist.index_of(contact)
    factories.save(entry)

    [message] = ask("", contact)

    assert f"/w/{entry.token}" in text_of(message)


def test_one_network_asks_five_times_in_a_quarter_of_an_hour(case):
    for _ in range(operations.MOST_ASKED):
        ask("1111", Contact(email="x@example.org"))
    with pytest.raises(TooManyTries):
        ask(ENDING, Contact(email=case.email))
    assert ask(ENDING, Contact(email=case.email), now=TUESDAY + timedelta(minutes=16))


def test_one_person_gets_three_a_day_whoever_asks(case):
    for number in range(6):
        ask(ENDING, Contact(email=case.email), address=f"203.0.113.{number}")
    assert db.session.query(OutboxMessage).count() == operations.MOST_A_DAY


def test_the_contact_that_is_on_record_when_it_is_sent_counts(case):
    [message] = ask(ENDING, Contact(email=case.email))
    transact(lambda: setattr(db.session.merge(case), "email", ""))

    assert isinstance(writers.compose(ClaimedMessage.of(message, ""), TUESDAY), Skip)


def test_the_page_answers_the_same_whatever_we_know(client, case):
    answers = []
    for contact in (case.email, "nobody@example.org"):
        page = client.post("/en/link", data={"contact_way": contact, "known": ENDING}, follow_redirects=True)
        answers.append((page.status_code, page.text))
    assert answers[0] == answers[1]
    assert "Look at your messages" in answers[0][1]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"contact_way": "", "known": ENDING}, "Enter the e-mail address or phone number"),
        ({"contact_way": "maria@", "known": ENDING}, "Enter an e-mail address like"),
        ({"contact_way": "12", "known": ENDING}, "or a number like"),
        ({"contact_way": "maria@example.org", "known": "12345"}, "Enter 4 characters"),
    ],
)
def test_a_slip_is_told_and_what_was_typed_stays(client, network, typed, sentence):
    page = client.post("/en/link", data=typed)
    assert page.status_code == 422
    assert sentence in page.text
    assert all(f'value="{value}"' in page.text for value in typed.values() if value)


def test_a_dead_link_and_every_page_lead_there(client, network):
    assert 'href="/en/link"' in client.get("/c/NOSUCHLINK").text
    assert 'href="/en/link"' in client.get("/en/").text
