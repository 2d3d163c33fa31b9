"""The search box of the counter: one hit opens, several are listed, of others it says where and when."""

import pytest

from app.appointments.booking.operations import give_token
from app.appointments.booking.visit_limits import index_contact
from app.appointments.models import Appointment
from app.cases.models import Case
from app.db import db, transact
from tests import factories


@pytest.fixture
def visits(cast, network, now):
    """Anna collects at the central window; Boris asks for advice there, Clara at Jiangdong."""
    case = factories.build_case(
        network.visit_type, network.central, full_name="Anna Petrova", passport="E1234567Q", code="MQ4T7XWD"
    )
    made = factories.build_appointment
    found = {
        "anna": made(network.central, network.collect, case_id=case.id, starts_at=now, reference="AAAA2222"),
        "boris": made(network.central, network.document_check, starts_at=now, reference="BBBB2222",
                      name="Boris Sokolov", phone="+8613800138000", email="boris@example.org"),
        "clara": made(network.jiangdong, network.document_check, starts_at=now, reference="CCCC2222",
                      name="Clara Sokolova"),
    }  # fmt: skip
    transact(make_known, found["boris"].id)
    return found


def make_known(visit_id):
    visit = db.session.get_one(Appointment, visit_id)
    give_token(visit)
    index_contact(visit)


def search(browser, text):
    return browser.post("/staff/find", data={"q": text})


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("aaaa 2222", "anna"), ("MQ4T-7XWD", "anna"), ("E1234567Q", "anna"), ("Петрова", "anna"),
        ("Anna Petrova", "anna"), ("567q", "anna"),
        ("BBBB2222", "boris"), ("sokolow", "boris"), ("+86 138 0013 8000", "boris"),
        ("boris@example.org", "boris"), ("E1234567Q6UTO7408122F1204159<<<<<<<<<<<<<<10", "anna"),
    ],
)  # fmt: skip
def test_one_hit_opens(cast, visits, typed, who):
    answer = search(cast.mei, typed)
    assert (answer.status_code, answer.location) == (303, f"/staff/visits/{visits[who].reference}")


def test_the_code_of_the_ticket_opens(cast, visits):
    link = f"https://visits.example.org/v/{db.session.get_one(Appointment, visits['boris'].id).token}"
    assert search(cast.mei, link).location == "/staff/visits/BBBB2222"


def test_the_link_of_a_case_opens_its_visit(cast, visits):
    case = db.session.get_one(Case, visits["anna"].case_id)
    assert search(cast.mei, f"https://visits.example.org/c/{case.link}").location == "/staff/visits/AAAA2222"


def test_a_visit_elsewhere_says_where_and_when_and_not_who(cast, visits):
    page = search(cast.mei, "CCCC2222").text
    assert "At other service points" in page
    assert "Jiangdong" in page
    assert "Clara" not in page
    assert "/staff/visits/CCCC2222" not in page


def test_several_are_listed_by_initials(cast, visits, network, now):
    factories.build_appointment(
        network.central, network.document_check, starts_at=now, name="Dina Sokolova", reference="DDDD2222"
    )
    page = search(cast.mei, "sokolov").text
    assert "B. S." in page
    assert "D. S." in page
    assert "Dina" not in page


@pytest.mark.parametrize(
    "typed", ["", "   ", "nobody of this name", "%", "'; DROP TABLE", "<" * 300, "٣٤٥", "a", "x" * 500]
)
def test_nothing_and_nonsense_are_said(cast, visits, typed):
    answer = search(cast.mei, typed)
    assert answer.status_code == 200
    assert "Find a person or a visit" in answer.text
