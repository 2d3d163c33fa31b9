"""Who waits at a point that is retired, and nowhere else, is told; a mistake is taken back in time."""

from datetime import timedelta

import pytest

from app.appointments.contacts import Contact
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.models import WaitingEntry
from app.appointments.waitlist.operations import JoinRequest
from app.appointments.waitlist.rules import WaitingWish
from app.db import db, transact
from app.notifications.delivery import outbox
from app.notifications.models import OutboxMessage
from app.publishing import operations as publishing
from app.stations.queries import StationRetired
from app.writers import compose
from tests import factories
from tests.factories import at
from tests.integration.planning.displacing import make
from tests.integration.together import run_together, step
from tests.waiting import join_list

TEN = timedelta(minutes=10)


@pytest.fixture
def wait(network, now):
    def join(email, *places, language="en", visit=None):
        who = Contact("Anna Petrova", email, "") if email else Contact()
        request = JoinRequest(
            network.document_check, places or [network.jiangdong], WaitingWish(), language, who, visit
        )
        return join_list(request, now=now).id

    return join


def retire(now, slug="jiangdong"):
    transact(publishing.retire, slug, username="ada", now=now)
    db.session.expire_all()


def reopen(now, slug="jiangdong"):
    transact(publishing.reopen, slug, username="ada", now=now)
    db.session.expire_all()


def entry(number):
    return db.session.get_one(WaitingEntry, number)


def letters():
    return db.session.query(OutboxMessage).filter_by(kind="waiting-retired").order_by(OutboxMessage.id).all()


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [("en", "You are not on the waiting list any more", "Jiangdong\n\nThis service point is closed for good"),
     ("zh", "您已不在候补名单上", "Jiangdong (zh)\n\n该服务点已永久关闭"),
     ("ru", "Вас больше нет в листе ожидания", "Jiangdong (ru)\n\nЭтот пункт обслуживания закрыт навсегда")],
)  # fmt: skip
def test_who_waits_only_there_is_told_in_the_own_language(wait, now, language, subject, words):
    number = wait("anna@example.org", language=language)
    retire(now)

    found = entry(number)
    assert (found.ended_at, found.removed_by) == (now, "ada")
    assert found.removed_because == "the service point was retired"
    (told,) = letters()
    assert (told.channel, told.status, told.send_at) == ("email", "waiting", now + TEN)
    letter = compose(told, now + TEN)
    assert (letter.to, letter.subject) == ("anna@example.org", subject)
    assert words in letter.text
    assert f"/w/{found.token}" in letter.text


def test_the_link_of_the_letter_leads_to_other_times(wait, client, now):
    number = wait("anna@example.org")
    retire(now)

    page = client.get(f"/w/{entry(number).token}", follow_redirects=True).text

    assert "You are not on the waiting list any more" in page
    assert "Choose a time" in page


def test_who_waits_elsewhere_too_goes_on_and_gets_no_word(network, wait, now):
    number = wait("anna@example.org", network.jiangdong, network.central)
    retire(now)

    assert entry(number).ended_at is None
    assert letters() == []

    retire(now, "central-window")
    assert entry(number).ended_at == now
    assert len(letters()) == 1


def test_who_has_a_visit_elsewhere_is_told_at_its_address_and_keeps_it(network, wait, now):
    visit = make(network.central, network.document_check, at("2026-11-26", "10:00"), now)
    wait("", visit=visit)
    retire(now)

    letter = compose(letters()[0], now + TEN)
    assert letter.to == visit.email
    assert "A visit that you have stays as it is." in letter.text
    assert visit.status == "booked"


def test_opening_the_point_again_in_time_puts_all_back_in_their_order(wait, now):
    first, second = wait("anna@example.org"), wait("boris@example.org")
    retire(now)
    reopen(now + timedelta(minutes=9))

    for number in (first, second):
        assert (entry(number).ended_at, entry(number).removed_because) == (None, None)
    assert [told.status for told in letters()] == ["cancelled", "cancelled"]

    retire(now + timedelta(hours=1))
    assert [told.status for told in letters()[2:]] == ["waiting", "waiting"]


def test_who_was_told_stays_off_the_list(wait, now):
    number = wait("anna@example.org")
    retire(now)
    transact(outbox.claim_due, "w", now=now + TEN, lease=TEN, limit=10)
    reopen(now + TEN)

    assert entry(number).ended_at == now


def test_who_joined_anew_elsewhere_is_not_put_back_twice(network, wait, now):
    old = wait("anna@example.org")
    retire(now)
    new = wait("anna@example.org", network.central)
    reopen(now)

    assert entry(old).ended_at == now
    assert entry(new).ended_at is None


def test_nobody_joins_a_list_at_a_retired_point(wait, now):
    retire(now)
    with pytest.raises(StationRetired):
        wait("anna@example.org")


def test_joining_while_the_point_is_retired(app, network, now):
    for number in range(6):
        who = Contact("Anna", f"anna{number}@example.org", "")
        request = JoinRequest(network.document_check, [network.jiangdong], WaitingWish(), "en", who)
        retired, joined = run_together(
            app,
            step(publishing.retire, "jiangdong", username="ada", now=now),
            step(waitlist.join, request, now=now),
        )

        assert (retired, joined) in {("done", "done"), ("done", "station_retired")}
        open_ones = db.session.query(WaitingEntry).filter_by(ended_at=None).count()
        assert open_ones == 0
        transact(outbox.claim_due, "w", now=now + TEN, lease=TEN, limit=50)
        reopen(now)


def test_the_page_says_how_many_are_told(app, network, wait):
    wait("anna@example.org")
    wait("boris@example.org", network.jiangdong, network.central)
    factories.build_user("ada", role="administrator")
    browser = app.test_client()
    browser.post("/staff", data={"username": "ada", "password": factories.PASSWORD})

    page = browser.get("/staff/points/jiangdong/retire").text

    assert "1 person waits for a time here and nowhere else." in page
