"""Notice, horizon and cut-off as data of the network, a station and a service."""

from datetime import date, timedelta

import pytest

from app.appointments.availability import free_times, rules
from app.appointments.availability.policy import OutsideWindow, TooLateToChange
from app.appointments.booking.operations import BookingRequest, Target, book, cancel, reschedule
from app.appointments.booking.refusals import TooManyVisits
from app.appointments.contacts import Contact
from app.appointments.holds.operations import HoldRequest, hold
from app.appointments.models import Hold
from app.appointments.waitlist import matching
from app.appointments.waitlist.operations import JoinRequest
from app.appointments.waitlist.rules import WaitingWish
from app.db import db, transact
from app.stations.models import BookingLimits, Station
from app.stations.party import PartyServedUnknown, read_party_served
from tests import factories
from tests.factories import at
from tests.integration.appointments.conftest import Desk
from tests.integration.appointments.pages import press
from tests.integration.planning.displacing import again, make, station
from tests.integration.together import run_together, step
from tests.waiting import join_list

LIMITS = "/staff/limits"


def save(browser, *, station="", service="", **figures):
    answer = browser.post(LIMITS, data={"station": station, "service": service, **figures})
    assert answer.status_code == 303, answer.text
    db.session.expire_all()


def window(place, service, now):
    found = rules.window_of(service, db.session.get(Station, place.id), now=now)
    return found.start - now, found.end


def test_without_rules_the_service_decides(network, now):
    assert window(network.central, network.document_check, now) == (timedelta(0), at("2026-12-25", "00:00"))


def test_the_narrowest_rule_decides_and_others_stay(cast, network, now):
    ada = cast.ada
    save(ada, lead_minutes="60", horizon_days="20")
    save(ada, station="central-window", lead_minutes="120")
    save(ada, service="document-check", lead_minutes="180")
    save(ada, station="central-window", service="document-check", horizon_days="3")

    check, collect = network.document_check, network.collect
    assert window(network.central, check, now) == (timedelta(hours=3), at("2026-11-28", "00:00"))
    assert window(network.central, collect, now) == (timedelta(hours=2), at("2026-12-15", "00:00"))
    assert window(network.jiangdong, check, now) == (timedelta(hours=3), at("2026-12-15", "00:00"))


def test_an_emptied_figure_is_decided_by_the_wider_rule_again(cast, network, now):
    save(cast.ada, lead_minutes="60")
    save(cast.ada, station="central-window", lead_minutes="0")
    assert window(network.central, network.document_check, now)[0] == timedelta(0)

    save(cast.ada, station="central-window", lead_minutes="")

    assert window(network.central, network.document_check, now)[0] == timedelta(hours=1)
    assert len(db.session.scalars(db.select(BookingLimits)).all()) == 2


def test_what_is_shown_and_what_is_booked_keep_to_them(cast, network, client, now):
    save(cast.ada, station="fuxingcheng", lead_minutes="1440", horizon_days="2")
    place = station()

    days = free_times.availability(
        place, network.document_check, first_day=date(2026, 11, 24), days=7, now=now
    )
    assert [day.day.day for day in days if day.slots] == [25, 26]
    soonest = free_times.soonest(place, network.document_check, count=1, now=now)[0]
    assert soonest.interval.start == at("2026-11-25", "09:00")
    for start in (at("2026-11-24", "15:00"), at("2026-11-27", "09:00")):
        with pytest.raises(OutsideWindow):
            transact(hold, HoldRequest("fuxingcheng", "document-check", start), now=now)
    found = client.get(
        "/api/v1/stations/fuxingcheng/availability?service=document-check&from=2026-11-24&days=7"
    )
    assert [day["date"] for day in found.json["days"] if day["slots"]] == ["2026-11-25", "2026-11-26"]


def test_a_longer_horizon_than_the_services_own_is_looked_at_to_its_end(cast, network, now):
    save(cast.ada, station="fuxingcheng", horizon_days="37", lead_minutes=str(36 * 24 * 60))

    first = free_times.soonest(station(), network.document_check, count=1, now=now)

    assert [slot.interval.start for slot in first] == [at("2026-12-30", "09:00")]
    found = free_times.next_available([station()], network.document_check, now=now)
    assert list(found.values()) == [at("2026-12-30", "09:00")]
    found = free_times.earliest_available([station()], now=now)
    assert list(found.values()) == [at("2026-12-30", "09:00")]


def test_after_the_cut_off_only_staff_change_a_visit(cast, network, now):
    visit = make(cast.fuxingcheng, network.document_check, at("2026-11-24", "14:30"), now)
    save(cast.ada, cutoff_minutes="240")
    late = at("2026-11-24", "10:31")
    target = Target("fuxingcheng", at("2026-11-25", "09:00"))

    for change in ((reschedule, visit.reference, target), (cancel, visit.reference)):
        with pytest.raises(TooLateToChange):
            transact(*change, now=late)
    moved = transact(reschedule, visit.reference, target, now=late, actor="tom")
    assert moved.starts_at == target.starts_at
    transact(cancel, visit.reference, now=at("2026-11-25", "05:00"))


def test_the_page_says_that_it_is_too_late(cast, network, client, clock, now):
    visit = make(cast.fuxingcheng, network.document_check, at("2026-11-24", "14:30"), now)
    save(cast.ada, cutoff_minutes="600")

    client.get(f"/v/{visit.token}")
    page = client.get("/en/visit").text
    assert "too late to change this visit here" in page
    assert "Cancel this visit" not in page

    client.post("/en/visit/cancel")

    assert db.session.get(type(visit), visit.id).status == "booked"


def test_no_time_is_offered_for_a_move_that_would_be_refused(cast, network, client, now):
    visit = make(network.central, network.document_check, at("2026-11-24", "16:30"), now)
    client.get(f"/v/{visit.token}")
    times = "/en/book/time?service=document-check&move=1&place=central-window"
    page = client.get(times).text
    assert "central-window@2026-11-24T16:10+08:00" in page
    assert "central-window@2026-11-24T16:30+08:00" not in page  # it has that one
    wish = JoinRequest(visit.service, [visit.station], WaitingWish(), "en", visit=visit)
    join_list(wish, now=now)

    save(cast.ada, cutoff_minutes="600")

    assert client.get(times).headers["Location"].endswith("/en/visit")
    slot = {"slot": "central-window@2026-11-25T09:00+08:00", "service": "document-check", "move": "1"}
    assert client.post("/en/book/hold", data=slot).headers["Location"].endswith("/en/visit")
    assert transact(matching.offer_free_times, visit.station_id, now=now) == 0
    save(cast.ada, cutoff_minutes="60")
    assert transact(matching.offer_free_times, visit.station_id, now=now) == 1


def test_too_late_to_change_is_not_too_late_to_say_i_will_come_or_where_to_write(cast, network, client, now):
    visit = make(cast.fuxingcheng, network.document_check, at("2026-11-24", "14:30"), now)
    save(cast.ada, cutoff_minutes="600")

    page = client.get(f"/v/{visit.token}/come", follow_redirects=True).text
    assert "Will you come?" in page
    page = client.get("/en/visit").text
    assert 'action="/en/visit/come"' in page
    assert "You told us that you will come." in client.post("/en/visit/come", follow_redirects=True).text

    typed = {"email": "right@example.org", "phone": "", "language": "en"}
    press(client, client.get("/en/visit/contact").text, 'name="email"', **typed)
    assert again(visit).email == "right@example.org"


@pytest.mark.parametrize(
    "figures",
    [{"lead_minutes": "-1"}, {"horizon_days": "0"}, {"horizon_days": "9999"}, {"cutoff_minutes": "²"},
     {"lead_minutes": "a day"}],
)  # fmt: skip
def test_a_figure_that_cannot_be_is_refused_and_kept(cast, figures):
    answer = cast.ada.post(LIMITS, data={"station": "", "service": "", **figures})

    assert answer.status_code == 422
    assert "enter a number from" in answer.text
    assert f'value="{next(iter(figures.values()))}"' in answer.text
    assert db.session.scalars(db.select(BookingLimits)).all() == []


def test_only_administrators_open_it_and_unknown_names_are_not_found(cast, network):
    assert cast.tom.get(LIMITS).status_code == 403
    assert cast.ada.get(f"{LIMITS}?station=atlantis").status_code == 404
    assert cast.ada.get(f"{LIMITS}?service=nothing").status_code == 404
    page = cast.ada.get(f"{LIMITS}?station=central-window&service=document-check").text
    assert "Empty: 30, from a wider rule." in page


# --- people who come together ---


def test_the_narrowest_rule_says_how_a_party_is_served(cast, network, now):
    central, check = network.central, network.document_check

    def in_a_row(place):
        return rules.rules_at(db.session.get(Station, place.id), check).in_a_row

    assert not in_a_row(central)
    save(cast.ada, service="document-check", party_served="in_a_row")
    save(cast.ada, station="central-window", service="document-check", party_served="side_by_side")

    assert (in_a_row(central), in_a_row(network.jiangdong)) == (False, True)
    page = cast.ada.get(f"{LIMITS}?station=central-window&service=document-check").text
    assert "Without a choice: One after another at one desk" in page
    assert '<option value="side_by_side" selected>' in page
    save(cast.ada, station="central-window", service="document-check", party_served="")
    assert in_a_row(central)


def test_a_way_of_serving_that_we_do_not_have_is_refused(cast):
    answer = cast.ada.post(LIMITS, data={"station": "", "service": "", "party_served": "in_a_circle"})

    assert answer.status_code == 422
    assert "Choose how people who come together are served" in answer.text
    assert db.session.scalars(db.select(BookingLimits)).all() == []
    with pytest.raises(PartyServedUnknown) as refused:
        read_party_served("in_a_circle")
    assert refused.value.code == "party_served_unknown"


# --- visits of one person ----------------------------------------------------------------------------


def test_one_address_or_number_holds_only_so_many_visits_in_the_network(cast, network, now):
    save(cast.ada, contact_visits="1")
    mine = {"email": "Maria@example.org", "phone": "+86 138 0013 8000"}
    first = make(network.central, network.document_check, at("2026-11-25", "10:00"), now, **mine)

    others = {"11:00": {"email": "maria@example.org"}, "11:20": {"email": "", "phone": "13800138000"}}
    for clock, other in others.items():
        with pytest.raises(TooManyVisits):
            make(network.jiangdong, network.document_check, at("2026-11-25", clock), now, **other)
    make(network.jiangdong, network.document_check, at("2026-11-25", "11:40"), now, email="anna@example.org")

    transact(cancel, first.reference, now=now)
    make(network.central, network.document_check, at("2026-11-25", "10:20"), now, **mine)


def test_another_address_cannot_be_given_to_a_visit_to_get_round_the_limit(cast, network, client, now):
    save(cast.ada, contact_visits="1")
    make(network.central, network.document_check, at("2026-11-25", "10:00"), now)
    free = at("2026-11-25", "10:20")
    second = make(network.central, network.document_check, free, now, email="anna@example.org")
    client.get(f"/v/{second.token}", follow_redirects=True)
    page = client.get("/en/visit/contact").text

    refused = press(client, page, 'name="email"', email="maria@example.org", phone="", language="en")
    assert refused.status_code == 409
    assert "as many visits as one person may have" in refused.text
    assert 'value="maria@example.org"' in refused.text
    assert again(second).email == "anna@example.org"

    press(client, page, 'name="email"', email="anna@example.org", phone="+86 138 0013 8000", language="en")
    assert again(second).phone == "+86 138 0013 8000"


def test_cancel_book_and_undo_is_no_way_round_the_limit(cast, network, client, now):
    save(cast.ada, contact_visits="1")
    first = make(network.central, network.document_check, at("2026-11-25", "10:00"), now)
    client.get(f"/v/{first.token}")
    client.post("/en/visit/cancel")
    second = make(network.central, network.document_check, at("2026-11-25", "10:20"), now)

    page = client.post("/en/visit/restore", follow_redirects=True).text
    assert "as many visits as one person may have" in page
    assert again(first).status == "cancelled"

    transact(cancel, second.reference, now=now)
    client.post("/en/visit/restore")
    assert again(first).status == "booked"


def test_visits_of_cases_that_name_the_same_address_do_not_count(cast, network, now):
    save(cast.ada, contact_visits="1")
    desk = Desk(network, now)
    for clock in ("10:00", "10:20"):
        case = factories.build_case(network.visit_type, papers_at=network.central, email="hr@example.org")
        desk.visit(clock, day="2026-11-25", case=case)

    make(network.central, network.document_check, at("2026-11-25", "11:00"), now, email="hr@example.org")


def test_a_visit_that_is_over_does_not_count(cast, network, now):
    save(cast.ada, contact_visits="1")
    make(network.central, network.document_check, at("2026-11-25", "10:00"), now)

    make(network.central, network.document_check, at("2026-11-27", "10:00"), now + timedelta(days=2))


def test_the_narrowest_rule_says_how_many(cast, network, now):
    save(cast.ada, contact_visits="1")
    save(cast.ada, service="document-check", contact_visits="2")

    for clock in ("10:00", "10:20"):
        make(network.central, network.document_check, at("2026-11-25", clock), now)
    with pytest.raises(TooManyVisits):
        make(network.central, network.document_check, at("2026-11-25", "10:40"), now)


def test_one_too_many_is_said_with_a_stable_code_and_the_time_stays_kept(cast, network, client, now):
    save(cast.ada, contact_visits="1")
    make(network.central, network.document_check, at("2026-11-25", "10:00"), now)
    wish = {"station": "central-window", "service": "document-check",
            "starts_at": at("2026-11-25", "11:00").isoformat(), "party_size": 1}  # fmt: skip
    kept = client.post("/api/v1/holds", json=wish).json

    booking = {"hold_id": kept["hold_id"], "name": "Maria", "email": "maria@example.org"}
    answer = client.post("/api/v1/appointments", json=booking, headers={"Idempotency-Key": "k" * 20})

    assert (answer.status_code, answer.json["code"]) == (409, "too_many_visits")
    assert "as many visits as one person may have" in answer.json["detail"]
    assert db.session.scalars(db.select(Hold.status).where(Hold.public_id == kept["hold_id"])).one() == "open"


def test_two_at_once_are_not_both_let_in(app, cast, network, now):
    save(cast.ada, contact_visits="1")
    wishes = [
        HoldRequest("central-window", "document-check", at("2026-11-25", f"10:{n}0")) for n in (0, 2, 4)
    ]
    kept = [transact(hold, wish, now=now).public_id for wish in wishes]
    contact = Contact("Maria Example", "maria@example.org", "")

    outcomes = run_together(
        app, *(step(book, BookingRequest(name, name, contact, "en"), now=now) for name in kept)
    )

    assert sorted(outcomes) == ["done", "too_many_visits", "too_many_visits"]
