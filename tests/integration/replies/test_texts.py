"""A text cancels a visit only from its own number; every other text is answered or goes to staff."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app import writers
from app.appointments.booking import operations
from app.appointments.booking.operations import BookingRequest
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.models import Appointment
from app.db import db, transact
from app.notifications.models import OutboxMessage
from app.replies.models import IncomingText
from app.stations import limits
from app.stations.limits import Limits, LimitsChange
from tests import factories
from tests.factories import at

PATH = "/api/hooks/texts"
PHONE = "+8613800138000"


@pytest.fixture
def booked(network, now) -> Callable[..., Appointment]:
    """Book a visit as the pages do, for a person with this contact."""

    def book(*, email: str = "", phone: str = "") -> Appointment:
        wanted = HoldRequest("central-window", "document-check", at("2026-11-30", "10:00"))
        kept = transact(holds.hold, wanted, now=now)
        contact = Contact("Maria Example", email, phone)
        return transact(operations.book, BookingRequest(kept.public_id, "key-1", contact, "en"), now=now)

    return book


@pytest.fixture
def visit(booked) -> Appointment:
    return booked(phone="138 0013 8000")


def text(said: str, phone: str = PHONE, number: str = "t-1") -> dict[str, str]:
    return {"id": number, "from": phone, "text": said}


def status_of(visit: Appointment) -> str:
    db.session.rollback()
    return db.session.get_one(Appointment, visit.id, populate_existing=True).status


def planned() -> list[str]:
    db.session.rollback()
    rows = db.session.query(OutboxMessage.kind).filter(OutboxMessage.status == "waiting")
    return sorted(kind for (kind,) in rows)


@pytest.mark.parametrize("word", ["CANCEL", "取消", "отмена"])
def test_the_visits_own_number_cancels_it_and_is_told(tell, visit, word) -> None:
    answer = tell(PATH, text(f"{word} {visit.reference}"))
    assert (answer.status_code, answer.json) == (200, {"answer": "cancelled"})
    assert status_of(visit) == "cancelled"
    assert planned() == ["cancelled"], "the visit's own message goes to this phone; it needs no second"


def test_who_is_written_to_by_mail_gets_a_text_as_well(tell, booked) -> None:
    visit = booked(email="maria@example.org", phone=PHONE)
    tell(PATH, text(f"cancel {visit.reference}"))
    assert planned() == ["cancelled", "reply-cancelled"]


def test_the_number_of_the_case_is_the_visits_too(tell, network, booked) -> None:
    visit = booked(email="maria@example.org")
    visit.case_id = factories.build_case(network.visit_type, papers_at=network.central, phone=PHONE).id
    db.session.commit()
    assert tell(PATH, text(f"cancel {visit.reference}")).json == {"answer": "cancelled"}


@pytest.mark.parametrize(("said", "phone"), [
    ("CANCEL {reference}", "+8613800138001"), ("CANCEL {reference}", "12345"), ("CANCEL {reference}", "x"),
    ("CANCEL ABCDEFGH", PHONE), ("CANCEL", PHONE),
])  # fmt: skip
def test_another_number_cannot_cancel_and_learns_nothing(tell, visit, said, phone) -> None:
    answer = tell(PATH, text(said.format(reference=visit.reference), phone))
    assert answer.json == {"answer": "not-yours"}
    assert status_of(visit) == "booked"


def test_a_text_handed_over_twice_is_one(tell, visit) -> None:
    for _ in range(2):
        assert tell(PATH, text(f"cancel {visit.reference}")).json == {"answer": "cancelled"}
    assert db.session.query(IncomingText).count() == 1


def test_after_the_visit_began_it_is_too_late(tell, visit, clock) -> None:
    clock.move(seconds=timedelta(days=8).total_seconds())
    assert tell(PATH, text(f"cancel {visit.reference}")).json == {"answer": "too-late"}
    assert status_of(visit) == "booked"


def test_any_other_text_waits_for_staff_and_is_kept_encrypted(tell, visit) -> None:
    assert tell(PATH, text("May my wife come too?")).json == {"answer": "staff"}
    row = db.session.query(IncomingText).one()
    assert (row.text, row.phone, row.handled_at) == ("May my wife come too?", PHONE, None)
    assert "wife" not in (row.text_encrypted or "")
    assert "138" not in row.phone_encrypted


def test_the_answer_goes_out_in_the_language_of_the_text(tell, visit, make_relay, channel) -> None:
    tell(PATH, text("отмена ABCDEFGH"))
    make_relay(compose=writers.compose, channels={"sms": channel}).deliver_due()
    assert [letter.to for _, letter in channel.sent if letter.text.startswith("С этим номером")] == [PHONE]


def test_an_answering_machine_is_heard_ten_times_an_hour(tell, visit, clock) -> None:
    answers = [tell(PATH, text("I am away", number=str(n))).json["answer"] for n in range(12)]
    assert answers == ["staff"] * 10 + ["ignored"] * 2
    assert tell(PATH, text("x", "+8613800138001", "other")).json == {"answer": "staff"}
    clock.move(hours=1)
    assert tell(PATH, text("I am back", number="99")).json == {"answer": "staff"}


@pytest.mark.parametrize(
    "change", [{"secret": "another secret, as long as the right one"}, {"X-Signature": ""}]
)
def test_an_unsigned_text_cancels_nothing(tell, visit, change) -> None:
    assert tell(PATH, text(f"cancel {visit.reference}"), **change).status_code == 401
    assert status_of(visit) == "booked"


def test_an_old_request_cannot_be_sent_again(tell, visit, now) -> None:
    answer = tell(PATH, text(f"cancel {visit.reference}"), signed_at=now - timedelta(minutes=6))
    assert answer.status_code == 401
    assert status_of(visit) == "booked"


@pytest.mark.parametrize("body", [
    {}, {"id": 1, "from": PHONE, "text": "x"}, {"id": "", "from": PHONE, "text": "x"},
    {"id": "x" * 81, "from": PHONE, "text": "x"}, {"id": "1", "from": "", "text": "x"},
    {"id": "1", "from": "1" * 41, "text": "x"}, {"id": "1", "from": PHONE, "text": "\0"},
])  # fmt: skip
def test_what_is_no_text_is_refused(tell, body) -> None:
    assert tell(PATH, body).status_code == 400


def test_half_a_character_and_a_novel_are_taken(tell) -> None:
    assert tell(PATH, text("\ud83d" + "x" * 100_000)).json == {"answer": "staff"}
    assert len(db.session.query(IncomingText).one().text) == 1000


def test_a_text_after_the_cut_off_is_answered_and_kept(tell, visit, now) -> None:
    late = LimitsChange(None, None, Limits(cutoff_minutes=10 * 24 * 60), "ada")
    transact(limits.save, late, now=now)

    answer = tell(PATH, text(f"CANCEL {visit.reference}"))

    assert (answer.status_code, answer.json) == (200, {"answer": "too-late"})
    assert status_of(visit) == "booked"
    assert db.session.query(IncomingText).one().phone == PHONE


@pytest.mark.parametrize("field", ["id", "from", "text"])
@pytest.mark.parametrize("sign", ["\ud800", "\ud83c\udf89", "\ufffe", "²"])
def test_no_sign_in_a_text_is_too_odd(tell, field, sign) -> None:
    body = {**text("May I come later?"), field: f"1{sign}"}

    answer = tell(PATH, body)

    assert answer.status_code == 200
    db.session.rollback()
    assert db.session.query(IncomingText).one().answer == "staff"
