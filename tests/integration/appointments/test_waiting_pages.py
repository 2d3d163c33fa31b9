"""The pages of the waiting list: one press on, one press off, and the form behind it."""

import pytest

from app.appointments.waitlist.models import TimeOffer, WaitingEntry
from app.db import db
from app.notifications.models import OutboxMessage
from tests.factories import add_closure, at, build_case
from tests.integration.appointments.pages import book, follow, h1, press

CLOSED_UNTIL_NEXT_YEAR = at("2027-01-10", "09:00")


def entries():
    db.session.rollback()
    return db.session.query(WaitingEntry).order_by(WaitingEntry.id).all()


@pytest.fixture
def shown(client, desk):
    """The page of a visit on Thursday."""
    visit = desk.visit("11:00", day="2026-11-26")
    return client.get(f"/v/{visit.token}", follow_redirects=True).text


@pytest.fixture
def nothing_free(network):
    for station in (network.jiangdong, network.central):
        add_closure(station, at("2026-11-24", "00:00"), CLOSED_UNTIL_NEXT_YEAR)


def test_one_press_switches_on_and_one_off(client, shown):
    on = press(client, shown, "Tell me if an earlier time is free")
    assert "We tell you if an earlier time is free." in on.text
    assert [entry.ended_at for entry in entries()] == [None]
    off = press(client, on.text, "Stop telling me")
    assert "We tell you if an earlier time is free." not in off.text
    assert entries()[0].ended_at is not None


def test_pressing_twice_is_one_entry_and_keeps_what_was_chosen(client, shown):
    press(client, shown, "Tell me if an earlier time is free")
    form = client.get("/en/visit/earlier").text
    press(client, form, 'name="parts"', parts=["morning"], places=["central-window"], from_day="2026-11-25")
    press(client, shown, "Tell me if an earlier time is free")
    entry = entries()[0]
    assert (len(entries()), entry.morning, entry.afternoon) == (1, True, False)
    assert [place.station.slug for place in entry.places] == ["central-window"]
    assert str(entry.from_day) == "2026-11-25"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"parts": []}, "Choose the morning, the afternoon, or both."),
        ({"places": []}, "Choose at least one service point."),
        ({"until_day": "2026-11-23"}, "The last day has passed."),
        ({"from_day": "soon"}, "Write the day as year-month-day"),
        (
            {"from_day": "2026-11-26", "until_day": "2026-11-25"},
            "The last day must not be before the first day.",
        ),
    ],
)
def test_what_cannot_be_meant_is_said_and_kept(client, shown, typed, words):
    given = {"parts": ["morning"], "places": ["jiangdong"], "from_day": "", "until_day": "", **typed}
    page = press(client, client.get("/en/visit/earlier").text, 'name="parts"', **given)
    assert page.status_code == 422
    assert words in page.text
    assert typed.get("from_day", "") in page.text
    assert entries() == []


def test_a_visit_without_any_contact_is_asked_for_one(client, network):
    case = build_case(network.visit_type, papers_at=network.central, email=None, phone=None)
    page = press(client, book(client, case).text, "Tell me if an earlier time is free")
    assert page.request.path == "/en/visit/earlier"
    assert 'name="email"' in page.text
    saved = press(client, page.text, 'name="parts"', parts=["morning"], places=["central-window"],
                  email="anna@mail.ru", phone="", language="en", from_day="", until_day="")  # fmt: skip
    assert h1(saved) == "Your visit"
    assert entries()[0].email == "anna@mail.ru"


def test_when_all_is_full_a_person_with_a_case_waits_in_two_presses(client, case, nothing_free):
    page = follow(client, case)
    form = client.get("/en/collect/waiting").text
    assert "/en/collect/waiting" in page.text
    assert "a•••@mail.ru" in form
    waiting = press(client, form, 'name="parts"', parts=["morning", "afternoon"], places=["central-window"],
                    email="", phone="", language="ru", from_day="", until_day="")  # fmt: skip
    assert h1(waiting) == "You are on the waiting list"
    assert (entries()[0].case_id, entries()[0].language) == (case.id, "ru")


def test_when_all_is_full_anybody_waits_and_stops(client, network, nothing_free):
    times = client.get("/en/book?place=jiangdong&service=document-check", follow_redirects=True).text
    assert "Tell me when a time is free" in times
    form = client.get("/en/book/waiting?service=document-check&place=jiangdong").text
    wrong = press(client, form, 'name="parts"', name="", email="", phone="", language="en",
                  parts=["morning"], places=["jiangdong"])  # fmt: skip
    assert wrong.status_code == 422
    assert "Enter the full name, as in the passport." in wrong.text
    page = press(client, form, 'name="parts"', name="Ann", email="ann@example.org", phone="", language="en",
                 parts=["morning"], places=["jiangdong"])  # fmt: skip
    assert h1(page) == "One step is left: open the link in our message"
    client.head(f"/w/{entries()[0].token}")
    assert entries()[0].confirmed_at is None  # a scanner of mails looked
    page = client.get(f"/w/{entries()[0].token}", follow_redirects=True)
    assert h1(page) == "You are on the waiting list"
    assert entries()[0].confirmed_at is not None
    stopped = press(client, page.text, "Stop telling me")
    assert h1(stopped) == "You are not on the waiting list any more"


def test_who_types_the_address_of_somebody_who_waits_is_given_nothing_of_theirs(
    app, client, network, nothing_free, clock
):
    given = {"language": "en", "parts": ["morning"], "places": ["jiangdong"], "service": "document-check",
             "place": "jiangdong", "email": "ann@example.org"}  # fmt: skip
    pages = []
    for name in ("Ann", "Eve", "Eve"):
        browser = app.test_client()
        done = browser.post("/en/book/waiting", data={**given, "name": name}, follow_redirects=True)
        pages.append(done.text)
        browser.post("/en/waiting/stop")
        assert browser.get("/en/waiting").location.startswith("/en/collect/code")
        clock.move(hours=13)
    assert len(set(pages)) == 1
    (entry,) = entries()
    assert (entry.name, entry.ended_at) == ("Ann", None)
    written = db.session.query(OutboxMessage).filter_by(topic="waiting").all()
    assert len(written) == 2  # the link goes to the address itself, once a day at most


def test_the_link_of_a_message_shows_first_and_stops_by_a_press(client, shown):
    press(client, shown, "Tell me if an earlier time is free")
    token = entries()[0].token
    page = client.get(f"/w/{token}", follow_redirects=True)
    assert page.request.path == "/en/waiting"
    assert entries()[0].ended_at is None
    press(client, page.text, "Stop telling me")
    assert entries()[0].ended_at is not None


def test_a_wrong_link_asks_for_the_code(client, network):
    assert client.get("/w/ABCDEFGHJK").status_code == 410


def test_a_visit_that_is_over_has_no_form(client, desk):
    visit = desk.visit("11:00", day="2026-11-26")
    client.get(f"/v/{visit.token}")
    desk.cancel(visit)
    for ask in (client.get, client.post):
        assert ask("/en/visit/earlier").headers["Location"] == "/en/visit"


def test_one_network_cannot_fill_the_lists(client, network, nothing_free, monkeypatch):
    monkeypatch.setattr("app.appointments.views.waitlist.MOST_JOINS", 1)
    form = client.get("/en/book/waiting?service=document-check&place=jiangdong").text
    given = {"phone": "", "language": "en", "parts": ["morning"], "places": ["jiangdong"]}
    press(client, form, 'name="parts"', name="Ann", email="ann@example.org", **given)
    page = press(client, form, 'name="parts"', name="Bob", email="bob@example.org", **given)
    assert page.status_code == 429
    assert "bob@example.org" in page.text
    assert len(entries()) == 1


def test_a_page_that_was_open_for_long_keeps_what_was_typed(csrf_client, network, nothing_free):
    page = csrf_client.post(
        "/en/book/waiting", data={"service": "document-check", "name": "Ann", "csrf_token": "old"}
    )
    assert page.status_code == 400
    assert 'value="Ann"' in page.text


def test_looking_at_the_list_offers_nothing(client, shown):
    press(client, shown, "Tell me if an earlier time is free")
    for path in ("/en/visit", "/en/visit/earlier", "/en/waiting"):
        client.get(path)
    assert db.session.query(TimeOffer).count() == 0
