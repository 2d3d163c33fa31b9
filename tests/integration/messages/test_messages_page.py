import pytest

from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.models import MessageStatus, OutboxMessage
from tests import factories

MAIL = """\
Subject: Your visit on Tuesday
From: a@localhost
To: maria@example.org
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: 8bit

Bring your passport. <b>{{7*7}}</b>
"""


@pytest.fixture
def visit(network, cast):
    return factories.build_appointment(cast.fuxingcheng, network.document_check, email="maria@example.org")


@pytest.fixture
def write(visit, now):
    def message(status, kind="confirmation", reason=""):
        row = OutboxMessage(
            dedupe_key=f"{visit.reference}:{kind}:{status}", topic="appointment", subject_id=visit.id,
            revision=0, kind=kind, channel="email", send_at=now, status=status, due_at=now, reason=reason,
            attempts=2, created_at=now,
        )  # fmt: skip
        factories.save(row)
        return row

    return message


def test_each_tab_counts_and_shows_its_own(cast, visit, write):
    write(MessageStatus.WAITING, "reminder-1440")
    write(MessageStatus.FAILED, reason="550 no such mailbox")
    write(MessageStatus.CANCELLED, "reminder-120")

    browser = cast.tom
    waiting = browser.get("/staff/messages").text
    failed = browser.get("/staff/messages?show=failed").text

    assert "Waiting 1" in waiting
    assert "Skipped 1" in waiting
    assert "Reminder, 1 day before" in waiting
    assert "550 no such mailbox" not in waiting
    assert "550 no such mailbox" in failed
    assert visit.reference in failed
    assert "Reminder, 2 hours before" in browser.get("/staff/messages?show=skipped").text


def test_nothing_failed_is_said_in_words(cast, visit):
    assert "No failed messages." in cast.tom.get("/staff/messages?show=failed").text


def test_an_unknown_tab_is_not_a_page(cast):
    assert cast.tom.get("/staff/messages?show=everything").status_code == 404


def test_the_recipient_is_not_shown(cast, write):
    write(MessageStatus.SENT)

    assert "maria@example.org" not in cast.tom.get("/staff/messages?show=sent").text


@pytest.fixture
def mail(app, write):
    row = write(MessageStatus.SENT)
    folder = app.extensions["settings"].mail_folder
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{ClaimedMessage.of(row, '').key}.eml"
    file.write_text(MAIL)
    yield row
    file.unlink()


def test_a_manager_reads_the_written_mail_as_text(cast, mail):
    browser = cast.tom

    assert f"/staff/messages/{mail.id}/mail" in browser.get("/staff/messages?show=sent").text
    page = browser.get(f"/staff/messages/{mail.id}/mail").text

    assert "Your visit on Tuesday" in page
    assert "&lt;b&gt;{{7*7}}&lt;/b&gt;" in page
    assert "maria@example.org" not in page


def test_a_message_without_a_file_has_no_page(cast, write):
    row = write(MessageStatus.WAITING)

    assert cast.tom.get(f"/staff/messages/{row.id}/mail").status_code == 404


@pytest.mark.parametrize(
    "name", ["..%2f..%2fsecret_key", "../../../secret_key", "%2e%2e/secret_key", "1-1.eml"]
)
def test_no_path_leads_out_of_the_folder(cast, name):
    assert cast.tom.get(f"/staff/messages/{name}/mail").status_code == 404
