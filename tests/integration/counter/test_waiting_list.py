"""Who waits at the own stations, as a manager sees it, and taking somebody off."""

import re

import pytest

from app import writers
from app.appointments.contacts import Contact
from app.appointments.waitlist import matching
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.models import TimeOffer, WaitingEntry
from app.appointments.waitlist.operations import JoinRequest
from app.appointments.waitlist.rules import WaitingWish
from app.db import db, transact
from app.notifications.models import OutboxMessage
from tests import factories
from tests.factories import at
from tests.integration.planning.displacing import again, make
from tests.waiting import join_list

LIST = "/staff/waiting"
ANY_TIME = WaitingWish()


@pytest.fixture
def wait(cast, network, now):
    """Let a person wait at stations, before the visit that they have."""

    def join(name, *places, visit=None, wish=ANY_TIME, service=network.document_check):
        who = Contact(name, "anna@example.org", "")
        request = JoinRequest(service, places or [cast.fuxingcheng], wish, "en", who, visit)
        return join_list(request, now=now)

    return join


def entry(row):
    db.session.expire_all()
    return db.session.get(WaitingEntry, row.id)


def test_a_manager_sees_who_waits_in_order_with_names_masked(cast, network, wait, now):
    visit = make(cast.fuxingcheng, network.document_check, at("2026-11-30", "10:00"), now)
    wait("Anna Petrova", wish=WaitingWish(until_day=at("2026-11-28", "10:00").date(), afternoon=False))
    wait("", visit=visit)

    page = cast.tom.get(LIST).text

    assert "Petrova" not in page
    assert "anna@" not in page
    assert page.index("A. P.") < page.index(visit.reference)
    assert "until Saturday 28 November 2026; mornings" in " ".join(page.split())
    assert "none yet" in page


def test_who_waits_with_a_visit_of_a_case_has_initials_too(cast, network, wait, now):
    factories.offer(cast.fuxingcheng, network.collect)
    case = factories.build_case(network.visit_type, cast.fuxingcheng, full_name="Olga Ivanova")
    visit = factories.build_appointment(
        cast.fuxingcheng, network.collect, case_id=case.id, name="", starts_at=at("2026-11-30", "10:00")
    )
    wait("", visit=visit, service=network.collect)

    page = cast.tom.get(LIST).text

    assert "O. I." in page
    assert "no name" not in page


def test_the_offer_that_is_open_is_shown(cast, network, wait, now):
    wait("Anna Petrova")
    transact(matching.offer_free_times, cast.fuxingcheng.id, now=now)
    assert db.session.query(TimeOffer).count() == 1

    assert "kept for them now" in cast.tom.get(LIST).text


def test_others_do_not_see_them(cast, network, wait):
    wait("Anna Petrova", network.central)

    assert "Nobody waits here." in cast.tom.get(LIST).text
    assert cast.mei.get(LIST).status_code == 403
    assert "A. P." in cast.ada.get(LIST).text
    assert "Nobody waits here." in cast.ada.get(f"{LIST}?station=fuxingcheng").text


def test_a_person_is_taken_off_with_a_reason_that_is_kept(cast, wait):
    row = wait("Anna Petrova")

    answer = cast.tom.post(f"{LIST}/{row.id}/take-off", data={"reason": "asked by phone"})

    assert answer.status_code == 303
    found = entry(row)
    assert found.ended_at is not None
    assert (found.removed_by, found.removed_because) == ("tom", "asked by phone")
    assert cast.tom.post(f"{LIST}/{row.id}/take-off", data={"reason": "again"}).status_code == 404


def test_who_is_taken_off_is_told(cast, wait, now):
    row = wait("Anna Petrova")
    cast.tom.post(f"{LIST}/{row.id}/take-off", data={"reason": "asked by phone"})

    told = db.session.query(OutboxMessage).filter_by(topic=waitlist.TOPIC, kind="waiting-ended").one()
    joined = db.session.query(OutboxMessage).filter_by(topic=waitlist.TOPIC, kind="waiting-confirm").one()
    letter = writers.compose(told, now)

    assert (told.status, joined.status) == ("waiting", "cancelled")
    assert letter.to == "anna@example.org"
    assert letter.subject == "You are not on the waiting list any more"
    assert "asked by phone" not in letter.text


def test_who_has_a_visit_is_told_at_its_address(cast, network, wait, now):
    visit = make(network.central, network.document_check, at("2026-11-26", "10:00"), now)
    row = wait("", visit=visit)
    cast.tom.post(f"{LIST}/{row.id}/take-off", data={"reason": "asked by phone"})

    told = db.session.query(OutboxMessage).filter_by(kind="waiting-ended").one()
    assert told.channel == "email"
    assert again(visit).status == "booked"


def test_without_a_reason_nobody_is_taken_off(cast, wait):
    row = wait("Anna Petrova")

    answer = cast.tom.post(f"{LIST}/{row.id}/take-off", data={"reason": "  "})

    assert answer.status_code == 422
    assert "Write why this person is taken off the list." in answer.text
    assert entry(row).ended_at is None


def test_who_waits_elsewhere_too_goes_on_waiting_there(cast, network, wait):
    row = wait("Anna Petrova", cast.fuxingcheng, network.jiangdong)

    cast.tom.post(f"{LIST}/{row.id}/take-off", data={"reason": "asked by phone"})

    found = entry(row)
    assert found.ended_at is None
    assert [place.station_id for place in found.places] == [network.jiangdong.id]


def test_a_manager_of_another_station_cannot_take_off(cast, network, wait):
    row = wait("Anna Petrova", network.jiangdong)

    assert cast.tom.post(f"{LIST}/{row.id}/take-off", data={"reason": "no"}).status_code == 404
    assert entry(row).ended_at is None


def test_the_list_of_a_case_shows_its_initials(cast, network, wait, now):
    case = factories.build_case(network.visit_type, network.central, full_name="Boris Ivanov")
    request = JoinRequest(network.collect, [network.central], WaitingWish(), "ru", case=case)
    case.email = "boris@mail.ru"
    db.session.commit()
    join_list(request, now=now)

    page = cast.ada.get(LIST).text

    assert "B. I." in page
    assert not re.search("Boris|Ivanov", page)
