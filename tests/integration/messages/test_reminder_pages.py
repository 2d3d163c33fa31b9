"""The reminders of a service are changed on a page that shows what a visit would get."""

import pytest

from app.db import db
from app.stations.models import Service

RULES = {
    "version": "1", "days-0": "1", "at-0": "10:00", "by-0": "any", "minutes-1": "120", "by-1": "sms",
    "earliest-1": "08:00", "latest-1": "20:00", "hours-1": "2",
    "visit_day": "2026-12-04", "visit_time": "10:20", "booked_day": "2026-11-24",
}  # fmt: skip
PAGE = "/staff/reminders/document-check"


def plan():
    db.session.expire_all()
    return db.session.query(Service).filter_by(code="document-check").one().reminder_plan


def test_the_preview_says_what_a_visit_would_get_and_saves_nothing(cast):
    before = plan()
    answer = cast.ada.post(PAGE, data={**RULES, "step": "preview"})
    assert answer.status_code == 200
    page = " ".join(answer.text.split())
    assert "Thursday 3 December, 10:00</time>, e-mail: Reminder, 1 day before" in page
    assert "Friday 4 December, 08:20</time>, text message: Reminder, 2 hours before" in page
    assert plan() == before


def test_a_saved_plan_is_shown_in_words(cast):
    browser = cast.ada
    assert browser.post(PAGE, data={**RULES, "step": "save"}).status_code == 303
    assert [rule["minutes"] for rule in plan()] == [0, 120]
    words = browser.get("/staff/reminders").text
    assert "1 day before at 10:00, e-mail, else text message, between 08:00 and 20:00" in words
    assert "Last saved by ada" in browser.get(PAGE).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"days-0": "x"}, "Reminder 1: enter days and a time, or minutes, but not both."),
        ({"at-0": ""}, "Reminder 1: enter days and a time"),
        ({"minutes-0": "5"}, "Reminder 1: enter days and a time"),
        ({"at-0": "99:00"}, "Reminder 1: enter days and a time"),
        ({"at-0": "07:00"}, "Reminder 1: its time lies outside of its hours."),
        ({"earliest-1": "21:00"}, "Reminder 2: the first hour must be before the last hour."),
        ({"hours-1": "99999"}, "Reminder 2: enter 0 to 1440 hours"),
        ({"minutes-2": "120"}, "Two reminders are for the same moment."),
    ],
)
def test_what_cannot_be_followed_is_refused_and_kept_on_the_page(cast, typed, sentence):
    before = plan()
    answer = cast.ada.post(PAGE, data={**RULES, **typed, "step": "save"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert plan() == before


def test_a_late_save_is_told_and_changes_nothing(cast):
    browser = cast.ada
    browser.post(PAGE, data={**RULES, "step": "save"})
    late = browser.post(PAGE, data={**RULES, "days-0": "2", "step": "save"})
    assert late.status_code == 409
    assert "Somebody changed these reminders" in late.text
    assert plan()[0]["days"] == 1


def test_an_unknown_service_is_not_a_page(cast):
    assert cast.ada.get("/staff/reminders/nothing").status_code == 404


def test_no_reminders_at_all_can_be_saved(cast):
    cast.ada.post(PAGE, data={"version": "1", "step": "save"})
    assert plan() == []
