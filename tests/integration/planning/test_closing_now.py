"""Closing one or many service points at once."""

import re

import pytest

from app.db import db
from app.planning.models import PlanChange
from app.stations.models import Closure
from tests.factories import at
from tests.integration.planning.displacing import HOURS, again, hidden, make, messages

CLOSE = "/staff/close"


def form(page, *slugs, **more):
    """Return the fields of the page as a person fills them in."""
    return {**hidden(page), "station": list(slugs), "span": "tomorrow", "cause": "typhoon", **more}


def closures():
    db.session.expire_all()
    return db.session.scalars(db.select(Closure).order_by(Closure.station_id)).all()


def test_many_are_closed_with_one_reason_in_three_languages_and_everybody_is_moved(cast, network, now):
    tomorrow = at("2026-11-25", "10:00")
    one = make(cast.fuxingcheng, network.document_check, tomorrow, now)
    two = make(network.central, network.document_check, tomorrow, now)
    ada = cast.ada
    data = form(ada.get(CLOSE).text, "fuxingcheng", "central-window")

    preview = ada.post(CLOSE, data=data).text
    assert "2 booked visits" in preview
    assert 'value="move" checked' in preview
    answer = ada.post(
        CLOSE, data={**data, **hidden(preview), "station": data["station"], "for_all": "move", "step": "save"}
    )

    assert answer.status_code == 303
    assert len({change.batch for change in db.session.scalars(db.select(PlanChange))}) == 1
    assert [(c.starts_at, c.ends_at) for c in closures()] == [
        (at("2026-11-25", "00:00"), at("2026-11-26", "00:00"))
    ] * 2
    assert closures()[0].reason.as_dict() == {"en": "typhoon", "zh": "台风", "ru": "тайфун"}
    moved = [again(one), again(two)]
    assert all(visit.starts_at >= at("2026-11-26", "00:00") for visit in moved)
    assert len({(v.station_id, v.starts_at) for v in moved}) == 2
    assert messages(one)[0][0] == messages(two)[0][0] == "moved_by_us"


def test_one_undo_opens_all_of_them_again(cast, network, now):
    visit = make(network.central, network.document_check, at("2026-11-25", "10:00"), now)
    ada = cast.ada
    data = form(ada.get(CLOSE).text, "fuxingcheng", "central-window", for_all="cancel", step="save")
    ada.post(CLOSE, data=data | {f"shown-{visit.reference}": shown(ada, data, visit)})
    assert again(visit).status == "cancelled"
    # Nobody was booked there, but what is undone there is undone everywhere.
    assert "Messages go out at" in ada.get(HOURS).text
    change = db.session.scalars(db.select(PlanChange)).first()

    ada.post(f"/staff/changes/{change.batch}/undo")

    assert closures() == []
    assert (again(visit).status, again(visit).starts_at) == ("booked", at("2026-11-25", "10:00"))


def shown(browser, data, visit):
    page = browser.post(CLOSE, data={k: v for k, v in data.items() if k not in ("step", "for_all")}).text
    return hidden(page)[f"shown-{visit.reference}"]


def test_a_manager_closes_only_their_own(cast, network):
    page = cast.tom.get(CLOSE).text
    assert "Fuxingcheng" in page
    assert "Central Window" not in page

    answer = cast.tom.post(CLOSE, data=form(page, "central-window", step="save"))

    assert answer.status_code == 422
    assert "Choose at least one service point." in answer.text
    assert closures() == []


def test_one_tick_closes_all_that_are_ones_own(cast, network):
    ada = cast.ada
    ada.post(CLOSE, data=form(ada.get(CLOSE).text, "all-of-them", step="save"))
    assert len(closures()) == 3

    tom = cast.tom
    tom.post(CLOSE, data=form(tom.get(CLOSE).text, "all-of-them", span="now", step="save"))
    assert len(closures()) == 4


def test_from_now_is_from_this_minute_to_the_end_of_the_day(cast, now):
    tom = cast.tom
    tom.post(CLOSE, data=form(tom.get(CLOSE).text, "fuxingcheng", span="now", step="save"))

    assert [(c.starts_at, c.ends_at) for c in closures()] == [(now, at("2026-11-25", "00:00"))]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"span": "other"}, "Start of the closure: enter a day."),
        ({"cause": "other"}, "Write the reason in one language at least."),
        ({"cause": "<script>"}, "Write the reason in one language at least."),
    ],
)
def test_what_is_missing_is_asked_for_and_the_rest_is_kept(cast, fields, words):
    tom = cast.tom
    answer = tom.post(CLOSE, data=form(tom.get(CLOSE).text, "fuxingcheng", step="save", **fields))

    assert answer.status_code == 422
    assert words in answer.text
    assert re.search(r'name="station" value="fuxingcheng" checked', answer.text)
    assert closures() == []


def test_a_plan_that_somebody_changed_meanwhile_is_looked_at_again(cast):
    tom, ada = cast.tom, cast.ada
    decided = {"for_all": "ask", "choice-K7P3MX9A": "cancel", "why_quiet": "Told by phone"}
    data = form(tom.get(CLOSE).text, "fuxingcheng", step="save", **decided)
    ada.post(CLOSE, data=form(ada.get(CLOSE).text, "fuxingcheng", span="now", step="save"))

    answer = tom.post(CLOSE, data=data)

    assert answer.status_code == 409
    assert "Somebody changed this plan" in answer.text
    assert len(closures()) == 1
    assert all(f'<input type="hidden" name="{n}" value="{v}">' in answer.text for n, v in decided.items())
    again = {**form(answer.text, "fuxingcheng"), "step": "save"}
    assert tom.post(CLOSE, data=again).status_code == 303
