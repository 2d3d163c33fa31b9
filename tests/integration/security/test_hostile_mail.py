"""Names in letters and calendar files: they stay in their field, and staff see letters as plain text."""

import re
from email import policy
from email.parser import BytesParser

import pytest
from icalendar import Calendar

from app.appointments.letters import letters
from app.appointments.models import Appointment
from app.appointments.reminders.announcing import announce
from app.db import db, transact
from app.localtext import LocalText
from app.notifications.channels.files import EmailFiles
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.models import OutboxMessage
from app.settings import Settings
from tests.factories import PASSWORD, build_appointment, build_user
from tests.hostile import HOSTILE_NAMES
from tests.integration.security.test_hostile_texts import running

HEADER_BREAKERS = (
    "two\r\nBcc: evil@example.org\r\n\r\n<script>alert(1)</script>",
    "one\nTo: evil@example.org",
    "tab\tvertical\x0bform\x0cnext\x85line\u2028para\u2029end",
    "END:VEVENT\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:evil@example.org",
    'a;b,c:d\\n\\,"quoted" ^n ^\' folded ' + "и" * 120,
    "=?utf-8?B?PHNjcmlwdD4=?= =?utf-8?q?=0D=0ABcc:?= x",
    "\u202etxt.exe",
)
TEXTS = (*HOSTILE_NAMES, *HEADER_BREAKERS)
HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
           "Content-Language", "X-Auto-Response-Suppress"}  # fmt: skip
EVENT = {"UID", "SEQUENCE", "DTSTAMP", "STATUS", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION",
         "GEO", "URL", "ORGANIZER", "TRANSP", "ATTENDEE"}  # fmt: skip


@pytest.fixture
def delivered(app, network, now):
    """Return the visit's row of the outbox and the mail that was written for it, by a hostile text."""

    def deliver(text):
        for row in (network.central, network.document_check):
            row.name = row.full_name = row.address = LocalText(text, text, text)
        db.session.commit()
        visit = build_appointment(network.central, network.document_check, name=text)
        transact(announce, visit, "confirmation", now=now)
        message = db.session.query(OutboxMessage).filter_by(kind="confirmation").one()
        claimed = ClaimedMessage.of(message, "worker")
        letter = letters.compose(claimed, now)
        settings: Settings = app.extensions["settings"]
        EmailFiles(settings.mail_folder, sender=settings.mail_from).send(letter, key=claimed.key, now=now)
        content = (settings.mail_folder / f"{claimed.key}.eml").read_bytes()
        return message, BytesParser(policy=policy.default).parsebytes(content)

    return deliver


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:40])
def test_it_adds_no_header_no_recipient_and_no_line_to_the_calendar(delivered, text):
    _row, mail = delivered(text)

    assert set(mail.keys()) == HEADERS
    assert [a.addr_spec for a in mail["To"].addresses] == ["maria@example.org"]
    assert len(mail["Subject"].splitlines()) == 1
    html = mail.get_body(("html",)).get_content()
    assert set(running(html)) == {"style"}  # mail programs know no style sheets
    assert not re.search(r'(?:href|src|action)="(?:javascript|data|//)', html)
    [attached] = mail.iter_attachments()
    calendar = Calendar.from_ical(attached.get_content())
    [event] = calendar.walk("VEVENT")
    assert set(event) <= EVENT
    assert str(event["ATTENDEE"]) == "mailto:maria@example.org"
    assert "".join(text.split()) in "".join(str(event["SUMMARY"]).split())


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:40])
def test_staff_read_it_as_plain_text(client, delivered, text):
    row, mail = delivered(text)
    build_user("ada", role="administrator")
    client.post("/staff", data={"username": "ada", "password": PASSWORD})

    page = client.get(f"/staff/messages/{row.id}/mail")

    assert page.status_code == 200
    assert running(page.text) == []
    assert "<script>alert" not in page.text
    assert mail.get_body(("html",)).get_content() not in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("text", HEADER_BREAKERS, ids=lambda text: ascii(text)[:40])
def test_a_name_of_several_lines_is_not_stored(client, network, text):
    held = client.post("/api/v1/holds", json={"station": "jiangdong", "service": "document-check",
                       "starts_at": "2026-11-24T10:00:00+08:00", "party_size": 1})  # fmt: skip
    body = {"hold_id": held.json["hold_id"], "name": text, "email": "maria@example.org"}
    booked = client.post("/api/v1/appointments", json=body, headers={"Idempotency-Key": "k"})

    assert booked.status_code in (201, 422), booked.text
    stored = [visit.name for visit in db.session.query(Appointment)]
    assert all(name.isprintable() and len(name.splitlines()) == 1 for name in stored)
    assert len(stored) == (booked.status_code == 201)
