"""One's own account: the password changed, sessions seen and ended, and what a page loads by itself."""

import pytest

from app.accounts.models import StaffSession
from app.db import db
from tests.factories import PASSWORD

NEW = "the ferry leaves at half past six"


def change(browser, current=PASSWORD, new=NEW, again=None):
    typed = {"current": current, "new": new, "again": new if again is None else again}
    return browser.post("/staff/account/password", data=typed)


def test_a_new_password_opens_and_the_old_one_and_other_sessions_do_not(cast):
    mei, elsewhere = cast.browser("mei"), cast.browser("mei")
    assert change(mei).status_code == 303
    assert "Your password is changed." in mei.get("/staff/account").text
    assert elsewhere.get("/staff/account").status_code == 303
    typed = {"username": "mei", "password": PASSWORD}
    assert elsewhere.post("/staff", data=typed).status_code == 401
    assert elsewhere.post("/staff", data={**typed, "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"current": "another one"}, "This is not your password."),
        ({"new": "too short"}, "A password has 15 to 128 signs."),
        ({"new": "123456789012345678"}, "among those that are tried first"),
        ({"again": "something else altogether"}, "The two new passwords differ."),
        ({"new": ""}, "Enter a new password."),
        ({"current": ""}, "Enter your password."),
    ],
)
def test_what_does_not_fit_is_said_and_changes_nothing(cast, typed, words):
    mei = cast.mei
    answer = change(mei, **typed)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert PASSWORD not in answer.text
    assert NEW not in answer.text
    cast.browser("mei")  # signs in with the old one


def test_wrong_passwords_are_counted_with_those_at_the_sign_in(cast):
    mei = cast.mei
    assert [change(mei, current="wrong").status_code for _ in range(6)] == [422] * 5 + [429]


def test_sessions_are_listed_with_their_device_and_ended_one_by_one_or_all(cast):
    mei, phone, other = cast.mei, cast.browser("mei"), cast.browser("mei")
    last = db.session.query(StaffSession).order_by(StaffSession.id.desc()).first()
    last.device = "WeChat, iPhone"
    db.session.commit()
    assert "WeChat, iPhone" in mei.get("/staff/account").text
    mei.post(f"/staff/account/sessions/{last.id}/end")
    assert other.get("/staff/account").status_code == 303
    assert phone.get("/staff/account").status_code == 200
    mei.post("/staff/account/sessions/end-others")
    assert phone.get("/staff/account").status_code == 303
    assert mei.get("/staff/account").status_code == 200


def test_nobody_ends_anothers_session(cast):
    mei, tom = cast.mei, cast.tom
    own = db.session.query(StaffSession).filter(StaffSession.user.has(username="mei")).one()
    tom.post(f"/staff/account/sessions/{own.id}/end")
    assert mei.get("/staff/account").status_code == 200


def test_a_board_that_refreshes_itself_does_not_keep_a_session_alive(cast, clock):
    mei = cast.mei
    page = mei.get("/staff/today").text
    address = page.split('http-equiv="refresh" content="30; url=')[1].split('"')[0].replace("&amp;", "&")
    for _ in range(31):
        clock.move(minutes=1)
        last = mei.get(address)
    assert last.status_code == 303
    mei = cast.browser("mei")
    for _ in range(40):
        clock.move(minutes=1)
        last = mei.get("/staff/today")
    assert last.status_code == 200
