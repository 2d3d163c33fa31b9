"""A copied staff cookie is worth nothing once its session is over; every sign-in has its own session."""

import pytest

from app.accounts import operations
from app.accounts.models import StaffSession
from app.db import db, transact
from tests.factories import PASSWORD, build_user

PAGES = ("/staff/today", "/staff/messages")


@pytest.fixture
def mei(network):
    return build_user("mei", stations=(network.central,))


def sign_in(browser):
    assert browser.post("/staff", data={"username": "mei", "password": PASSWORD}).status_code == 303
    return browser.get_cookie("session").value


def token_in(browser):
    with browser.session_transaction() as session:
        return session.get("_user_id")


def doors_open(app, cookie):
    thief = app.test_client()
    thief.set_cookie("session", cookie)
    return [page for page in PAGES if thief.get(page).status_code != 303]


def sign_out(browser, _now):
    browser.post("/staff/sign-out")


def change_password(_browser, now):
    transact(operations.set_password, "mei", "another one, a long password", now=now)


def disable(_browser, now):
    transact(operations.disable_user, "mei", now=now)


@pytest.mark.parametrize("ending", [sign_out, change_password, disable])
def test_a_copied_cookie_opens_nothing_afterwards_nor_changes_anything(app, client, mei, now, ending):
    saved = sign_in(client)
    assert doors_open(app, saved) == list(PAGES)

    ending(client, now)

    assert doors_open(app, saved) == []
    thief = app.test_client()
    thief.set_cookie("session", saved)
    thief.post("/staff/language", data={"language": "ru"})
    db.session.refresh(mei)
    assert mei.language == "en"


def test_a_copied_cookie_stays_dead_after_the_next_sign_in(app, client, mei):
    saved = sign_in(client)
    client.post("/staff/sign-out")
    sign_in(client)

    assert doors_open(app, saved) == []
    assert client.get(PAGES[0]).status_code == 200


def test_every_sign_in_has_a_session_of_its_own(client, mei):
    before = client.get("/staff")
    assert before.status_code == 200
    assert token_in(client) is None
    sign_in(client)
    first = token_in(client)
    sign_in(client)
    second = token_in(client)

    assert first
    assert second
    assert first != second
    assert db.session.query(StaffSession).count() == 2


def test_a_session_planted_in_the_browser_is_not_the_one_that_gets_signed_in(app, client, mei):
    planted = app.test_client()
    with planted.session_transaction() as session:
        session["_user_id"] = "planted"
    client.set_cookie("session", planted.get_cookie("session").value)

    sign_in(client)

    assert token_in(client) != "planted"
    assert doors_open(app, planted.get_cookie("session").value) == []


def test_a_new_secret_key_signs_nobody_out_while_the_old_one_is_a_fallback(app, client, mei, monkeypatch):
    saved = sign_in(client)
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [app.config["SECRET_KEY"]])
    monkeypatch.setitem(app.config, "SECRET_KEY", "another secret for tests only, long enough")
    assert doors_open(app, saved) == list(PAGES)
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [])
    assert doors_open(app, saved) == []
