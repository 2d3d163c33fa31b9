"""`flask setup`: what is asked and tried, the file, a database that is ready; twice is once."""

import socket
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from dotenv import dotenv_values

from app import clock
from app.cli import setup, trials
from app.settings import Settings
from tests.server import free_port

PASSWORD = "the tide comes in twice a day"
ANSWERS = (
    "https://visits.example.org",
    "1",
    "-",
    "-",
    "Foreigners' Service <no-reply@example.org>",
    "-",
    "12345",
)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answer(*lines: str) -> Result:
    return CliRunner().invoke(setup.command, input="\n".join((*lines, "")))


def test_it_writes_settings_that_start_and_makes_the_first_administrator(tmp_path: Path):
    done = answer("http://visits.example.org", *ANSWERS, "ada", PASSWORD, PASSWORD)
    assert done.exit_code == 0, done.output
    assert "PUBLIC_URL must start with https://" in done.output  # so it was asked again
    file = tmp_path / "stations.env"
    assert file.stat().st_mode & 0o077 == 0
    settings = Settings.from_env(**{name.lower(): value for name, value in dotenv_values(file).items()})
    assert (settings.production, settings.mail_waits, settings.proxy_hops) == (True, True, 1)
    assert settings.mail_from == "Foreigners' Service <no-reply@example.org>"
    with sqlite3.connect(tmp_path / "instance" / "stations.db") as rows:
        assert rows.execute("SELECT username, role FROM users").fetchall() == [("ada", "administrator")]
        assert rows.execute("SELECT count(*) FROM stations").fetchone() == (9,)

    secrets = {name: dotenv_values(file)[name] for name in ("SECRET_KEY", "DATA_KEY")}
    again = answer(*[""] * len(ANSWERS))  # every proposal is taken; nobody else is made administrator
    assert again.exit_code == 0, again.output
    assert {name: dotenv_values(file)[name] for name in secrets} == secrets


def test_what_does_not_answer_is_said_and_may_be_taken_all_the_same():
    port = free_port()
    dead = (f"postgresql+psycopg://me:secret@127.0.0.1:{port}/none", f"smtp://127.0.0.1:{port}")
    done = answer(*ANSWERS[:2], dead[0], "n", "-", dead[1], "y", *ANSWERS[4:], "ada", PASSWORD, PASSWORD)
    assert done.exit_code == 0, done.output
    assert "the database does not answer" in done.output
    assert "the mail server does not take us" in done.output
    assert "[" + dead[0].replace("secret", "***") + "]" in done.output  # proposed again without its password


def settings_with(**values: str) -> Settings:
    return Settings(app_env="test", **values)


def test_clocks_that_differ_are_told(databases, monkeypatch: pytest.MonkeyPatch):
    settings = settings_with(database_url=databases.make("postgresql"))
    assert trials.try_database(settings) is None
    ahead = clock.of_machine() + timedelta(seconds=90)
    monkeypatch.setattr(clock, "of_machine", lambda: ahead)
    assert "differ by 90 seconds" in (trials.try_database(settings) or "")


def test_a_mail_server_that_hangs_is_not_waited_for_long():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        trouble = trials.try_mail(settings_with(smtp_url=address, smtp_timeout_seconds="0.3"))
    assert str(trouble).startswith("SMTP_URL:")
