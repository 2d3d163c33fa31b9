"""Notice, horizon and cut-off as data of the network, a station and a service."""

from datetime import date, timedelta

import pytest

from app.appointments import queries
from app.appointments.holds import HoldRequest, hold
from app.appointments.operations import Target, cancel, reschedule
from app.appointments.policy import OutsideWindow, TooLateToChange
from app.db import db, transact
from app.stations.models import BookingLimits, Station
from tests.factories import at
from tests.integration.staff.displacing import make, station

LIMITS = "/staff/limits"


def save(browser, *, station="", service="", **figures):
    answer = browser.post(LIMITS, data={"station": station, "service": service, **figures})
    assert answer.status_code == 303, answer.text
    db.session.expire_all()


def window(place, service, now):
    found = queries.window_of(service, db.session.get(Station, place.id), now=now)
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

    days = queries.availability(place, network.document_check, first_day=date(2026, 11, 24), days=7, now=now)
    assert [day.day.day for day in days if day.slots] == [25, 26]
    soonest = queries.soonest(place, network.document_check, count=1, now=now)[0]
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

    first = queries.soonest(station(), network.document_check, count=1, now=now)

    assert [slot.interval.start for slot in first] == [at("2026-12-30", "09:00")]
    found = queries.next_available([station()], network.document_check, now=now)
    assert list(found.values()) == [at("2026-12-30", "09:00")]
    found = queries.earliest_available([station()], now=now)
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
