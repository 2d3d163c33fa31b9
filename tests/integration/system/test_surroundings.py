"""The database that only reads, or does not answer at all: said, told once, and once more when it is over."""

import re
from pathlib import Path

import pytest
import yaml
from sqlalchemy import event

from app.db import db, transact
from app.notifications.watch import heartbeat
from app.surroundings import looking as surroundings
from tests import sms_provider

RULES = Path(__file__).parents[3] / "dist/prometheus/stations.rules.yml"
OF_PROMETHEUS = {"up"}


@pytest.fixture
def operator(app):
    settings = app.extensions["settings"]
    with sms_provider.running() as running:
        app.extensions["settings"] = settings.model_copy(update={"alert_url": f"{running.url}/hook"})
        yield running
    app.extensions["settings"] = settings


def test_a_database_that_only_reads_is_not_ready(client, app, monkeypatch) -> None:
    assert client.get("/readyz").json["checks"]["writable"] == "ok"
    words = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET default_transaction_read_only = on"}
    with only_reading(words[db.engine.dialect.name]):
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json["checks"]["writable"]) == (503, "read-only")
        assert "database_read_only 1.0" in client.get("/metrics").text
        refused = client.post("/api/v1/holds", json={})
        assert refused.status_code != 500


class only_reading:  # noqa: N801 - it reads as a word
    """Let every connection of the pool read only, as a standby does."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __enter__(self) -> None:
        db.session.remove()
        db.engine.dispose()
        event.listen(db.engine, "connect", self._say)

    def _say(self, connection, _record) -> None:
        connection.execute(self._words)
        connection.commit()

    def __exit__(self, *_error) -> None:
        event.remove(db.engine, "connect", self._say)
        db.session.remove()
        db.engine.dispose()


def test_the_switch_works_without_the_database(runner, operator, clock, now, monkeypatch) -> None:
    transact(heartbeat.beat, "deliver_messages", started_at=now, outcome="", now=now)

    def silent(*_given, **_more):
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(db.session, "scalars", silent)
        patch.setattr(db.session, "connection", silent)
        for _ in range(2):
            result = runner.invoke(args=["worker", "check"])
            assert (result.exit_code, result.output.splitlines()[-1][:32]) == (
                1,
                "The database does not answer. Pa",
            )
    assert [told["began"][0]["name"] for told in operator.taken] == ["no-database"]
    runner.invoke(args=["worker", "check"])
    runner.invoke(args=["worker", "check"])
    assert [told["ended"] for told in operator.taken] == [[], ["no-database"]]


def test_the_switch_tells_of_a_database_that_only_reads(runner, operator, clock, now) -> None:
    transact(heartbeat.beat, "deliver_messages", started_at=now, outcome="", now=now)
    words = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET default_transaction_read_only = on"}
    with only_reading(words[db.engine.dialect.name]):
        result = runner.invoke(args=["worker", "check"])
    assert (result.exit_code, "read-only" in result.output) == (1, True)
    assert operator.taken[0]["began"][0]["name"] == "read-only"


def test_figures_come_while_the_database_does_not_answer(client, monkeypatch) -> None:
    def silent(*_given, **_more):
        raise ConnectionError

    monkeypatch.setattr(db.session, "execute", silent)
    answer = client.get("/metrics")
    assert (answer.status_code, "database_up 0.0" in answer.text.splitlines()) == (200, True)
    assert "disk_free_bytes" in answer.text


def test_what_is_found_around_us(app, network, now) -> None:
    found = surroundings.look(now=now)
    assert (found.read_only, found.missing_year, found.backup_at) == (False, None, None)
    assert found.free_mb > 0
    transact(heartbeat.note_backup, 7, now=now)
    december = now.replace(month=12)
    found = surroundings.look(now=december)
    assert (found.missing_year, found.backup_at) == (2027, now)


def test_each_alert_rule_reads_a_figure_that_is_there(client, network, put, now) -> None:
    transact(heartbeat.note_backup, 7, now=now)
    transact(heartbeat.beat, "purge", started_at=now, outcome="", now=now)
    client.get("/healthz")
    shown = set(re.findall(r"^([a-z_]+)[ {]", client.get("/metrics").text, re.MULTILINE))
    rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    assert len(rules) > 10
    for rule in rules:
        names = set(re.findall(r"\b([a-z][a-z_]+)(?=\s*[{<>=\[)]| ==)", rule["expr"])) - {
            "le",
            "job",
            "status",
        }
        unknown = {name for name in names if name not in shown | OF_PROMETHEUS}
        if db.engine.dialect.name == "sqlite":
            unknown -= {"database_clock_ahead_seconds"}
        assert not unknown, rule["alert"]
        assert rule["annotations"]["summary"]
