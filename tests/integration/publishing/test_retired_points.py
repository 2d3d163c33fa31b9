"""Nothing that began before a point was retired brings anybody there, and nothing else stands still."""

from functools import partial

import pytest

from app import jobs
from app.appointments.booking import operations
from app.appointments.booking.operations import Target
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.models import Appointment, Hold, HoldStatus
from app.appointments.states import LIVE
from app.appointments.waitlist import matching
from app.appointments.waitlist.models import TimeOffer
from app.appointments.waitlist.operations import JoinRequest
from app.appointments.waitlist.rules import WaitingWish
from app.cases import decisions
from app.db import db, transact
from app.publishing import operations as publishing
from app.publishing.operations import PapersKept, VisitsBooked
from app.stations.models import Station
from app.stations.queries import StationRetired
from tests import factories
from tests.factories import at
from tests.integration.appointments.conftest import Desk
from tests.integration.together import run_together, step
from tests.waiting import join_list


@pytest.fixture
def desk(network, now):
    return Desk(network, now)


def retire(desk, slug="jiangdong"):
    return transact(publishing.retire, slug, username="ada", now=desk.now)


def test_a_visit_is_not_moved_there(network, desk, client):
    kept = desk.hold("10:00", station="central-window", service="document-check")
    visit = desk.book(kept)
    retire(desk)

    answer = client.post(
        f"/api/v1/appointments/{visit.reference}/reschedule",
        json={"station": "jiangdong", "starts_at": at("2026-11-25", "10:00").isoformat()},
        headers={"Authorization": f"Bearer {visit.token}"},
    )

    assert (answer.status_code, answer.json["code"]) == (410, "station_retired")
    assert visit.station.slug == "central-window"


def test_a_time_that_ran_out_is_not_kept_or_booked_again(desk):
    kept = desk.hold("10:00", day="2026-11-25")
    desk.later(minutes=16)
    with pytest.raises(VisitsBooked):  # It can still be confirmed, until it is given back.
        retire(desk)
    desk.release_expired()
    retire(desk)

    with pytest.raises(StationRetired):
        desk.book(kept)
    with pytest.raises(StationRetired):
        desk.extend(kept)


def test_a_cancelled_visit_is_not_restored(desk):
    visit = desk.visit("10:00", day="2026-11-25")
    desk.cancel(visit)
    retire(desk)

    with pytest.raises(StationRetired):
        desk.restore(visit)


def test_who_waits_there_keeps_nobody_else_waiting(network, desk, clock):
    for places in ([network.jiangdong], [network.jiangdong, network.central]):
        person = Contact("Maria", f"maria{len(places)}@example.org", "")
        request = JoinRequest(network.document_check, places, WaitingWish(), "en", person)
        join_list(request, now=desk.now)
    retire(desk)

    jobs.offer_free_times()

    offered = db.session.query(TimeOffer).join(TimeOffer.hold).all()
    assert [one.hold.station.slug for one in offered] == ["central-window"]
    assert transact(matching.offer_free_times, network.jiangdong.id, now=desk.now) == 0


def test_a_point_where_papers_lie_is_not_retired(network, desk, client):
    factories.build_user("ada", role="administrator")
    factories.build_case(network.visit_type, papers_at=network.central)
    client.post("/staff", data={"username": "ada", "password": factories.PASSWORD})

    with pytest.raises(PapersKept):
        retire(desk, "central-window")
    asked = client.get("/staff/points/central-window/retire")
    refused = client.post("/staff/points/central-window/retire")

    assert "The papers of 1 case are here" in asked.text
    assert refused.status_code == 409
    assert "The papers of 1 case are here" in refused.text


def test_papers_that_were_collected_keep_no_point_open(network, desk, now):
    factories.build_case(network.visit_type, papers_at=network.central, collected_at=now)

    retire(desk, "central-window")

    assert db.session.query(Station).filter_by(slug="central-window").one().retired_at


def test_retiring_while_people_book_and_move(app, network, desk, now):
    """Each on a connection of its own: whoever is first, nobody is left at a closed door."""
    at_once = partial(run_together, app)
    for day in ("2026-11-25", "2026-11-26", "2026-11-30", "2026-12-01"):
        moved = desk.book(desk.hold("10:40", day=day, station="central-window"))
        wish = HoldRequest("jiangdong", "document-check", at(day, "10:00"))
        target = Target("jiangdong", at(day, "11:00"))
        outcomes = at_once(
            step(publishing.retire, "jiangdong", username="ada", now=now),
            step(holds.hold, wish, now=now),
            step(operations.reschedule, moved.reference, target, now=now),
        )

        there = db.session.query(Appointment).join(Appointment.station).filter(Station.slug == "jiangdong")
        kept = db.session.query(Hold).join(Hold.station).filter(Station.slug == "jiangdong")
        live = there.filter(Appointment.status.in_(LIVE)).count()
        live += kept.filter(Hold.status == HoldStatus.OPEN, Hold.expires_at > now).count()
        retired = db.session.query(Station).filter_by(slug="jiangdong").one().retired_at is not None
        assert outcomes[0] == ("done" if retired else "visits_booked")
        assert set(outcomes[1:]) <= {"done", "station_retired"}
        assert not (retired and live)
        _open_again(network, retired=retired, now=now)


def test_retiring_while_papers_are_laid_there(app, network, desk, now):
    for _round in range(8):
        case = factories.build_case(network.visit_type)
        retired, laid = run_together(
            app,
            step(publishing.retire, "central-window", username="ada", now=now),
            step(decisions.place_papers, case.number, network.central, "A1", actor="lin", now=now),
        )

        assert (retired, laid) in {("done", "no_handover"), ("papers_kept", "done")}
        if retired == "done":
            transact(publishing.reopen, "central-window", username="ada", now=now)
        else:
            transact(decisions.place_papers, case.number, None, "", actor="lin", now=now)


def _open_again(network, *, retired, now):
    if retired:
        transact(publishing.reopen, "jiangdong", username="ada", now=now)
    for kept in db.session.query(Hold).filter_by(status=HoldStatus.OPEN).all():
        transact(holds.release, kept.public_id)
    for visit in db.session.query(Appointment).filter(Appointment.status.in_(LIVE)).all():
        transact(operations.cancel, visit.reference, now=now)
