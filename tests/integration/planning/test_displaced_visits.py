"""Changes of a plan that displace people: seen before, decided, told after ten minutes, undone."""

import re
from datetime import timedelta

import pytest

from app.appointments.availability.policy import SlotUnavailable
from app.appointments.booking.operations import BookingRequest, book
from app.appointments.contacts import Contact
from app.appointments.holds.operations import HoldRequest, hold
from app.appointments.letters import letters, offer_letters
from app.appointments.waitlist.models import TimeOffer
from app.db import db, transact
from app.interval import Interval
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import Letter, Skip
from app.notifications.models import OutboxMessage
from app.planning.decisions import Choice, Decisions
from app.planning.edits import ClosureEdit
from app.planning.operations import PlanSave, save_plan
from app.stations.hours.opening_hours import ClosedInterval
from app.stations.models import Closure
from tests import factories
from tests.factories import at
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.planning.displacing import (
    ELEVEN,
    HOURS,
    TYPHOON,
    again,
    close_morning,
    closure,
    desks_taken,
    hidden,
    make,
    messages,
    station,
)

# --- the look before --------------------------------------------------------------------------------


def test_the_preview_proposes_the_nearest_time_of_the_same_station(browser, visit):
    page = browser.post(f"{HOURS}/closures", data=closure()).text

    # The morning is closed: the first time of the afternoon is the nearest.
    assert hidden(page)[f"shown-{visit.reference}"] == f"fuxingcheng {at('2026-11-25', '14:30').isoformat()}"
    assert "Wednesday 25 November, 14:30" in page
    assert "Save and send at 09:10" in page
    assert 'value="move" checked' in page


def test_the_preview_shows_the_message_in_every_language(browser, visit):
    page = browser.post(f"{HOURS}/closures", data=closure()).text

    assert "Fuxingcheng cannot receive you on Wed 25 Nov, 11:00: typhoon." in page
    assert "台风" in page
    assert "тайфун" in page
    assert "Your visit is now Wed 25 Nov, 14:30, Fuxingcheng. Need another time? " in page


def test_free_places_are_counted_before_and_after(browser, network, visit):
    page = browser.post(f"{HOURS}/closures", data=closure()).text

    # Wednesday has 9 + 7 slots of 20 minutes at one desk, one is booked; the morning's 9 go.
    assert re.search(r"Document check</th><td>15</td><td>7</td>", page)


def test_who_cannot_be_reached_comes_first_with_what_to_say(browser, network, cast, now, visit):
    nobody = make(cast.fuxingcheng, network.document_check, ELEVEN + timedelta(minutes=20), now)
    nobody.email = nobody.phone = ""
    factories.save(nobody)

    page = browser.post(f"{HOURS}/closures", data=closure()).text

    assert "Call 1 person" in page
    call_list = page[page.index("Call 1 person") : page.index("What to do with the visits")]
    assert nobody.reference in call_list
    assert visit.reference not in call_list
    assert "Your visit is now" in call_list


def test_no_two_people_are_proposed_the_same_time(browser, network, cast, now, visit):
    others = [
        make(cast.fuxingcheng, network.document_check, ELEVEN - timedelta(minutes=20 * i), now)
        for i in range(1, 5)
    ]
    page = browser.post(f"{HOURS}/closures", data=closure()).text

    proposed = [hidden(page)[f"shown-{v.reference}"] for v in (visit, *others)]
    assert len(set(proposed)) == 5


def test_people_who_take_turns_are_proposed_a_time_that_takes_all_of_them(browser, network, cast, now):
    network.document_check.party_served = "in_a_row"
    db.session.commit()
    party = make(cast.fuxingcheng, network.document_check, ELEVEN, now, people=3)
    make(cast.fuxingcheng, network.document_check, at("2026-11-25", "15:10"), now)

    page = browser.post(f"{HOURS}/closures", data=closure()).text

    # 14:30 is free for two only, for 15:10 is taken.
    shown = f"fuxingcheng {at('2026-11-25', '15:30').isoformat()}"
    assert hidden(page)[f"shown-{party.reference}"] == shown
    close_morning(browser)
    moved = again(party)
    assert (moved.starts_at, moved.ends_at) == (at("2026-11-25", "15:30"), at("2026-11-25", "16:30"))
    assert_ledger()


def test_one_desk_is_enough_for_people_who_take_turns(browser, network, cast, now):
    network.document_check.party_served = "in_a_row"
    db.session.commit()
    party = make(cast.fuxingcheng, network.document_check, ELEVEN, now, people=3)
    day = {"plan_version": station().plan_version, "day": "2026-11-25", "choice": "open",
           "day-0-opens": "09:00", "day-0-closes": "12:00", "day-0-desks": "1"}  # fmt: skip

    assert "This change touches nobody" in browser.post(f"{HOURS}/days", data=day).text
    page = browser.post(f"{HOURS}/days", data={**day, "day-0-closes": "11:40"}).text

    assert party.reference in page


def test_without_a_time_at_home_the_nearest_station_that_offers_it_is_proposed(browser, network, cast, visit):
    long = closure(until_day="2027-01-31", until_time="17:00")

    page = browser.post(f"{HOURS}/closures", data=long).text

    # Both others offer it; the central window is nearer.
    assert hidden(page)[f"shown-{visit.reference}"].startswith("central-window ")


def test_nobody_is_sent_to_a_point_that_is_retired(browser, network, cast, now, visit):
    network.central.retired_at = now
    db.session.commit()
    page = browser.post(f"{HOURS}/closures", data=closure(until_day="2027-01-31", until_time="17:00")).text

    assert hidden(page)[f"shown-{visit.reference}"].startswith("jiangdong ")
    done = browser.post(f"{HOURS}/closures", data={**hidden(page), "for_all": "move", "step": "save"})
    assert done.status_code == 303
    assert again(visit).station.slug == "jiangdong"


def test_papers_are_not_followed_to_a_station_that_they_cannot_reach(browser, network, cast, now):
    for place in (cast.fuxingcheng, network.jiangdong):
        factories.offer(place, network.collect)
    case = factories.build_case(network.visit_type, cast.fuxingcheng)
    visit = factories.build_appointment(
        cast.fuxingcheng, network.collect, starts_at=ELEVEN, case_id=case.id, name=""
    )

    page = browser.post(f"{HOURS}/closures", data=closure(until_day="2027-01-31")).text

    assert hidden(page)[f"shown-{visit.reference}"] == ""
    assert "No free time was found." in page


def test_fewer_desks_than_bookings_are_told_with_numbers(browser, network, cast, now, visit):
    second = factories.build_appointment(cast.fuxingcheng, network.document_check, starts_at=ELEVEN)
    day = {"plan_version": station().plan_version, "day": "2026-11-25", "choice": "open",
           "day-0-opens": "09:00", "day-0-closes": "12:00", "day-0-desks": "2"}  # fmt: skip
    browser.post(f"{HOURS}/days", data={**day, "step": "save"})

    page = browser.post(
        f"{HOURS}/days", data={**day, "plan_version": station().plan_version, "day-0-desks": "1"}
    ).text

    assert second.reference in page
    assert "Wednesday 25 November, 11:00</time>: 2 booked, 1 desks." in page


# --- saving it ----------------------------------------------------------------------------------


def test_people_are_moved_at_once_and_told_after_ten_minutes(browser, visit, now):
    answer = close_morning(browser)

    assert answer.status_code == 303
    moved = again(visit)
    assert moved.starts_at == at("2026-11-25", "14:30")
    assert moved.status == "booked"
    assert messages(visit)[0] == ("moved_by_us", now + timedelta(minutes=10))
    assert [kind for kind, _at in messages(visit)][1:] == ["reminder-1440", "reminder-120"]
    assert "Needs a call" not in browser.get("/staff/today").text
    assert len(desks_taken()) == 4  # the four cells of the new time, none of the old


def test_the_letter_says_what_was_why_and_what_is(browser, visit, now):
    close_morning(browser)
    moved = again(visit)
    claimed = ClaimedMessage(
        1, letters.TOPIC, visit.id, moved.revision, "moved_by_us", "email", None, 1, "w", "5ec"
    )

    letter = letters.compose(claimed, now)

    assert isinstance(letter, Letter)
    assert letter.subject == "We moved your visit: Wed 25 Nov, 14:30, Fuxingcheng"
    assert "Fuxingcheng cannot receive you on Wed 25 Nov, 11:00: typhoon." in letter.text
    assert "台风" in letter.text
    assert letter.calendar.method == "REQUEST"


def test_the_visits_own_page_says_that_we_moved_it(browser, client, visit):
    close_morning(browser)

    client.get(f"/v/{visit.token}", follow_redirects=True)
    page = client.get("/en/visit").text

    assert "We had to move your visit" in page
    assert "cannot receive you on Wed 25 Nov, 11:00: typhoon." in page


def test_a_choice_for_one_person_goes_before_that_for_all(browser, network, cast, now, visit):
    other = make(cast.fuxingcheng, network.document_check, ELEVEN + timedelta(minutes=20), now)

    close_morning(browser, **{f"choice-{visit.reference}": "cancel", f"choice-{other.reference}": "keep"})

    assert again(visit).status == "cancelled"
    assert messages(visit) == [("cancelled_by_us", now + timedelta(minutes=10))]
    assert again(other).starts_at == other.starts_at
    # Who is kept where the door is closed is not reminded to come, so somebody says by which door.
    assert "Needs a call: 1 visit" in browser.get("/staff/today").text


def test_who_is_asked_to_choose_has_the_time_kept_for_48_hours(browser, client, clock, visit, now):
    close_morning(browser, for_all="ask")

    assert again(visit).starts_at == ELEVEN
    offer = db.session.scalars(db.select(TimeOffer)).one()
    assert (offer.hold.starts_at, offer.until) == (at("2026-11-25", "14:30"), ELEVEN)
    waiting = db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.topic == "offer")).one()
    assert (waiting.kind, waiting.send_at) == ("offer-instead", now + timedelta(minutes=10))
    assert "Needs a call" not in browser.get("/staff/today").text
    for channel in ("email", "sms"):
        asked = ClaimedMessage(0, "offer", offer.id, 0, "offer-instead", channel, None, 1, "w", "s")
        letter = offer_letters.compose(asked, now)
        if channel == "email":
            assert "Fuxingcheng cannot receive you on Wed 25 Nov, 11:00: typhoon." in letter.text

    client.get(f"/en/offer/{offer.token}")
    client.post("/en/offer/take")

    assert again(visit).starts_at == at("2026-11-25", "14:30")
    assert not again(visit).asked


def test_nothing_invites_to_a_time_that_is_not_possible_any_more(browser, client, visit, now):
    close_morning(browser, for_all="ask")

    assert messages(visit) == [] or {kind for kind, _at in messages(visit)} == {"offer-instead"}
    claimed = ClaimedMessage(0, "appointment", visit.id, 0, "reminder-1440", "email", None, 1, "w", "s")
    assert letters.compose(claimed, now) == Skip("asked to choose another time")
    client.get(f"/v/{visit.token}")
    page = client.get("/en/visit").text
    assert "Your old time is not possible any more." in page
    assert "Fuxingcheng cannot receive you on Wed 25 Nov, 11:00: typhoon." in page
    assert "We keep a new time for you until 11:00 tomorrow: " in page
    assert "14:30" in page
    for inviting in ("I will come", "Come 5 minutes early", "Add to my calendar", "You keep your time"):
        assert inviting not in page
    assert client.get("/en/visit/come").status_code == 303
    client.post("/en/visit/come")
    assert again(visit).confirmed_at is None
    assert "A new time for your visit" in client.get("/en/offer").text
    board = browser.get("/staff/today?day=2026-11-25").text
    assert "This time is not possible: asked to choose another" in board
    assert "Check in" not in board


def test_who_does_not_choose_is_called_a_day_before_and_can_still_choose_after(
    browser, client, clock, visit, now
):
    close_morning(browser, for_all="ask")
    clock.move(hours=3)
    fresh = browser.application.test_client()
    fresh.post("/staff", data={"username": "tom", "password": factories.PASSWORD})
    page = fresh.get("/staff/today").text
    assert "Needs a call: 1 visit" in page
    assert "Asked to choose another time, no answer yet" in page
    assert "Which other time suits you?" in page

    clock.move(hours=24)  # the old time has come and gone
    fresh = browser.application.test_client()
    fresh.post("/staff", data={"username": "tom", "password": factories.PASSWORD})
    assert "Needs a call: 1 visit" in fresh.get("/staff/today").text
    page = fresh.get(f"/staff/visits/{visit.reference}").text
    assert "Did not come" not in page
    move = {"starts_at": at("2026-11-26", "09:00").isoformat()}
    assert fresh.post(f"/staff/visits/{visit.reference}/move", data=move).status_code == 303
    assert again(visit).starts_at == at("2026-11-26", "09:00")
    assert "Needs a call" not in fresh.get("/staff/today").text
    assert_ledger()


def test_who_declines_and_chooses_nothing_is_called_at_once(browser, client, network, cast, clock, now):
    make(cast.fuxingcheng, network.document_check, at("2026-12-03", "09:00"), now)
    _ask_of_thursday(now)
    assert "Needs a call" not in browser.get("/staff/today").text
    client.get(f"/en/offer/{db.session.scalars(db.select(TimeOffer)).one().token}")
    client.post("/en/offer/decline")
    assert "Needs a call: 1 visit" in browser.get("/staff/today").text


def _ask_of_thursday(now):
    edit = ClosureEdit(
        ClosedInterval(Interval(at("2026-12-03", "09:00"), at("2026-12-03", "12:00")), TYPHOON)
    )
    save = PlanSave("fuxingcheng", edit, station().plan_version, "tom")
    transact(save_plan, save, Decisions(for_all=Choice.ASK), now=now)


def test_who_did_not_choose_is_on_the_call_list_after_two_days(browser, network, cast, clock, now):
    make(cast.fuxingcheng, network.document_check, at("2026-12-03", "09:00"), now)
    _ask_of_thursday(now)
    assert "Needs a call" not in browser.get("/staff/today").text

    clock.move(hours=49)
    browser.post("/staff", data={"username": "tom", "password": factories.PASSWORD})

    assert "Needs a call: 1 visit" in browser.get("/staff/today").text


def test_who_is_asked_without_messages_gets_none(browser, visit, now):
    close_morning(browser, for_all="ask", step="save_quietly", why_quiet="I call everybody.")

    assert db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.topic == "offer")).all() == []
    assert "Needs a call: 1 visit" in browser.get("/staff/today").text


def test_without_messages_a_reason_is_asked_and_people_stay_on_the_call_list(browser, visit, now):
    refused = close_morning(browser, step="save_quietly")
    assert refused.status_code == 422
    assert "Write why no messages are sent." in refused.text
    assert db.session.scalars(db.select(Closure)).all() == []

    close_morning(browser, step="save_quietly", why_quiet="I called everybody.")

    assert [kind for kind, _at in messages(visit)] == ["reminder-1440", "reminder-120"]
    board = browser.get("/staff/today").text
    assert "Needs a call: 1 visit" in board
    assert "Now: " in board
    browser.post(f"/staff/visits/{visit.reference}/told")
    assert "Needs a call" not in browser.get("/staff/today").text


def test_somebody_without_contact_stays_on_the_list_also_when_moved_elsewhere(
    browser, network, cast, now, visit
):
    visit.email = ""
    factories.save(visit)
    long = closure(until_day="2027-01-31", until_time="17:00")
    page = browser.post(f"{HOURS}/closures", data=long).text
    browser.post(f"{HOURS}/closures", data={**hidden(page), "for_all": "move", "step": "save"})
    assert again(visit).station_id == network.central.id

    assert "Needs a call: 1 visit" in browser.get("/staff/today").text
    assert browser.get(f"/staff/visits/{visit.reference}").status_code == 200
    browser.post(f"/staff/visits/{visit.reference}/told")
    assert "Needs a call" not in browser.get("/staff/today").text


def test_holds_inside_the_change_end_and_are_shown_other_times(browser, network, cast, now):
    kept = transact(hold, HoldRequest("fuxingcheng", "document-check", ELEVEN), now=now)
    page = browser.post(f"{HOURS}/closures", data=closure()).text
    assert "1 person is choosing now." in page

    browser.post(f"{HOURS}/closures", data={**hidden(page), "step": "save"})

    request = BookingRequest(kept.public_id, "k", Contact("A", "a@example.org"), "en")
    with pytest.raises(SlotUnavailable) as refused:
        transact(book, request, now=now)
    assert refused.value.alternatives[0].interval.start == at("2026-11-25", "14:30")
    assert desks_taken() == {}
