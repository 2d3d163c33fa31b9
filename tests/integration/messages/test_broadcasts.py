"""One message to many: two people, ten minutes, nobody twice."""

from datetime import timedelta

import pytest

from app import writers
from app.accounts.models import Role
from app.appointments.models import Appointment
from app.broadcasts.models import Broadcast
from app.db import db
from app.notifications.delivery import outbox
from app.notifications.letter import Later, Letter, Skip
from app.notifications.models import OutboxMessage
from tests import factories
from tests.factories import at

TYPED = {
    "station": "fuxingcheng", "service": "", "first_day": "2026-11-30", "last_day": "2026-11-30",
    "title_en": "The entrance has moved", "title_zh": "入口已变更", "title_ru": "Вход перенесён",
    "body_en": "Use the door in Haixiu Road.", "body_zh": "请走海秀路的门。",
    "body_ru": "Входите с улицы Хайсю.",
}  # fmt: skip


@pytest.fixture
def visit(network, cast):
    def build(clock="10:00", email="maria@example.org", day="2026-11-30", **more):
        return factories.build_appointment(
            more.pop("station", cast.fuxingcheng), network.document_check, email=email,
            starts_at=at(day, clock), ends_at=at(day, clock) + timedelta(minutes=20), **more,
        )  # fmt: skip

    return build


@pytest.fixture
def broadcast(cast, visit):
    """A message that Tom wrote, to one person."""
    visit()
    answer = cast.tom.post("/staff/broadcasts/new", data={**TYPED, "step": "save"})
    assert answer.status_code == 303
    return answer.location


@pytest.fixture
def una(cast, app):
    """A second manager of the same station."""
    factories.build_user("una", role=Role.MANAGER, stations=(cast.fuxingcheng,))
    return cast.browser("una")


def messages(status="waiting"):
    db.session.expire_all()
    return db.session.query(OutboxMessage).filter_by(topic="notice", status=status).all()


def composed(row, now):
    return writers.compose(outbox.ClaimedMessage.of(row, "worker"), now)


def test_people_are_counted_once_each_before_anything_is_saved(cast, visit, now):
    visit("10:00")
    visit("11:00", " Maria@example.org")
    visit("11:20", "paul@example.org")
    visit("11:40", None, phone=None)
    visit("10:00", "elsewhere@example.org", day="2026-12-01")
    page = cast.tom.post("/staff/broadcasts/new", data=TYPED).text
    assert "2 people get it" in page
    assert "1 visit has no contact." in page
    assert "This text needs 1 SMS in English" in page
    assert db.session.query(Broadcast).count() == 0


@pytest.mark.parametrize(
    "typed",
    [
        {"title_ru": ""},
        {"body_zh": " "},
        {"body_en": "x" * 601},
        {"last_day": "2026-11-29"},
        {"last_day": "2027-11-29"},
        {"first_day": "soon"},
        {"service": "no-such-service"},
    ],
)
def test_a_message_with_something_missing_is_refused_and_kept(cast, typed):
    answer = cast.tom.post("/staff/broadcasts/new", data={**TYPED, **typed, "step": "save"})
    assert answer.status_code == 422
    assert "Use the door in Haixiu Road." in answer.text or "body_en" in typed
    assert db.session.query(Broadcast).count() == 0


def test_who_wrote_it_cannot_approve_it(cast, broadcast):
    answer = cast.browser("tom").post(f"{broadcast}/approve")
    assert answer.status_code == 403
    assert messages() == []


def test_a_second_person_approves_and_it_waits_ten_minutes(cast, broadcast, una, now, clock):
    assert una.post(f"{broadcast}/approve").status_code == 303
    (row,) = messages()
    assert row.send_at == now + timedelta(minutes=10)
    assert "Undo: do not send it" in una.get(broadcast).text
    clock.move(minutes=10)
    assert "Undo" not in una.get(broadcast).text
    letter = composed(row, clock.now())
    assert isinstance(letter, Letter)
    assert letter.subject == "The entrance has moved: your visit on Mon 30 Nov"
    assert "Use the door in Haixiu Road." in letter.text
    assert "请走海秀路的门。" in letter.text


def test_approving_twice_sends_once(cast, broadcast, una):
    una.post(f"{broadcast}/approve")
    assert una.post(f"{broadcast}/approve").status_code == 409
    assert len(messages()) == 1


def test_it_can_be_taken_back_within_ten_minutes(cast, broadcast, una, now):
    una.post(f"{broadcast}/approve")
    (row,) = messages()
    cast.tom.post(f"{broadcast}/stop")
    assert messages() == []
    assert len(messages("cancelled")) == 1
    assert composed(row, now) == Skip("stopped by staff")
    assert una.post(f"{broadcast}/approve").status_code == 409


def test_what_is_sent_is_shown(cast, broadcast, una, clock):
    una.post(f"{broadcast}/approve")
    (row,) = messages()
    row.status = "sent"
    factories.save(row)
    page = una.get(broadcast).text
    assert "Sent <strong>1</strong>" in page
    assert "People <strong>1</strong>" in page


def test_nobody_gets_it_whose_visit_is_gone(cast, broadcast, una, now):
    una.post(f"{broadcast}/approve")
    (row,) = messages()
    visit = db.session.query(Appointment).one()
    visit.status = "cancelled"
    factories.save(visit)
    assert composed(row, now) == Skip("visit cancelled")


def test_it_waits_for_the_morning_unless_it_is_urgent(cast, broadcast, una, now):
    una.post(f"{broadcast}/approve")
    (row,) = messages()
    night = at("2026-11-24", "23:00")
    assert composed(row, night) == Later(at("2026-11-25", "08:00"), "quiet hours")
    written = db.session.query(Broadcast).one()
    written.urgent = True
    factories.save(written)
    assert isinstance(composed(row, night), Letter)


def test_hostile_words_stay_text(cast, visit, una, now):
    visit()
    hostile = "<img src=x onerror=alert(1)> {link} {{7*7}}"
    data = {
        **TYPED,
        "step": "save",
        **{f"{f}_{x}": hostile for f in ("title", "body") for x in ("en", "zh", "ru")},
    }
    address = cast.tom.post("/staff/broadcasts/new", data=data).location
    assert "<img src=x" not in una.get(address).text
    una.post(f"{address}/approve")
    letter = composed(messages()[0], now)
    assert "<img src=x" not in letter.html
    assert "{link} {{7*7}}" in letter.text


def test_another_stations_manager_finds_nothing(cast, broadcast, network, app):
    factories.build_user("olga", role=Role.MANAGER, stations=(network.central,))
    olga = cast.browser("olga")
    assert olga.get(broadcast).status_code == 404
    assert olga.post(f"{broadcast}/approve").status_code == 404
    assert olga.post("/staff/broadcasts/new", data={**TYPED, "step": "save"}).status_code == 404
