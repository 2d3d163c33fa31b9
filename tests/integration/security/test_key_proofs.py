"""A wrong key under the right name: nothing starts, nothing is answered, nothing is written."""

import subprocess

import pytest

from app.crypto import Keyring
from app.db import db
from app.keys import proofs as key_proofs
from app.keys.proofs import KeyProof
from app.settings import SettingsError
from tests.server import BIN, ROOT, environment

OTHER = "test:" + "77" * 32


@pytest.fixture
def keys(app):
    """Let the app have other keys, as a start with another DATA_KEY does."""
    kept = app.extensions["keyring"]

    def have(text: str) -> None:
        app.extensions["keyring"] = Keyring.parse(text)
        app.extensions.pop("keys_proved", None)

    yield have
    app.extensions["keyring"] = kept
    app.extensions.pop("keys_proved", None)


def test_the_right_keys_are_known_again_and_new_ones_are_learned(app, keys) -> None:
    key_proofs.prove()
    key_proofs.prove()
    keys("new:" + "11" * 32 + ",test:" + "5a" * 32)
    key_proofs.prove()
    assert {row.key_id for row in db.session.query(KeyProof)} == {"test", "new"}
    keys("new:" + "11" * 32)  # the old one may leave
    key_proofs.prove()


def test_another_key_under_a_known_name_is_refused_before_it_writes(app, client, keys, runner) -> None:
    key_proofs.prove()
    keys(OTHER)
    with pytest.raises(SettingsError, match="DATA_KEY: the key test is not the one"):
        key_proofs.prove()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["data_key"]) == (
        503,
        "not the key that this database was written with",
    )
    assert client.get("/en/").status_code == 503
    assert client.get("/healthz").status_code == 200
    result = runner.invoke(args=["cases", "keys", "list"])
    assert (result.exit_code, "DATA_KEY" in result.output) == (1, True)
    assert [row.key_id for row in db.session.query(KeyProof)] == ["test"]


def test_no_process_starts_with_another_key(databases, tmp_path) -> None:
    own = {**environment(databases.make("sqlite"), tmp_path), "PORT": "12990", "WEB_PROCESSES": "1"}

    def run(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BIN / command[0], *command[1:]],
            cwd=ROOT,
            env={**own, **settings},
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert run("flask", "--app", "wsgi", "db", "upgrade").returncode == 0
    assert run("flask", "--app", "wsgi", "cases", "keys", "list").returncode == 0
    for command in (("flask", "--app", "wsgi", "worker"), ("gunicorn", "wsgi:app")):
        done = run(*command, DATA_KEY=OTHER)
        assert done.returncode
        assert "DATA_KEY: the key test is not the one" in done.stdout + done.stderr
