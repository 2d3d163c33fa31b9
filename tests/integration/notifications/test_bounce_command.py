"""flask messages bounces: mail that servers sent back, from a Maildir, an mbox or standard input."""

import mailbox

import pytest

from app.notifications.delivery import outbox
from app.notifications.letter import Letter
from tests.unit.notifications.test_bounces import WHOLE, mail


@pytest.fixture
def bounce(put, row, make_relay) -> bytes:
    """Return the report of a mail server about a message that was sent to maria@example.org."""
    put("a")
    relay = make_relay(compose=lambda _message, _now: Letter(to="maria@example.org", subject="", text="x"))
    relay.deliver_due()
    key = outbox.key_of(row("a"))
    return mail(returned=WHOLE.replace("7-59c40e355f81b102", key))


def test_from_standard_input(runner, bounce, row) -> None:
    result = runner.invoke(args=["messages", "bounces", "-"], input=bounce)
    assert (result.exit_code, result.output) == (0, "1 read, 1 about messages of ours\n")
    assert (row("a").status, row("a").reason) == ("bounced", "550 5.1.1 unknown user")


def test_from_a_maildir_each_mail_once(runner, bounce, row, tmp_path) -> None:
    folder = mailbox.Maildir(tmp_path / "box")
    for content in (bounce, b"Subject: on holiday\n\nback soon\n", b"\xff\xfe not mail"):
        folder.add(content)
    result = runner.invoke(args=["messages", "bounces", str(tmp_path / "box")])
    assert result.output == "3 read, 1 about messages of ours\n"
    again = runner.invoke(args=["messages", "bounces", str(tmp_path / "box")])
    assert again.output == "0 read, 0 about messages of ours\n"


def test_from_an_mbox(runner, bounce, row, tmp_path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    box.add(bounce)
    box.close()
    result = runner.invoke(args=["messages", "bounces", str(tmp_path / "box")])
    assert result.output == "1 read, 1 about messages of ours\n"


def test_a_source_that_is_not_there_is_an_error(runner) -> None:
    assert runner.invoke(args=["messages", "bounces", "/nowhere"]).exit_code == 2
