"""Both visits that ship, from the message to the receipt: two permits (2023), and one permit and a check."""

import pytest

from app import settings, writers
from app.cases import notices
from app.cases.importer import load as load_types
from app.cases.importer import read as read_types
from app.cases.models import Case, VisitType
from app.db import db, transact
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.models import OutboxMessage
from app.seeding.upsert import Tallies
from tests import factories
from tests.factories import TUESDAY
from tests.integration.appointments.pages import book, follow, h1, visits

SHIPPED = {
    "work-and-residence": (["work-permit", "residence-permit"], "Ваши разрешение на работу и разрешение"),
    "residence-and-originals": (["residence-permit", "originals-checked"], "Ваше разрешение на проживание"),
}
ELECTRONIC = "Ваше разрешение на работу электронное."


@pytest.fixture
def shipped(network) -> None:
    types = read_types(settings.shipped("seed_data"), {"collect-permits"})
    transact(load_types, types, Tallies())


@pytest.mark.parametrize("code", SHIPPED)
def test_a_shipped_visit_works_from_the_message_to_the_receipt(network, shipped, client, clerk, clock, code):
    items, news = SHIPPED[code]
    visit_type = db.session.query(VisitType).filter_by(code=code).one()
    case = factories.build_case(visit_type, network.central, language="ru")
    transact(lambda: notices.announce_ready(db.session.get_one(Case, case.id), now=TUESDAY))
    message = ClaimedMessage.of(db.session.query(OutboxMessage).one(), "worker")
    letter = writers.compose(message, TUESDAY)
    electronic = code == "residence-and-originals"
    assert letter.subject.startswith(news)
    assert (ELECTRONIC in letter.text) is electronic

    start = follow(client, case)
    assert h1(start).startswith(news)
    assert (ELECTRONIC in start.text) is electronic
    case.language = "en"
    db.session.commit()
    book(client, case)
    (visit,) = visits()
    clerk.post(f"/staff/visits/{visit.reference}/check-in")
    done = clerk.post(
        f"/staff/visits/{visit.reference}/complete",
        data={"identity": "seen", "given": items, "papers": "passport", "outcome": "complete"},
    )

    assert done.status_code == 303
    assert db.session.get_one(Case, case.id).collected_at is not None
    receipt = follow(client, case)
    assert h1(receipt) == "Your visit is done"
    assert "Residence permit" in receipt.text
    assert h1(client.get("/en/status")) == "You collected your permits"
