"""Changes of a plan that displace people: seen before, decided, told after ten minutes, undone."""

import re
from datetime import timedelta

import pytest

from app.appointments.availability.policy import SlotUnavailable
from app.appointments.booking.operations import BookingRequest, book
from app.appointments.contacts import Contact
from app.appointments.holds.operations import HoldRequest, hold
from app.appointments.letters import letters
from app.db import db, transact
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import Later, Letter
from app.notifications.models import OutboxMessage
from app.stations.models import Closure
from tests import factories
from tests.factories import at
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.planning.displacing import (
    ELEVEN,
    HOURS,
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

    # Wednesday has 9 + 7 slots of 20 minutes at one desk, one is booked; the morning's 9 go, and who
    # had one of them takes one of the afternoon.
    assert re.search(r"Document check</th><td>15</td><td>6</td>", page)


def test_places_that_new_times_take_on_other_days_are_counted_too(browser, network, cast, now):
    for i in range(9):
        make(
            cast.fuxingcheng,
            network.document_check,
            at("2026-11-25", "09:00") + timedelta(minutes=20 * i),
            now,
        )
    page = browser.post(f"{HOURS}/closures", data=closure(until_time="17:30")).text

    # 7 free on Wednesday, 16 on the day of the new times; then none and 7.
    assert re.search(r"Document check</th><td>23</td><td>7</td>", page)


def test_where_nothing_is_left_to_book_the_look_says_so_though_no_visit_is_touched(browser, cast):
    page = browser.post(f"{HOURS}/closures", data=closure(until_time="17:30")).text

    assert "This change touches no booked visit" in page
    assert "On these days nobody can book any more" in page
    assert "Document check: 16 free places now, none after." in page


def test_the_look_before_shows_no_link_that_opens_a_visit(browser, visit):
    page = browser.post(f"{HOURS}/closures", data=closure()).text

    assert "/v/…" in page
    assert visit.token not in page


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

    assert "This change touches no booked visit" in browser.post(f"{HOURS}/days", data=day).text
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


@pytest.mark.parametrize(("moment", "waits"), [("2026-11-24 20:30", True), ("2026-11-25 08:00", False)])
def test_a_change_of_ours_is_told_in_the_morning(browser, visit, moment, waits):
    close_morning(browser, for_all="move")
    row = db.session.scalars(db.select(OutboxMessage).filter_by(kind="moved_by_us")).one()
    written = letters.compose(ClaimedMessage.of(row, "worker"), at(*moment.split()))
    assert isinstance(written, Later if waits else Letter)


def test_a_change_of_ours_is_told_at_night_when_the_visit_is_near(browser, cast, network, now):
    make(cast.fuxingcheng, network.document_check, at("2026-11-25", "09:00"), now)
    close_morning(browser, for_all="move")
    row = db.session.scalars(db.select(OutboxMessage).filter_by(kind="moved_by_us")).one()
    night = at("2026-11-25", "05:44")
    assert isinstance(letters.compose(ClaimedMessage.of(row, "worker"), night), Letter)
