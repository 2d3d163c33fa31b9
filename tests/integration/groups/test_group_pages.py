"""An employer brings several people: list, times, one press; and each visit stays that person's own."""

import io
import re
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from icalendar import Calendar

from app import jobs, writers
from app.appointments.models import Appointment, Hold, HoldStatus
from app.appointments.states import Status
from app.cases.states import LegState
from app.db import db
from app.groups import checking
from app.groups.models import Group, Member
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.models import OutboxMessage
from app.stations import limits
from app.stations.limits import Limits, LimitsChange
from tests.factories import HAIKOU, TUESDAY, add_closure, at, build_case
from tests.integration.appointments.pages import follow, form_with, h1
from tests.integration.groups.conftest import Office, listed


def visits():
    db.session.rollback()
    return db.session.query(Appointment).order_by(Appointment.starts_at, Appointment.id).all()


def messages(topic):
    db.session.rollback()
    return db.session.query(OutboxMessage).filter_by(topic=topic).all()


def test_five_people_are_booked_in_five_presses_and_three_fields(office, cases):
    page = office.book(cases)  # fields: company, e-mail, list; presses: tick, Continue ×2, Check, time, Book
    assert h1(page) == "The visits are booked"
    assert {visit.case_id for visit in visits()} == {case.id for case in cases}
    starts = [visit.starts_at for visit in visits()]
    assert starts == sorted(starts)
    assert (max(starts) - min(starts)).total_seconds() == 2 * 20 * 60  # two desks: 2, 2 and 1
    for case in cases:
        assert case.full_name not in page.text


def test_each_person_gets_a_message_and_the_employer_one(office, cases):
    office.book(cases)
    assert len([m for m in messages("appointment") if m.kind == "confirmation"]) == 5
    (row,) = messages("group")
    letter = writers.compose(row, at("2026-11-24", "09:00"))
    assert letter.to == "hr@acme.example"
    assert letter.subject == "Visits booked: 5"
    link = re.search(r"/g/\w+", letter.text)[0]
    assert h1(office.client.get(link, follow_redirects=True)) == "Visits of your group"
    assert "person0@mail.ru" not in letter.text


def test_pressing_twice_books_once(office, cases):
    office.start()
    check = office.choose(office.go_on(cases))
    office.press(check.text, "Book for all")
    again = office.press(check.text, "Book for all")
    assert h1(again) == "The visits are booked already"
    assert len(visits()) == 5
    assert len(messages("group")) == 1


def test_a_row_is_said_to_be_what_it_is(office, network, cases):
    waiting = build_case(
        network.visit_type, None, passport="AB9990001", legs=(LegState.APPROVED, LegState.IN_REVIEW)
    )
    office.start()
    wrong = f"{cases[0].code},0000\nHK7R4M0P,1111\n{waiting.code},{waiting.passport_last4}\n"
    page = office.check(wrong + listed(cases[1:3]) + "\n" + listed(cases[1:2])).text
    for words in (
        "no case with this code and passport ending",
        "no 0, 1, O, I, L or U",
        "not ready yet",
        "2 people are ready.",
        "1 repeated row is left out.",
        "Continue with the 2 people",
    ):
        assert words in page
    assert cases[0].passport_last4 not in page  # a wrong ending tells nothing of the case
    assert 'value="HK7R4M0P"' in page


def test_who_has_a_visit_already_is_said_and_left_out(office, cases):
    office.book(cases[:2])
    office.start()
    page = office.check(listed(cases[:3])).text
    assert page.count("has a visit already</strong>") == 2
    assert "Continue with 1 person" in page


def test_a_file_is_read_too(office, cases):
    office.start()
    file = (io.BytesIO(("code;last4\n" + listed(cases).replace("\t", ";")).encode()), "list.csv")
    assert "5 people are ready." in office.check("", file=file).text
    bad = (io.BytesIO(b"PK nothing"), "list.xlsx")
    page = office.check("HK7R4M2P,1234", file=bad)
    assert page.status_code == 422
    assert "We cannot read this file." in page.text
    assert 'value="HK7R4M2P"' in page.text


def test_rows_are_added_and_an_empty_list_is_said(office):
    office.start()
    empty = office.check("")
    assert "Paste a list, upload a file, or fill in a row." in empty.text
    more = office.check("HK7R4M2P,1234", more="1").text
    assert more.count('name="code"') == 6


def test_a_group_has_at_most_thirty(office):
    office.start()
    page = office.check("\n".join(f"HK7R4M2P,{n:04}" for n in range(31)))
    assert page.status_code == 422
    assert "at most 30 people" in page.text
    assert page.text.count('name="code"') == 30, "no more than can be booked"
    assert "HK7R4M2P\t0030" in page.text, "what has no row stays in the box"


def test_codes_cannot_be_probed(office, cases, monkeypatch, clock):
    monkeypatch.setattr(checking, "MOST_WRONG_ROWS", 5)
    office.start()
    wrong = "\n".join(f"HK7R4M2{sign},1111" for sign in "ABCDE")
    assert office.check(wrong).status_code == 200
    stopped = office.check(listed(cases))
    assert stopped.status_code == 429
    assert "ready." not in stopped.text
    clock.move(minutes=16)
    assert "5 people are ready." in office.check(listed(cases)).text


def test_an_office_with_a_few_slips_goes_on(office, cases):
    office.start()
    for _again in range(4):
        page = office.check(listed(cases) + "\nHK7R4M2P,1111")
    assert "5 people are ready." in page.text


def test_one_code_is_tried_five_times_only(office, cases):
    office.start()
    for n in range(5):
        office.check(f"{cases[0].code},{n:04}")
    assert "tried too often" in office.check(listed(cases[:1])).text


def test_a_group_that_fits_no_day_is_split(office, network, cases):
    add_closure(network.central, at("2026-11-24", "00:00"), at("2026-11-25", "16:40"))
    add_closure(network.central, at("2026-11-26", "09:40"), at("2027-01-10", "00:00"))
    office.start()
    page = office.go_on(cases)
    assert "No day has room for all." in page.text
    assert "2 of 5 fit on" in page.text
    booked = office.press(office.choose(page).text, "Book for all")
    assert h1(booked) == "The visits are booked"
    days = {visit.starts_at.date().day for visit in visits()}
    assert days == {25, 26}


def test_no_room_at_all_is_said(office, network, cases):
    add_closure(network.central, at("2026-11-24", "00:00"), at("2027-01-10", "00:00"))
    office.start()
    assert "There is no room for all of them" in office.go_on(cases).text


def test_one_place_that_is_gone_books_nobody(office, client, network, cases, desk):
    office.start()
    page = office.go_on(cases)
    block = re.findall(r'name="block" value="([^"]+)"', page.text)[0]
    first = block.partition("@")[2].partition("*")[0]
    clock = f"{datetime.fromisoformat(first).astimezone(HAIKOU):%H:%M}"
    desk.hold(clock, station="central-window")
    desk.hold(clock, station="central-window")
    gone = office.choose(page)
    assert "Somebody took one of these times a moment ago." in gone.text
    db.session.rollback()
    open_holds = db.session.query(Hold).filter_by(status=HoldStatus.OPEN, case_id=None).count()
    assert (open_holds, db.session.query(Hold).filter(Hold.case_id.is_not(None)).count()) == (2, 0)


def test_times_are_kept_for_half_an_hour_and_longer_on_request(office, cases, clock):
    office.start()
    check = office.choose(office.go_on(cases))
    assert "We keep these times for you until" in check.text
    db.session.rollback()
    assert {h.expires_at for h in db.session.query(Hold)} == {clock.time + checking.PAUSE * 2}
    clock.move(minutes=29)
    office.press(check.text, "I need more time")
    clock.move(minutes=14)
    assert h1(office.press(check.text, "Book for all")) == "The visits are booked"


def test_times_that_ran_out_and_are_free_are_taken_again(office, cases, clock):
    office.start()
    check = office.choose(office.go_on(cases), number=-1)
    clock.move(minutes=31)
    assert h1(office.press(check.text, "Book for all")) == "The visits are booked"


def test_who_booked_alone_meanwhile_keeps_that_visit(office, app, cases, desk):
    office.start()
    check = office.choose(office.go_on(cases))
    alone = desk.book(desk.hold("16:10", case=cases[0]))
    page = office.press(check.text, "Book for all")
    assert h1(page) == "The visits are booked"
    assert "1 person has no visit from this booking." in page.text
    assert len(visits()) == 5
    assert alone.id in {visit.id for visit in visits()}


def test_one_is_moved_and_one_cancelled_and_the_others_stay(office, cases):
    office.book(cases)
    before = {visit.id: visit.starts_at for visit in visits()}
    numbers = re.findall(r"/en/business/group/(\d+)\"", office.client.get("/en/business/group").text)
    one = office.client.get(f"/en/business/group/{numbers[-1]}")
    slot = re.findall(r'name="slot" value="([^"]+)"', one.text)[0]
    assert h1(office.press(one.text, 'name="slot"', slot=slot)) == "The visit is moved"
    other = office.client.get(f"/en/business/group/{numbers[-2]}")
    assert h1(office.press(other.text, "Cancel this visit")) == "The visit is cancelled"
    after = {visit.id: visit for visit in visits()}
    changed = [i for i, start in before.items() if after[i].starts_at != start]
    cancelled = [i for i, visit in after.items() if visit.status == Status.CANCELLED]
    assert (len(changed), len(cancelled)) == (1, 1)
    assert set(changed).isdisjoint(cancelled)


def test_a_member_moves_alone_and_the_group_page_shows_it(office, app, cases, clock):
    office.book(cases)
    person = app.test_client()
    page = follow(person, cases[-1]).text
    action, fields = form_with(page, 'name="slot"')
    slot = re.findall(r'name="slot" value="([^"]+)"', page)[-1]
    check = person.post(action, data={**fields, "slot": slot}, follow_redirects=True).text
    action, fields = form_with(check, 'name="hold"')
    person.post(action, data=fields)
    moved = next(visit for visit in visits() if visit.case_id == cases[-1].id)
    assert moved.revision == 1
    assert f'datetime="{slot.partition("@")[2]}' in office.client.get("/en/business/group").text


def test_sheets_and_calendar(office, cases):
    office.book(cases)
    sheets = office.client.get("/en/business/group/sheets").text
    assert sheets.count('class="sheet"') == 5
    assert "Central Window (zh)" in sheets
    calendar = Calendar.from_ical(office.client.get("/en/business/group/visits.ics").data)
    assert len(calendar.walk("VEVENT")) == 5


def test_each_person_can_choose_alone(office, cases):
    office.start()
    page = office.press(office.go_on(cases).text, "Send the links")
    assert "We write to 5 people." in page.text
    rows = messages("group-invite")
    letters = [writers.compose(row, at("2026-11-24", "09:00")) for row in rows]
    assert {letter.to for letter in letters} == {case.email for case in cases}
    assert f"/c/{cases[0].link}" in letters[0].text
    assert visits() == []


def test_advice_for_a_party_needs_a_number_only(office, network):
    wrong = office.start(service="document-check")
    assert wrong.status_code == 422
    network.document_check.max_party = 2
    db.session.commit()
    page = office.start(service="document-check", people="7")
    booked = office.press(office.choose(page).text, "Book for all")
    assert h1(booked) == "The visits are booked"
    assert sum(visit.party_size for visit in visits()) == 7
    assert {visit.email for visit in visits()} == {"hr@acme.example"}
    row = db.session.query(OutboxMessage).filter_by(kind="group-booked").one()
    letter = writers.compose(ClaimedMessage.of(row, "worker"), TUESDAY)
    assert "Who comes at the same time shares one visit, which is changed for all of them." in letter.text
    assert "can change their own visit" not in letter.text


def test_parties_that_take_turns_follow_each_other_and_none_overlaps(app, office, network, monkeypatch):
    network.document_check.max_party, network.document_check.party_served = 2, "in_a_row"
    network.central.offers = [o for o in network.central.offers if o.service_id == network.collect.id]
    db.session.commit()
    told = office.choose(office.start(service="document-check", people="5"))
    assert "So many times of one day cannot be kept from your network at once." in told.text
    settings = app.extensions["settings"]
    much = settings.origins.model_copy(update={"of_day_percent": 100})
    monkeypatch.setitem(app.extensions, "settings", settings.model_copy(update={"origins": much}))
    booked = office.press(office.choose(told).text, "Book for all")
    assert h1(booked) == "The visits are booked"
    found = sorted(visits(), key=lambda visit: visit.starts_at)
    assert sorted(visit.party_size for visit in found) == [1, 2, 2]
    assert all(visit.interval.length == visit.party_size * timedelta(minutes=20) for visit in found)
    assert all(one.ends_at <= two.starts_at for one, two in pairwise(found))
    assert {visit.desks for visit in found} == {1}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"company": ""}, "Enter the name of the company."),
        ({"email": ""}, "Enter an e-mail address or a phone number."),
        ({"email": "hr@"}, "Enter an e-mail address like name@example.com."),
        ({"consent": None}, "Say that these people know. Tick the box."),
    ],
)
def test_who_books_is_asked_completely(office, network, typed, words):
    given = {name: value for name, value in typed.items() if value is not None}
    if "consent" in typed:
        page = office.client.post("/en/business", data={"company": "Acme", "email": "hr@acme.example",
                                                       "service": "collect-permits"})  # fmt: skip
    else:
        page = office.start(**given)
    assert page.status_code == 422
    assert words in page.text


def test_nobody_sees_the_group_of_others(app, office, cases):
    office.book(cases)
    stranger = app.test_client()
    for path in ("group", "group/1", "group/sheets", "group/visits.ics", "check", "time", "people"):
        answer = stranger.get(f"/en/business/{path}", follow_redirects=True)
        assert answer.request.path == "/en/business"
    stranger.post("/en/business/group/1/cancel")
    assert all(visit.status == Status.BOOKED for visit in visits())
    assert stranger.get("/g/ABCDEFGHJK").status_code == 410


def test_drafts_are_forgotten_with_their_times(office, cases, clock):
    office.start()
    office.choose(office.go_on(cases))
    clock.move(hours=25)
    jobs.forget_contacts()
    db.session.rollback()
    assert db.session.query(Group).count() == db.session.query(Member).count() == 0


def test_a_browser_whose_draft_was_forgotten_does_not_open_the_next_group(office, app, cases, clock):
    office.start()
    clock.move(hours=23)
    office.client.get("/en/business/people")  # the session lives on, longer than the draft
    clock.move(hours=2)
    jobs.forget_contacts()
    other = Office(app.test_client())
    other.start(company="Other Ltd", email="boss@other.example")  # SQLite gives its row the freed number

    page = office.client.get("/en/business").text
    assert "Other Ltd" not in page
    assert "boss@other.example" not in page


def test_a_booked_group_is_kept_until_some_weeks_after_its_last_visit(office, cases, clock, monkeypatch):
    monkeypatch.setattr("app.groups.operations.KEEP_BOOKED", timedelta(days=1))
    office.book(cases)
    last = max(visit.ends_at for visit in visits())
    clock.time = last + timedelta(days=29)
    jobs.forget_contacts()
    assert db.session.query(Group).count() == 1
    clock.move(days=2)
    jobs.forget_contacts()
    db.session.rollback()
    assert db.session.query(Group).count() == 0


def test_the_operators_horizon_is_that_of_groups_too(office, cases, network):
    limits.save(LimitsChange(None, None, Limits(horizon_days=32), "ada"), now=TUESDAY)
    add_closure(network.central, at("2026-11-24", "00:00"), at("2026-12-25", "00:00"))
    office.start()
    assert "25 Dec" in office.go_on(cases).text


def test_a_booked_group_is_forgotten_later_and_its_visits_stay(office, cases, clock):
    office.book(cases)
    clock.move(days=89)
    jobs.forget_contacts()
    assert db.session.query(Group).count() == 1
    clock.move(days=2)
    jobs.forget_contacts()
    db.session.rollback()
    assert db.session.query(Group).count() == 0
    assert len(visits()) == 5


def test_an_old_page_keeps_the_list(csrf_client, network):
    page = csrf_client.post("/en/business", data={"company": "Acme", "csrf_token": "old"})
    assert page.status_code == 400
    assert 'value="Acme"' in page.text


def test_a_booked_group_cannot_be_changed_by_an_older_tab(office, cases):
    office.start()
    times = office.go_on(cases)
    office.press(office.choose(times).text, "Book for all")
    assert h1(office.choose(times)) == "Visits of your group"


def test_home_leads_there(client, network):
    assert "/en/business" in client.get("/en/").text
