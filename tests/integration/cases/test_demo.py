"""The demo's people: starting again opens nobody's case a second time."""

from collections import Counter
from importlib import import_module

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.appointments.queries import find_live_for_case
from app.cases.models import Case
from app.cli.demo.day import LATER, READY
from app.crypto import link_hash
from app.db import db
from tests.integration.appointments.pages import follow, press_confirm, press_time, slots_of


@pytest.fixture
def start(app, runner):
    """Start the demo as `make run` does; returns the collection link that it prints."""
    assert runner.invoke(args=["seed", "load"]).exit_code == 0

    def started() -> str:
        result = runner.invoke(args=["seed", "demo"])
        assert result.exit_code == 0, result.output
        db.session.expire_all()
        return result.output.split("/c/")[1].split()[0]

    return started


def names() -> Counter[str]:
    return Counter(case.full_name for case in db.session.scalars(select(Case)))


def take(client: FlaskClient, link: str) -> None:
    """Book the first free time of the case behind this link, as its person does."""
    case = db.session.scalars(select(Case).where(Case.link_hash == link_hash(link))).one()
    page = follow(client, case).text
    press_confirm(client, press_time(client, page, slots_of(page)[1]).text)
    assert find_live_for_case(case.id)


def test_a_second_start_adds_nobody(start):
    link = start()
    before = names()
    assert start() == link
    assert names() == before


def test_when_all_have_booked_somebody_new_is_ready_each_time(app, monkeypatch, start):
    module = import_module("app.cli.demo.day")  # the package's own `demo` is the command
    monkeypatch.setattr(module, "READY", READY[:1])
    monkeypatch.setattr(module, "LATER", LATER[:1])
    seen = []
    for _ in range(2):
        seen.append(start())
        take(app.test_client(), seen[-1])
    assert seen[0] != seen[1]
    assert start() == seen[1], "with nobody left, the last link shows the visit"
    assert max(names().values()) == 1
