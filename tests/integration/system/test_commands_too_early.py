"""Commands that meet a database which is not prepared yet, or which is busy being prepared."""

from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app import create_app
from app.errors import Busy
from app.settings import Settings

COMMANDS = {
    "cases import": ["cases", "import", __file__],
    "cases keys": ["cases", "keys", "list"],
    "calendar": ["calendar", "list"],
    "staff": ["staff", "list"],
    "messages": ["messages", "list"],
    "retention": ["data", "purge"],
    "seed": ["seed", "load"],
}


@pytest.mark.parametrize("args", COMMANDS.values(), ids=COMMANDS)
def test_a_command_before_the_tables_says_so(tmp_path: Path, args: list[str]) -> None:
    settings = Settings(
        app_env="test",
        secret_key="a secret for tests only, long enough",
        data_key="test:" + "5a" * 32,
        database_url=f"sqlite:///{tmp_path / 'empty.db'}",
        instance_path=tmp_path,
    )
    told = create_app(settings).test_cli_runner().invoke(args=args)
    assert told.exit_code == 1
    assert "The database does not answer as it should: no such table" in told.output
    assert "Then start this command again." in told.output


def test_a_file_before_the_points_are_loaded_is_not_read(runner: FlaskCliRunner) -> None:
    told = runner.invoke(args=["cases", "import", __file__])
    assert (told.exit_code, told.output) == (
        1, "Error: No points are loaded yet. Run `flask --app wsgi seed load` first.\n"
    )  # fmt: skip


def test_a_command_that_waited_too_long_says_so(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise Busy

    monkeypatch.setattr("app.cli.cases.list_bureau_codes", busy)
    told = runner.invoke(args=["cases", "import", __file__])
    assert (told.exit_code, told.output) == (
        1, "Error: Many people are booking right now. Nothing was changed. Try again in a moment.\n"
    )  # fmt: skip
