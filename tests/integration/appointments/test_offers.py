"""A time kept for one person: taking, declining, doing nothing, and what happened in the meantime."""

from datetime import timedelta

import pytest

from app import jobs, writers
from app.appointments import queries
from app.appointments.availability.policy import SlotUnavailable
from app.appointments.booking import answers
from app.appointments.contacts import Contact
from app.appointments.holds.refusals import HoldNotFound
from app.appointments.models import Hold
from app.appointments.refusals import NotChangeable
from app.appointments.waitlist import offers
from app.appointments.waitlist.models import OfferReason, TimeOffer
from app.appointments.waitlist.offers import OfferRequest, OfferState, Recipient
from app.appointments.waitlist.refusals import OfferOver
from app.db import db, transact
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import Letter, Skip
from app.notifications.models import MessageStatus, OutboxMessage
from tests.factories import at
from tests.integration.appointments.pages import h1, press

TUESDAY, WEDNESDAY = "2026-11-24", "2026-11-25"


@pytest.fixture
def keep(desk):
    """Keep a time at Jiangdong for a visit, or for somebody without one, for two hours."""

    def keep(visit=None, clock="10:00", *, day=WEDNESDAY, reason=OfferReason.EARLIER, length=2, who=None):
        who = who or Recipient.of_visit(visit)
        until = desk.now + timedelta(hours=length)
        request = OfferRequest("jiangdong", at(day, clock), until, who, reason)
        return transact(offers.make, request, now=desk.now).token

    return keep


@pytest.fixture
def visit(desk):
    return desk.visit("11:00", day="2026-11-26")


WAITING = Recipient("document-check", "ru", Contact("Olga", "olga@example.org", ""))


def state(token, now):
    db.session.rollback()
    return offers.state_of(offers.get_offer(token), now=now)


def take(token, now):
    return transact(answers.take, token, now=now)


def when(visit):
    db.session.rollback()
    return queries.get_by_reference(visit.reference).starts_at


def messages():
    db.session.rollback()
    return db.session.query(OutboxMessage).filter_by(topic="offer").all()


def test_the_time_belongs_to_nobody_else_while_it_is_kept(desk, keep, visit):
    keep(visit)
    with pytest.raises(SlotUnavailable):
        desk.hold("10:00", day=WEDNESDAY)


def test_taking_it_moves_the_visit_and_frees_the_old_time(desk, keep, visit):
    token = keep(visit)
    assert take(token, desk.now).id == visit.id
    assert when(visit) == at(WEDNESDAY, "10:00")
    desk.hold("11:00", day="2026-11-26")
    assert state(token, desk.now) is OfferState.TAKEN


def test_pressing_twice_moves_once(desk, keep, visit):
    token = keep(visit)
    take(token, desk.now)
    assert take(token, desk.now).revision == 1


def test_declining_keeps_the_old_time_and_frees_the_new_one(desk, keep, visit):
    token = keep(visit)
    transact(answers.decline, token, now=desk.now)
    desk.hold("10:00", day=WEDNESDAY)
    assert when(visit) == at("2026-11-26", "11:00")
    with pytest.raises(OfferOver):
        take(token, desk.now)


def test_doing_nothing_is_safe(desk, keep, visit):
    token = keep(visit)
    desk.later(hours=2)
    assert state(token, desk.now) is OfferState.ENDED
    with pytest.raises(OfferOver):
        take(token, desk.now)
    desk.later(minutes=3)
    desk.hold("10:00", day=WEDNESDAY)
    assert when(visit) == at("2026-11-26", "11:00")


def test_a_person_without_a_visit_gets_one(desk, keep, network):
    token = keep(who=WAITING)
    booked = take(token, desk.now)
    assert (booked.starts_at, booked.name, booked.language) == (at(WEDNESDAY, "10:00"), "Olga", "ru")
    assert take(token, desk.now).id == booked.id
    assert {m.status for m in messages()} == {MessageStatus.CANCELLED}


@pytest.mark.parametrize("change", ["cancel", "move"])
def test_a_changed_visit_ends_the_offer_at_once(desk, keep, visit, change):
    token = keep(visit)
    if change == "cancel":
        desk.cancel(visit)
    else:
        desk.move(visit, "11:20", day="2026-11-26")
    assert state(token, desk.now) is OfferState.CHANGED
    desk.hold("10:00", day=WEDNESDAY)
    with pytest.raises(OfferOver):
        take(token, desk.now)


def test_no_time_is_kept_for_a_visit_that_is_over(desk, keep, visit):
    desk.cancel(visit)
    with pytest.raises(NotChangeable):
        keep(visit)


def test_the_person_may_keep_another_time_for_the_case_meanwhile(desk, case, network):
    visit = desk.book(desk.hold("11:00", day="2026-11-26", case=case))
    who = Recipient.of_visit(visit)
    request = OfferRequest("central-window", at(WEDNESDAY, "10:00"), desk.now + timedelta(hours=2), who)
    token = transact(offers.make, request, now=desk.now).token
    desk.hold("10:20", day=WEDNESDAY, case=case, moves=visit.id)
    assert take(token, desk.now).starts_at == at(WEDNESDAY, "10:00")


def test_old_offers_go_with_their_holds(desk, keep, visit, clock):
    token = keep(visit)
    take(token, desk.now)
    clock.move(days=8)
    jobs.purge()
    assert db.session.query(TimeOffer).count() == db.session.query(Hold).count() == 0


# --- the message -------------------------------------------------------------------------------


def letter(now, channel="email"):
    row = messages()[-1]
    message = ClaimedMessage(1, row.topic, row.subject_id, 0, row.kind, channel, None, 1, "w", "5ec")
    return writers.compose(message, now)


def test_the_message_says_old_new_until_when_and_the_link(desk, keep, visit):
    token = keep(visit)
    written = letter(desk.now)
    assert isinstance(written, Letter)
    assert written.subject == "An earlier time is free: Wed 25 Nov, 10:00"
    wanted = [
        "New time: Wednesday 25 November 2026, 10:00", "Jiangdong",
        "Your old time: Thursday 26 November 2026, 11:00",
        "We keep it for you until 11:00 today.", "If you do nothing, you keep your old time.",
        f"/o/{token}", "-----", "2026年11月25日",
    ]  # fmt: skip
    places = [written.text.index(text) for text in wanted]
    assert places == sorted(places)
    assert "Maria" not in written.text + written.html + written.subject


def test_the_message_goes_out_only_while_the_time_is_kept(desk, keep, visit):
    keep(visit)
    row = messages()[0]
    assert row.expires_at == desk.now + timedelta(hours=2)
    assert isinstance(letter(desk.now + timedelta(hours=2)), Skip)
    desk.cancel(visit)
    assert messages()[0].status == MessageStatus.CANCELLED


def test_a_person_without_a_visit_reads_their_own_language_first(desk, keep, network):
    keep(who=WAITING)
    written = letter(desk.now)
    assert written.to == "olga@example.org"
    assert written.language == "ru"


def test_the_short_message_fits_into_one(desk, keep, network):
    token = keep(who=Recipient("document-check", "en", Contact("Olga", "", "+7 912 345 67 89")))
    written = letter(desk.now, "sms")
    assert written.text.endswith(f"until 11:00 today: http://127.0.0.1:8000/o/{token}")
    assert len(written.text) <= 140


# --- the page ----------------------------------------------------------------------------------


def open_offer(client, token):
    return client.get(f"/o/{token}", follow_redirects=True)


def test_the_link_leads_to_old_and_new_without_its_token(client, keep, visit):
    page = open_offer(client, keep(visit))
    assert page.request.path == "/en/offer"
    assert h1(page) == "An earlier time is free"
    assert "Your old time: " in page.text
    assert "We keep it for you until 11:00 today." in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_long_link_works_too(client, keep, visit):
    page = client.get(f"/zh/offer/{keep(visit)}", follow_redirects=True)
    assert page.request.path == "/en/offer"


def test_one_press_takes_it(client, keep, visit):
    page = press(client, open_offer(client, keep(visit)).text, "Take the new time")
    assert h1(page) == "Your visit is moved"
    assert when(visit) == at(WEDNESDAY, "10:00")


def test_the_back_button_and_a_second_press_say_that_it_is_done(client, keep, visit):
    shown = open_offer(client, keep(visit)).text
    press(client, shown, "Take the new time")
    assert h1(press(client, shown, "Take the new time")) == "Your visit is already booked"


def test_keeping_the_old_time_says_so(client, keep, visit):
    page = press(client, open_offer(client, keep(visit)).text, "Keep my old time")
    assert h1(page) == "You keep your old time"
    assert "Your visit stays on " in page.text


def test_an_offer_that_ended_says_when_and_that_nothing_changed(client, clock, keep, visit):
    token = keep(visit)
    shown = open_offer(client, token).text
    clock.move(hours=3)
    page = press(client, shown, "Take the new time")
    assert h1(page) == "This offer ended at 11:00 today"
    assert "Your visit stays on " in page.text


def test_a_visit_cancelled_in_the_meantime_is_said(client, desk, keep, visit):
    token = keep(visit)
    shown = open_offer(client, token).text
    desk.cancel(visit)
    page = press(client, shown, "Take the new time")
    assert h1(page) == "This offer has ended"


def test_without_a_visit_one_press_books(client, keep, network):
    page = press(client, open_offer(client, keep(who=WAITING)).text, "Взять")
    assert page.request.path == "/ru/visit"


def test_a_time_in_place_of_one_that_cannot_be_leads_to_others(client, keep, visit):
    page = open_offer(client, keep(visit, reason=OfferReason.INSTEAD))
    assert h1(page) == "A new time for your visit"
    answered = press(client, page.text, "I want another time")
    assert "/en/visit#change" in answered.text
    assert "Your visit stays on " not in answered.text


def test_a_link_that_opens_nothing_asks_for_the_code(client, network):
    assert client.get("/o/ABCDEFGHJK").status_code == 410


def test_looking_changes_nothing(client, keep, visit):
    token = keep(visit)
    before = db.session.query(TimeOffer).one().answer
    for path in (f"/o/{token}", "/en/offer", "/en/offer/take"):
        client.get(path)
    db.session.rollback()
    assert db.session.query(TimeOffer).one().answer == before is None
    assert when(visit) == at("2026-11-26", "11:00")


def test_the_hold_of_an_offer_cannot_become_a_second_visit(desk, keep, visit):
    token = keep(visit)
    with pytest.raises(HoldNotFound):
        desk.book(offers.get_offer(token).hold)
