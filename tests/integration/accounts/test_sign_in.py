from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from app.accounts import operations, passwords, queries
from app.accounts.models import Role, StaffSession
from app.db import db, transact
from tests import factories
from tests.factories import PASSWORD


@pytest.fixture
def mei(network):
    return factories.build_user("mei", stations=(network.central,), language="zh")


def sign_in(browser, username="mei", password=PASSWORD, *, address="192.0.2.1", **more):
    data = {"username": username, "password": password, **more}
    return browser.post("/staff", data=data, environ_base={"REMOTE_ADDR": address})


def test_the_right_password_opens_the_day(client, mei):
    answer = sign_in(client, "MEI ")

    assert answer.status_code == 303
    assert answer.location == "/staff/today"
    assert client.get("/staff/today").status_code == 200


def test_the_pages_speak_the_language_of_the_account(client, mei):
    sign_in(client)

    assert 'lang="zh-Hans"' in client.get("/staff/today").text


def test_the_language_can_be_changed_and_is_remembered(client, mei):
    sign_in(client)

    client.post("/staff/language", data={"language": "ru", "next": "/staff/messages"})

    assert 'lang="ru"' in client.get("/staff/today").text
    assert queries.get_user("mei").language == "ru"


@pytest.mark.parametrize(
    ("shown", "opened"),
    [
        ("/staff/messages?show=failed", "/staff/messages?show=failed"),
        ("/staff/stations/jiangdong/hours/week", "/staff/stations/jiangdong/hours"),  # the answer to a form
        ("/staff/nosuch/page", "/staff"),
        ("https://elsewhere.example/", "/staff"),
    ],
)
def test_another_language_leads_to_a_page_that_opens(client, mei, shown, opened):
    sign_in(client)
    answer = client.post("/staff/language", data={"language": "ru", "next": shown})
    assert (answer.status_code, answer.location) == (303, opened)


@pytest.mark.parametrize("language", ["", "de", "en zh"])
def test_an_unknown_language_is_refused(client, language):
    assert client.post("/staff/language", data={"language": language}).status_code == 400


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("mei", "wrong password"),
        ("nobody", PASSWORD),
        ("mei", "x" * 100_000),
        ("mei", PASSWORD + " "),
    ],
)
def test_anything_else_gets_the_same_answer_and_keeps_the_name(client, mei, username, password):
    answer = sign_in(client, username, password)

    assert answer.status_code == 401
    assert "User name and password do not go together" in answer.text
    assert f'value="{username}"' in answer.text
    assert password not in answer.text


def test_a_disabled_account_gets_the_same_answer(client, mei, now):
    transact(operations.disable_user, "mei", now=now)

    assert sign_in(client).status_code == 401


def test_empty_fields_are_named(client):
    answer = sign_in(client, "", "")

    assert answer.status_code == 422
    assert "Enter your user name." in answer.text
    assert "Enter your password." in answer.text
    assert "<title>Error:" in answer.text


def test_after_sign_in_people_come_back_to_the_page_they_wanted(client, mei):
    wanted = client.get("/staff/today?day=2026-11-25")
    page = client.get(wanted.location)

    answer = sign_in(client, next="/staff/today?day=2026-11-25")

    assert wanted.status_code == 303
    assert 'value="/staff/today?day=2026-11-25"' in page.text
    assert answer.location == "/staff/today?day=2026-11-25"


def test_nobody_is_sent_to_another_site(client, mei):
    assert sign_in(client, next="//evil.example/").location == "/staff/today"


# --- sessions ----------------------------------------------------------------------------------


def cookie_of(browser):
    return browser.get_cookie("session").value


def test_sign_in_replaces_whatever_the_browser_brought(client, mei):
    with client.session_transaction() as session:
        session["_user_id"] = "a token somebody put there"
        session["left"] = "over"

    sign_in(client)

    with client.session_transaction() as session:
        assert session["_user_id"] != "a token somebody put there"
        assert "left" not in session


def test_a_cookie_saved_before_sign_out_opens_nothing(app, client, mei):
    sign_in(client)
    saved = cookie_of(client)

    client.post("/staff/sign-out")

    thief = app.test_client()
    thief.set_cookie("session", saved)
    assert thief.get("/staff/today").status_code == 303
    assert db.session.scalars(db.select(StaffSession.ended_at)).one() is not None


@pytest.mark.parametrize(
    "ending",
    [
        lambda now: transact(operations.disable_user, "mei", now=now),
        lambda now: transact(operations.set_password, "mei", "another one, a long password", now=now),
    ],
    ids=["disabled", "new password"],
)
def test_all_sessions_end_when_the_account_changes(app, client, mei, now, ending):
    other = app.test_client()
    sign_in(client)
    sign_in(other)

    ending(now)

    assert client.get("/staff/today").status_code == 303
    assert other.get("/staff/today").status_code == 303


def test_a_session_ends_after_30_idle_minutes(client, mei, clock):
    sign_in(client)
    clock.move(minutes=29)
    assert client.get("/staff/today").status_code == 200

    clock.move(minutes=29)
    assert client.get("/staff/today").status_code == 200

    clock.move(minutes=30)
    assert client.get("/staff/today").status_code == 303


def test_a_session_ends_after_12_hours_however_busy(client, mei, clock):
    sign_in(client)
    for _twenty_minutes in range(35):
        clock.move(minutes=20)
        assert client.get("/staff/messages").status_code == 200

    clock.move(minutes=20)

    assert client.get("/staff/messages").status_code == 303


def test_being_seen_is_written_at_most_once_a_minute(client, mei, clock, now):
    sign_in(client)

    def seen_at():
        return db.session.scalars(db.select(StaffSession.last_seen_at)).one()

    clock.move(seconds=59)
    client.get("/staff/today")
    assert seen_at() == now

    clock.move(seconds=1)
    client.get("/staff/today")
    assert seen_at() == now + timedelta(minutes=1)


def test_the_token_is_not_in_the_database(client, mei):
    sign_in(client)

    with client.session_transaction() as session:
        token = session["_user_id"]
    row = db.session.scalars(db.select(StaffSession)).one()

    assert len(token) >= 43
    assert token not in (row.token_hash, str(row.id))


def test_an_old_hash_is_renewed_at_sign_in(client, mei, monkeypatch):
    assert "m=8," in mei.password_hash
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())  # as everywhere outside of these tests

    sign_in(client)

    assert "m=65536," in queries.get_user("mei").password_hash
    assert sign_in(client).status_code == 303


def test_staff_pages_are_not_stored_by_caches(client, mei):
    sign_in(client)

    for page in ("/staff/today", "/staff/messages"):
        assert client.get(page).headers["Cache-Control"] == "no-store"


# --- the throttle ------------------------------------------------------------------------------


def test_after_five_failures_even_the_right_password_waits(client, mei, clock):
    for _try in range(5):
        assert sign_in(client, password="wrong password").status_code == 401

    refused = sign_in(client)

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 901
    assert "Wait 15 minutes" in refused.text
    clock.move(minutes=15)
    assert sign_in(client).status_code == 303


def test_the_rightful_user_elsewhere_is_not_locked_out(client, mei):
    for _try in range(30):
        sign_in(client, password="wrong password", address="198.51.100.9")

    assert sign_in(client, address="192.0.2.1").status_code == 303


def test_an_ipv6_caller_is_its_whole_network(client, mei):
    for i in range(5):
        sign_in(client, password="wrong password", address=f"2001:db8::{i}")

    assert sign_in(client, address="2001:db8::ffff").status_code == 429
    assert sign_in(client, address="2001:db8:1::1").status_code == 303


def test_one_address_cannot_try_many_names(client, mei):
    answers = [sign_in(client, f"name{i}", "wrong password").status_code for i in range(21)]

    assert answers == [401] * 20 + [429]
    assert sign_in(client).status_code == 429


def test_success_is_not_counted(client, mei):
    for _morning in range(25):
        assert sign_in(client).status_code == 303


def test_success_forgets_the_failures_of_the_account(client, mei):
    for _round in range(3):
        for _try in range(4):
            sign_in(client, password="wrong password")
        assert sign_in(client).status_code == 303


def test_a_refused_password_change_changes_nothing(app, mei, now):
    before = mei.password_hash

    with pytest.raises(operations.PasswordUnfit):
        transact(operations.set_password, "mei", "short", now=now)

    assert queries.get_user("mei").password_hash == before


# --- accounts ----------------------------------------------------------------------------------


def new(username="boris", password="a long password"):
    return operations.NewUser(username, "Boris", Role.CLERK, password)


def test_a_user_name_is_used_once_whatever_its_case(app, now):
    transact(operations.create_user, new(), now=now)

    with pytest.raises(operations.UsernameTaken):
        transact(operations.create_user, new(" BORIS"), now=now)


@pytest.mark.parametrize("username", ["", "bo ris", "бoris", "-boris", "a" * 61, "<b>"])
def test_a_user_name_is_plain(app, now, username):
    with pytest.raises(operations.UsernameUnfit):
        transact(operations.create_user, new(username), now=now)
