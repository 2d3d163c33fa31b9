"""Nobody can make us fill somebody's mailbox."""

from datetime import timedelta

import pytest

from app.appointments.booking import provisional
from app.appointments.booking.contact import change_contact
from app.appointments.booking.refusals import TooManyChanges, TooManyLetters
from app.appointments.contacts import Contact, PhoneNotMobile
from app.db import db, transact
from app.notifications.letter import DeliveryError
from app.notifications.models import MessageStatus, OutboxMessage
from app.notifications.phone import number_of
from app.settings import LetterRules, Settings, SettingsError
from tests.conftest import DATA_KEY
from tests.integration.appointments.conftest import Desk

CLOCKS = ("10:00", "10:20", "10:40", "11:00")


@pytest.fixture
def desk(network, now):
    return Desk(network, now)


def rules(app, monkeypatch, **numbers):
    given = {"letters": LetterRules(**numbers)} if "sms_countries" not in numbers else numbers
    settings = app.extensions["settings"].model_copy(update=given)
    monkeypatch.setitem(app.extensions, "settings", settings)


def waiting(visit):
    db.session.rollback()
    rows = db.session.query(OutboxMessage).filter_by(subject_id=visit.id, status=MessageStatus.WAITING)
    return [row for row in rows if not row.kind.startswith("reminder-")]


def test_several_moves_within_minutes_become_one_letter(desk):
    visit = desk.visit(CLOCKS[0])
    (first,) = waiting(visit)
    first.status = MessageStatus.SENT
    db.session.commit()
    for clock in CLOCKS[1:]:
        desk.later(minutes=1)
        desk.move(visit, clock)

    (letter,) = waiting(visit)
    assert (letter.kind, letter.send_at) == ("changed", first.send_at + timedelta(minutes=5))


def test_the_contact_of_a_visit_changes_only_so_often_a_day(desk):
    visit = desk.visit(CLOCKS[0])
    for number in range(3):
        other = Contact("", f"victim{number}@example.org", "")
        transact(change_contact, visit.reference, other, "en", now=desk.now)

    with pytest.raises(TooManyChanges):
        transact(change_contact, visit.reference, Contact("", "d@example.org", ""), "en", now=desk.now)
    desk.later(days=1)


def test_one_address_is_not_written_to_for_every_visit_that_somebody_books(app, desk, monkeypatch):
    rules(app, monkeypatch, to_one=2)
    first = desk.visit(CLOCKS[0], asked_from="203.0.113.1")
    desk.visit(CLOCKS[1], asked_from="203.0.113.2")
    with pytest.raises(TooManyLetters):
        desk.visit(CLOCKS[2], asked_from="203.0.113.3")

    # Who opens a link is a person, and books on.
    transact(provisional.prove, first.reference, actor="person", now=desk.now)
    desk.visit(CLOCKS[3], asked_from="203.0.113.4")


def test_text_messages_go_to_listed_countries_only(app, tmp_path, monkeypatch):
    rules(app, monkeypatch, sms_countries="CN")
    Contact("Li", "", "13800138000").check_reached()
    with pytest.raises(PhoneNotMobile):
        Contact("Anna", "", "+79161234567").check_reached()
    Contact("Anna", "anna@example.org", "+79161234567").check_reached()
    assert number_of("+79161234567", "CN RU") == "+79161234567"
    with pytest.raises(DeliveryError, match="no text messages go to this country"):
        number_of("+79161234567", "CN HK")
    production = {"app_env": "production", "secret_key": "x" * 32, "data_key": DATA_KEY, "sms_secret": "s",
                  "mail_as_files": True, "public_url": "https://x.example", "sms_provider": "webhook",
                  "sms_url": "https://sms.example", "instance_path": tmp_path}  # fmt: skip
    with pytest.raises(SettingsError, match="SMS_COUNTRIES"):
        Settings.from_env(**production)
