"""Reports of mail servers as they come, and mail that is no report."""

import pytest

from app.notifications.channels.bounces import is_dead, read_reports, status_of

REPORT = """\
From: MAILER-DAEMON@mx.example.org
To: bounces@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Tue, 24 Nov 2026 01:00:00 +0000

Final-Recipient: rfc822; maria@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b1
{returned}
--b1--
"""
WHOLE = (
    "Content-Type: message/rfc822\n\nFrom: s@example.org\nMessage-ID: <7-59c40e355f81b102@example.org>\n\nx\n"
)
HEADERS = (
    "Content-Type: text/rfc822-headers\n\nFrom: s@example.org\nMessage-ID: <7-59c40e355f81b102@example.org>\n"
)


def mail(action="failed", status="5.1.1", said="550 5.1.1 unknown user", returned=WHOLE) -> bytes:
    return REPORT.format(action=action, status=status, said=said, returned=returned).encode()


@pytest.mark.parametrize("returned", [WHOLE, HEADERS])
def test_a_bounce_names_the_letter_the_address_and_the_reason(returned) -> None:
    (report,) = read_reports(mail(returned=returned))
    assert (report.key, report.address) == ("7-59c40e355f81b102", "maria@example.org")
    assert (report.delivered, report.dead, report.detail) == (False, True, "550 5.1.1 unknown user")


@pytest.mark.parametrize(
    ("status", "dead"),
    [("5.1.1", True), ("5.1.10", True), ("5.2.1", True), ("5.4.4", True),
     ("5.2.2", False), ("5.7.1", False), ("5.3.4", False), ("4.4.7", False), ("5.0.0", False), ("", False)],
)  # fmt: skip
def test_only_some_reasons_say_that_the_address_is_at_fault(status, dead) -> None:
    assert is_dead(status) is dead
    assert read_reports(mail(status=status))[0].dead is dead


def test_a_letter_named_before_names_were_secret_is_still_known() -> None:
    old = WHOLE.replace("59c40e355f81b102", "1790000000")
    assert [report.key for report in read_reports(mail(returned=old))] == ["7-1790000000"]


def test_a_delay_is_no_report() -> None:
    assert read_reports(mail(action="delayed", status="4.4.1")) == []


def test_a_delivery_is_one() -> None:
    (report,) = read_reports(mail(action="delivered", status="2.0.0", said="250 OK"))
    assert (report.delivered, report.dead) == (True, False)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\x00", b"Subject: I am on holiday\n\nback soon", b"Content-Type: multipart/report\n\n",
        mail(returned="Content-Type: message/rfc822\n\nMessage-ID: <someone-else@example.org>\n\nx\n"),
        mail(returned="Content-Type: message/rfc822\n\n"), mail().replace(b"Action: failed", b"Action: odd"),
        mail().replace(b"message/delivery-status", b"text/plain"),
    ],
)  # fmt: skip
def test_any_other_mail_says_nothing(content) -> None:
    assert read_reports(content) == []


@pytest.mark.parametrize(
    ("answer", "status"),
    [("550 5.1.1 <x>: no", "5.1.1"), ("550 no such user", ""), ("mail from 10.5.1.1.2", ""), ("", "")],
)
def test_the_enhanced_status_is_found_in_an_answer(answer, status) -> None:
    assert status_of(answer) == status
