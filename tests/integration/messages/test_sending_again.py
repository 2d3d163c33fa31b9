"""Sending again what did not go out: messages of cases, of kept times and all others, while they are true."""

from datetime import timedelta

import pytest

from app.appointments.contacts import Contact
from app.appointments.waitlist import offers
from app.appointments.waitlist.models import OfferAnswer, OfferReason, TimeOffer
from app.appointments.waitlist.offers import OfferRequest, Recipient
from app.cases import notices
from app.cases.models import Case
from app.db import db, transact
from app.messages import replay
from app.messages.replay import NotMissed, OfNoUse
from app.notifications import contacts, pauses
from app.notifications.delivery import outbox
from app.notifications.models import DeliveryAttempt, MessageStatus, OutboxMessage
from app.replies import operations as replies
from tests import factories
from tests.factories import at

DAY = {"from_day": "2026-11-24", "from_time": "00:00", "until_day": "2026-11-24", "until_time": "23:59"}


@pytest.fixture
def fail(now):
    """Let everything in the outbox end badly, and return the latest."""

    def failed(reason="421 down", status=MessageStatus.FAILED):
        values = {"status": status, "reason": reason, "finished_at": now}
        db.session.query(OutboxMessage).update(values)
        db.session.commit()
        return db.session.query(OutboxMessage).order_by(OutboxMessage.id.desc()).first()

    return failed


@pytest.fixture
def case(network, cast) -> Case:
    return factories.build_case(network.visit_type, cast.fuxingcheng)


@pytest.fixture
def of_case(case, fail, now):
    transact(lambda: notices.announce_ready(db.session.get_one(Case, case.id), now=now))
    return fail()


@pytest.fixture
def of_offer(cast, fail, now):
    who = Recipient("document-check", "ru", Contact("Olga", "olga@example.org", "+86 138 0013 8000"))
    start, until = at("2026-11-25", "10:00"), now + timedelta(hours=2)
    transact(offers.make, OfferRequest("fuxingcheng", start, until, who, OfferReason.EARLIER), now=now)
    return fail()


def again(browser, message, tries=None):
    return browser.post(f"/staff/messages/{message.id}/again", data={} if tries is None else {"tries": tries})


def row_of(message):
    db.session.expire_all()
    return db.session.get_one(OutboxMessage, message.id)


def code_of(message, now):
    with pytest.raises((NotMissed, OfNoUse)) as refused:
        transact(replay.send_one_again, message.id, tries=None, username="tom", now=now)
    db.session.rollback()
    return refused.value.code


def count(browser):
    page = browser.get("/staff/messages/send-again", query_string=DAY).text
    return int(page.split('<h2 id="count">')[1].split()[0])


# --- one message -------------------------------------------------------------------------------


def test_a_message_of_a_case_is_sent_again_once(cast, of_case):
    assert "Send again</button>" in cast.tom.get(f"/staff/messages/{of_case.id}").text

    answers = [again(cast.tom, of_case) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 409]
    assert "Only a message that has ended is sent again" in answers[1].text
    sent = row_of(of_case)
    assert (sent.status, sent.attempts, sent.reason) == ("waiting", 0, "")
    assert "sent again by staff, by tom" in cast.tom.get(f"/staff/messages/{of_case.id}").text
    assert [(a.outcome, a.detail) for a in db.session.query(DeliveryAttempt)] == [("replayed", "by tom")]


@pytest.mark.parametrize("status", ["sent", "delivered", "bounced"])
def test_what_went_out_is_sent_once_more_under_a_new_name(cast, of_case, status):
    of_case.status, name = status, outbox.key_of(of_case)
    db.session.commit()
    page = cast.tom.get(f"/staff/messages/{of_case.id}").text
    assert "Send once more</button>" in page
    assert 'name="tries" value="0"' in page

    answers = [again(cast.tom, of_case, tries=0), again(cast.tom, of_case, tries=0)]

    assert [answer.status_code for answer in answers] == [303, 409]
    assert row_of(of_case).status == "waiting"
    assert outbox.key_of(row_of(of_case)) != name


@pytest.mark.parametrize("tries", [None, 0, "two"])
def test_what_went_out_since_it_was_looked_at_is_not_sent_once_more(cast, of_case, tries, now):
    of_case.status = "sent"
    db.session.add(DeliveryAttempt(message_id=of_case.id, started_at=now, finished_at=now, outcome="sent"))
    db.session.commit()
    assert again(cast.tom, of_case, tries=tries).status_code == 409
    assert again(cast.tom, of_case, tries=1).status_code == 303


def test_what_failed_keeps_its_name(cast, of_case):
    name = outbox.key_of(of_case)
    assert again(cast.tom, of_case).status_code == 303
    assert outbox.key_of(row_of(of_case)) == name


def test_a_message_of_a_kept_time_is_of_use_until_the_time_is_kept_no_more(cast, of_offer):
    assert again(cast.tom, of_offer).status_code == 303
    assert row_of(of_offer).expires_at == db.session.query(TimeOffer).one().until


def test_staff_of_another_station_send_nothing_again(cast, of_case, of_offer):
    assert [again(cast.mei, message).status_code for message in (of_case, of_offer)] == [404, 404]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("collected", "already collected"),
        ("booked", "a visit is booked"),
        ("not ready", "the permits are not ready any more"),
        ("told", "a newer message tells it"),
        ("paused", "the person&#39;s messages are paused"),
        ("bounced", "an earlier message to this address came back"),
    ],
)
def test_a_message_of_a_case_that_is_not_true_any_more_is_refused(
    cast, network, case, of_case, now, *, spoil, words
):
    if spoil == "collected":
        case.collected_at = now
    elif spoil == "booked":
        factories.build_appointment(cast.fuxingcheng, network.collect, case_id=case.id)
    elif spoil == "not ready":
        case.papers_station_id = None
    elif spoil == "told":
        notices.notice_of(case).round += 1
    elif spoil == "paused":
        pauses.pause("maria@example.org", reason="", username="tom", now=now)
    elif spoil == "bounced":
        index = contacts.index_of("maria@example.org")
        contacts.mark_failing(index, "email", reason="550", now=now)
    db.session.commit()

    answer = again(cast.ada, of_case)

    assert answer.status_code == 409
    assert f"This message cannot be sent again: {words}." in answer.text
    assert code_of(of_case, now) == "message_of_no_use"
    assert row_of(of_case).status == "failed"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [("ended", "the time is not kept any more"), ("declined", "the person declined the time")],
)
def test_a_time_that_is_not_kept_any_more_is_refused(cast, of_offer, clock, now, spoil, words):
    if spoil == "ended":
        clock.time = now + timedelta(hours=2)
    else:
        db.session.query(TimeOffer).one().answer = OfferAnswer.DECLINED
        db.session.commit()

    answer = again(cast.tom, of_offer)

    assert answer.status_code == 409
    assert f"This message cannot be sent again: {words}." in answer.text


@pytest.mark.parametrize("status", ["waiting", "claimed", "held", "cancelled"])
def test_what_has_not_ended_is_not_sent_again(of_case, now, status):
    of_case.status = status
    db.session.commit()

    assert code_of(of_case, now) == "message_not_missed"
    assert row_of(of_case).status == status


def test_an_answer_to_a_text_is_sent_again_by_administrators(cast, fail, now):
    transact(replies.take, replies.NewText("p1", "+8613800138000", "hello"), now=now)
    message = fail()

    assert again(cast.tom, message).status_code == 404
    assert again(cast.ada, message).status_code == 303


def test_a_topic_that_nobody_writes_about_is_refused(cast, of_case, now):
    of_case.topic = "odd"
    db.session.commit()

    assert again(cast.ada, of_case).status_code == 409


def test_the_other_contact_of_a_kept_time_is_used(cast, of_offer):
    assert cast.ada.post(f"/staff/messages/{of_offer.id}/other-contact").status_code == 303
    assert db.session.query(OutboxMessage).filter_by(channel="sms").one().topic == "offer"


# --- a window ----------------------------------------------------------------------------------


def test_a_window_has_cases_and_kept_times_of_the_own_points(cast, of_case, of_offer, fail):
    fail(reason="too late", status=MessageStatus.SKIPPED)
    assert (count(cast.tom), count(cast.ada)) == (2, 2)

    cast.tom.post("/staff/messages/send-again", data=DAY)

    assert [row_of(message).status for message in (of_case, of_offer)] == ["waiting", "waiting"]
    assert count(cast.tom) == 0


@pytest.mark.parametrize("spoil", ["collected", "booked", "paused by person", "told again", "withdrawn"])
def test_a_window_has_no_case_whose_message_is_not_true_any_more(cast, network, case, of_case, now, spoil):
    if spoil == "collected":
        case.collected_at = now
    elif spoil == "booked":
        factories.build_appointment(cast.fuxingcheng, network.collect, case_id=case.id)
    elif spoil == "paused by person":
        notices.notice_of(case).paused_at = now
    elif spoil == "told again":
        notices.notice_of(case).round += 1
    elif spoil == "withdrawn":
        notices.notice_of(case).told_at = None
    db.session.commit()

    assert count(cast.tom) == 0


@pytest.mark.parametrize("spoil", ["answered", "over", "given back"])
def test_a_window_has_no_time_that_is_not_kept_any_more(cast, of_offer, clock, now, spoil):
    made = db.session.query(TimeOffer).one()
    if spoil == "answered":
        made.answer = OfferAnswer.TAKEN
    elif spoil == "given back":
        made.hold.status = "released"
    else:
        clock.time = now + timedelta(hours=2)
    db.session.commit()

    assert count(cast.tom) == 0


def test_what_belongs_to_no_point_is_in_the_window_of_administrators_only(cast, fail, now):
    transact(replies.take, replies.NewText("p1", "+8613800138000", "hello"), now=now)
    fail()

    assert (count(cast.tom), count(cast.ada)) == (0, 1)


def test_messages_of_a_kept_time_are_found_by_the_number_of_its_visit(cast, network, now):
    visit = factories.build_appointment(
        cast.fuxingcheng, network.document_check, email="maria@example.org",
        starts_at=at("2026-11-26", "10:00"), ends_at=at("2026-11-26", "10:20"),
    )  # fmt: skip
    start, until = at("2026-11-25", "10:00"), now + timedelta(hours=2)
    request = OfferRequest("fuxingcheng", start, until, Recipient.of_visit(visit), OfferReason.EARLIER)
    transact(offers.make, request, now=now)

    page = cast.tom.get("/staff/messages", query_string={"about": visit.reference}).text

    assert "Earlier time offered" in page
