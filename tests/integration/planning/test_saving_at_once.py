"""Managers who press “Save” in the same moment, each on a connection of their own."""

import threading
from datetime import time

from app.db import db, transact
from app.planning.edits import WeekEdit
from app.planning.models import PlanChange
from app.planning.operations import PlanSave, save_plan
from app.planning.refusals import PlanChanged
from app.stations.hours.opening_hours import WeeklyPeriod
from app.stations.models import OpeningPeriod, Station

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
