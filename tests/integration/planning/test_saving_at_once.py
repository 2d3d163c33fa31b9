"""Managers who press “Save” in the same moment, and what happened between the preview and the save."""

import threading
from datetime import time, timedelta

from app.appointments.booking.operations import Target, reschedule
from app.db import db, transact
from app.planning.edits import WeekEdit
from app.planning.models import PlanChange
from app.planning.operations import PlanSave, save_plan
from app.planning.refusals import PlanChanged
from app.stations.hours.opening_hours import WeeklyPeriod
from app.stations.models import Closure, OpeningPeriod, Station
from tests.factories import at
from tests.integration.planning.displacing import ELEVEN, HOURS, again, closure, hidden, make

MANAGERS = 6


def test_of_managers_saving_at_once_exactly_one_wins(app, cast, now):
    station_id, seen = cast.fuxingcheng.id, cast.fuxingcheng.plan_version
    db.session.rollback()
    gate = threading.Barrier(MANAGERS)
    outcomes = {}

    def save(number):
        edit = WeekEdit((WeeklyPeriod(number, time(9), time(10 + number), 1),))
        with app.app_context():
            gate.wait()
            try:
                transact(save_plan, PlanSave("fuxingcheng", edit, seen, f"manager {number}"), now=now)
                outcomes[number] = "saved"
            except Exception as refusal:
                outcomes[number] = getattr(refusal, "code", repr(refusal))

    threads = [threading.Thread(target=save, args=(number,)) for number in range(MANAGERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes.values()) == [PlanChanged.code] * (MANAGERS - 1) + ["saved"]
    [winner] = [number for number, outcome in outcomes.items() if outcome == "saved"]
    db.session.expire_all()
    periods = db.session.scalars(db.select(OpeningPeriod).where(OpeningPeriod.station_id == station_id)).all()
    assert [(p.weekday, p.closes) for p in periods] == [(winner, time(10 + winner))]
    assert [c.username for c in db.session.scalars(db.select(PlanChange))] == [f"manager {winner}"]
    assert db.session.get(Station, station_id).plan_version == seen + 1


def test_who_books_between_the_preview_and_the_save_is_shown_first(browser, network, cast, now, visit):
    page = browser.post(f"{HOURS}/closures", data=closure()).text
    late = make(cast.fuxingcheng, network.document_check, ELEVEN - timedelta(minutes=20), now)

    answer = browser.post(f"{HOURS}/closures", data={**hidden(page), "for_all": "move", "step": "save"})

    assert answer.status_code == 409
    assert "Somebody booked there meanwhile" in answer.text
    assert late.reference in answer.text
    assert db.session.scalars(db.select(Closure)).all() == []
    data = {**hidden(answer.text), "for_all": "move", "step": "save"}
    assert browser.post(f"{HOURS}/closures", data=data).status_code == 303


def test_a_proposed_time_that_was_taken_meanwhile_is_not_given_twice(browser, network, cast, now, visit):
    page = browser.post(f"{HOURS}/closures", data=closure()).text
    make(cast.fuxingcheng, network.document_check, at("2026-11-25", "14:30"), now)

    answer = browser.post(f"{HOURS}/closures", data={**hidden(page), "for_all": "move", "step": "save"})

    assert answer.status_code == 409
    assert hidden(answer.text)[f"shown-{visit.reference}"].endswith(at("2026-11-25", "14:50").isoformat())


def test_a_time_once_shown_is_kept_although_a_nearer_one_came_free(browser, network, cast, now, visit):
    nearer = make(cast.fuxingcheng, network.document_check, at("2026-11-25", "14:30"), now)
    page = browser.post(f"{HOURS}/closures", data=closure()).text
    away = Target("fuxingcheng", at("2026-11-26", "09:00"))
    transact(reschedule, nearer.reference, away, now=now)

    browser.post(f"{HOURS}/closures", data={**hidden(page), "for_all": "move", "step": "save"})

    assert again(visit).starts_at == at("2026-11-25", "14:50")
