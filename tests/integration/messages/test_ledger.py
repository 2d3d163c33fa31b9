"""Staff see each message with its tries, find it by number, use another contact, pause, and send again."""

from datetime import timedelta

import pytest

from app.accounts.models import Role
from app.db import db, transact
from app.notifications import pauses
from app.notifications.models import DeliveryAttempt, MessagePause, MessageStatus, OutboxMessage
from tests import factories
from tests.factories import at


@pytest.fixture
def visit(network, cast):
    return factories.build_appointment(
        cast.fuxingcheng, network.document_check, email="maria@example.org", phone="+86 138 0013 8000",
        starts_at=at("2026-11-30", "10:00"), ends_at=at("2026-11-30", "10:20"),
    )  # fmt: skip


@pytest.fixture
def write(visit, now):
    def message(status, kind="confirmation", subject=None, **columns):
        given = {"topic": "appointment", "revision": 0, "channel": "email", "send_at": now, "due_at": now}
        given["finished_at"] = None if status in ("waiting", "claimed") else now
        row = OutboxMessage(
            dedupe_key=f"message-{db.session.query(OutboxMessage).count()}", status=status, kind=kind,
            subject_id=(subject or visit.id), created_at=now, **{**given, **columns},
        )  # fmt: skip
        factories.save(row)
        return row

    return message


def row_of(message):
    db.session.expire_all()
    return db.session.get_one(OutboxMessage, message.id)


# --- reading -----------------------------------------------------------------------------------


def test_what_waits_for_its_day_is_planned_and_what_is_due_waits(cast, write, now):
    write("waiting", "reminder-1d", due_at=now + timedelta(days=1))
    write("waiting")
    page = cast.tom.get("/staff/messages?show=planned").text
    assert "Planned 1" in page
    assert "Waiting 1" in page
    assert "Reminder, 1 day before" in page


def test_a_message_shows_its_tries(cast, write, now):
    row = write("failed", reason="550 no such mailbox")
    for outcome, detail in (("retry", "421 later"), ("failed", "550 no such mailbox")):
        attempt = DeliveryAttempt(message_id=row.id, started_at=now, finished_at=now)
        attempt.outcome, attempt.detail = outcome, detail
        factories.save(attempt)
    page = cast.tom.get(f"/staff/messages/{row.id}").text
    assert "421 later" in page
    assert "550 no such mailbox" in page
    assert "maria@" not in page


def test_a_booking_number_finds_every_message_in_any_spelling(cast, visit, write):
    write("sent")
    write("cancelled", "reminder-1d")
    spelled = f"{visit.reference[:4].lower()} {visit.reference[4:]}"
    page = cast.tom.get("/staff/messages", query_string={"about": spelled}).text
    assert "Confirmation" in page
    assert "Reminder, 1 day before" in page
    assert "There is no message about this number." in cast.tom.get("/staff/messages?about=NOTHING1").text


@pytest.mark.parametrize("typed", ["+86 138 0013 8000", "Maria Ivanova", "maria@example.org", "NOTHING1", ""])
def test_what_is_no_number_of_ours_never_gets_into_an_address(cast, visit, write, typed):
    write("sent")
    answer = cast.tom.post("/staff/messages/find", data={"about": typed})
    assert "Location" not in answer.headers
    assert answer.status_code == 422  # not 404: the page is there, and says that nothing was found
    assert f'value="{typed}"' in answer.text
    assert ("Enter a booking number or a case number." in answer.text) == (not typed)


def test_a_number_of_ours_leads_to_a_page_that_can_be_kept(cast, visit, write):
    write("sent")
    answer = cast.tom.post("/staff/messages/find", data={"about": visit.reference})
    assert answer.location == f"/staff/messages?about={visit.reference}"


def test_a_case_number_finds_the_case_and_its_visit(cast, network, write):
    case = factories.build_case(network.visit_type, network.central)
    visit = factories.build_appointment(network.central, network.collect, case_id=case.id)
    write("sent", "ready", case.id, topic="case")
    write("sent", "confirmation", visit.id)
    page = cast.ada.get("/staff/messages", query_string={"about": case.number}).text
    assert "Permits are ready" in page
    assert "Confirmation" in page


def test_staff_of_another_station_find_nothing(cast, visit, write):
    row = write("sent")
    browser = cast.mei
    assert browser.get(f"/staff/messages/{row.id}").status_code == 404
    page = browser.get("/staff/messages", query_string={"about": visit.reference}).text
    assert "There is no message about this number." in page


def test_a_topic_that_nobody_knows_is_shown_to_administrators(cast, write):
    write("failed", "odd", 4711, topic="odd")
    assert "odd" in cast.ada.get("/staff/messages?show=failed").text
    assert "Failed 0" in cast.tom.get("/staff/messages?show=failed").text


# --- doing something about it ------------------------------------------------------------------


def test_the_other_contact_is_used_once(cast, write):
    row = write("failed")
    browser = cast.tom
    for _ in range(2):
        assert browser.post(f"/staff/messages/{row.id}/other-contact").status_code == 303
    sms = db.session.query(OutboxMessage).filter_by(channel="sms").all()
    assert [(m.kind, m.status) for m in sms] == [("confirmation", "waiting")]


def test_without_another_contact_staff_are_told_to_call(cast, network, write):
    alone = factories.build_appointment(cast.fuxingcheng, network.document_check, phone=None)
    row = write("failed", subject=alone.id)
    answer = cast.tom.post(f"/staff/messages/{row.id}/other-contact")
    assert answer.status_code == 409
    assert "Call the person." in answer.text


def test_the_call_list_has_who_was_not_reached_until_somebody_called(cast, visit, write):
    write("bounced", reason="no such box")
    browser = cast.tom
    assert visit.reference in browser.get("/staff/messages?show=calls").text
    browser.post(f"/staff/visits/{visit.reference}/told")
    db.session.rollback()
    page = browser.get("/staff/messages?show=calls").text
    assert "Nobody needs a call." in page or visit.reference not in page


def test_who_was_reached_later_is_not_called(cast, visit, write, now):
    write("failed")
    write("sent", channel="sms", finished_at=now + timedelta(minutes=1))
    assert "Nobody needs a call." in cast.tom.get("/staff/messages?show=calls").text


def test_a_refused_pause_keeps_what_was_typed(cast):
    typed = {"contact": "maria@@example.org", "reason": "her own wish"}
    page = cast.tom.post("/staff/messages/paused", data=typed)
    assert page.status_code == 422
    assert all(f'value="{text}"' in page.text for text in typed.values())


def test_a_person_is_paused_from_a_message_and_resumed_from_the_list(cast, write):
    row = write("sent")
    browser = cast.tom
    browser.post(f"/staff/messages/{row.id}/pause")
    assert pauses.is_paused("maria@example.org")
    assert pauses.is_paused("+8613800138000"), "by whatever channel"
    page = browser.get("/staff/messages/paused").text
    assert "m•••@example.org" in page
    assert "maria@example.org" not in page
    row = db.session.query(MessagePause).order_by(MessagePause.id).first()
    browser.post("/staff/messages/paused/resume", data={"pause": row.id})
    db.session.expire_all()
    assert not pauses.is_paused("maria@example.org")
    assert row.contact == "–", "an address is not kept without a reason"


def test_a_manager_sees_and_resumes_only_people_of_the_own_points(cast, network, write, now):
    factories.build_user("nina", role=Role.MANAGER, stations=(network.jiangdong,))
    cast.tom.post("/staff/messages/paused", data={"contact": "maria@example.org"})
    nina, row = cast.browser("nina"), db.session.query(MessagePause).one()

    assert "Nobody is paused." in nina.get("/staff/messages/paused").text
    nina.post("/staff/messages/paused/resume", data={"pause": row.id})
    assert "Nobody here is paused by that name." in nina.get("/staff/messages/paused").text
    assert pauses.is_paused("maria@example.org")
    for browser in (cast.tom, cast.ada):
        assert "m•••@example.org" in browser.get("/staff/messages/paused").text


def test_a_manager_sees_who_was_paused_elsewhere_and_is_written_to_about_the_own_point(cast, write, now):
    row = transact(pauses.pause, "maria@example.org", reason="", username="mei", now=now)
    assert "Nobody is paused." in cast.tom.get("/staff/messages/paused").text

    write("sent", contact_index=row.contact_index)

    assert "m•••@example.org" in cast.tom.get("/staff/messages/paused").text


@pytest.mark.parametrize("typed", ["", "nonsense", "@"])
def test_a_contact_that_is_none_is_refused_and_kept(cast, typed):
    answer = cast.tom.post("/staff/messages/paused", data={"contact": typed})
    assert answer.status_code == 422
    assert db.session.query(MessagePause).count() == 0


# --- sending again -----------------------------------------------------------------------------

DAY = {"from_day": "2026-11-24", "from_time": "00:00", "until_day": "2026-11-24", "until_time": "23:59"}
LATE = {"status": "skipped", "reason": "too late"}


def count(browser, **values):
    page = browser.get("/staff/messages/send-again", query_string={**DAY, **values}).text
    return next(line for line in page.splitlines() if "would go out again" in line)


def test_what_a_window_swallowed_is_counted_and_sent_once(cast, visit, write):
    row = write(MessageStatus.FAILED, reason="421 down")
    browser = cast.tom
    assert ">1 message would go out again" in count(browser)
    assert row_of(row).status == "failed", "counting sends nothing"
    browser.post("/staff/messages/send-again", data=DAY)
    sent = row_of(row)
    assert (sent.status, sent.attempts, sent.expires_at) == ("waiting", 0, visit.starts_at)
    assert db.session.query(DeliveryAttempt).one().detail == "by tom"
    assert ">0 messages would go out again" in count(browser)


def test_a_reminder_that_came_too_late_is_useful_until_the_visit(cast, write):
    write(**LATE, kind="reminder-1d")
    assert ">1 message would" in count(cast.tom)


def test_of_one_visit_only_the_newest_goes_out(cast, write, now):
    write(**LATE, kind="reminder-3d")
    newest = write(**LATE, kind="reminder-1d", send_at=now + timedelta(minutes=5))
    browser = cast.tom
    assert ">1 message would" in count(browser)
    browser.post("/staff/messages/send-again", data=DAY)
    assert row_of(newest).status == "waiting"


@pytest.mark.parametrize("spoil", ["moved", "cancelled", "told", "other reason", "begun", "other day"])
def test_what_is_not_true_any_more_is_not_counted(cast, visit, write, now, clock, spoil):
    reason = "already came" if spoil == "other reason" else "too late"
    write("skipped", reason=reason)
    if spoil == "moved":
        visit.revision = 1
        factories.save(visit)
    elif spoil == "cancelled":
        visit.status = "cancelled"
        factories.save(visit)
    elif spoil == "told":
        write("sent", "reminder-1d", finished_at=now + timedelta(minutes=1))
    elif spoil == "begun":
        clock.time = visit.starts_at + timedelta(minutes=1)
    day = {"from_day": "2026-11-23", "until_day": "2026-11-23"} if spoil == "other day" else {}
    assert ">0 messages would" in count(cast.tom, **day)


def test_another_stations_messages_are_not_sent_again(cast, write, network):
    elsewhere = factories.build_appointment(network.central, network.document_check)
    write("failed", subject=elsewhere.id)
    assert ">0 messages would" in count(cast.tom)


def test_paused_people_who_were_resumed_get_what_they_missed(cast, write):
    write("skipped", reason="person paused")
    assert ">1 message would" in count(cast.tom)


@pytest.mark.parametrize(
    "typed", [{"from_day": "x"}, {"until_day": "2026-11-23"}, {"until_day": "2027-11-23"}]
)
def test_a_window_that_is_none_is_refused(cast, typed):
    answer = cast.tom.post("/staff/messages/send-again", data={**DAY, **typed})
    assert answer.status_code == 422
    assert "at most 14 days apart" in answer.text
