"""Real SMTP conversations: what arrives, and what a server's answers do to a message."""

import email
import socket
from email import policy

import pytest
from icalendar import Calendar

from app.notifications.channels.smtp import SmtpChannel
from app.notifications.letter import CalendarFile, DeliveryError, Letter

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
LETTER = Letter(
    to="maria@example.org",
    subject="Your visit: вт, 24 нояб., 10:00",
    text="你好\n.\nstill here\n",
    html="<p>你好</p>",
    language="ru",
    calendar=CalendarFile(CALENDAR, "REQUEST"),
)


@pytest.fixture
def smtp(postbox):
    channel = SmtpChannel(f"smtp://127.0.0.1:{postbox.port}", sender="S <no-reply@example.org>", timeout=2)
    yield channel
    channel.close()


def test_what_arrives_is_a_whole_letter_for_one_person(smtp, postbox, now) -> None:
    assert smtp.send(LETTER, key="7-1", now=now) == "250 OK"
    (envelope,) = postbox.received
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@example.org", ["maria@example.org"])
    message = email.message_from_bytes(envelope.content, policy=policy.default)
    assert message["Subject"] == LETTER.subject
    assert message["Message-ID"] == "<7-1@example.org>"
    assert message["Date"].datetime == now
    assert message.get_body(("plain",)).get_content().splitlines() == ["你好", ".", "still here"]
    assert message.get_body(("html",)).get_content().strip() == "<p>你好</p>"
    (part,) = message.iter_attachments()
    assert Calendar.from_ical(part.get_content().encode() if isinstance(part.get_content(), str)
                              else part.get_content())["METHOD"] == "REQUEST"  # fmt: skip


def test_a_batch_is_one_conversation(smtp, postbox, now) -> None:
    for key in ("1-1", "2-1", "3-1"):
        smtp.send(LETTER, key=key, now=now)
    assert (postbox.connections, len(postbox.received)) == (1, 3)
    smtp.close()
    smtp.send(LETTER, key="4-1", now=now)
    assert postbox.connections == 2


@pytest.mark.parametrize("step", ["rcpt_answers", "data_answers"])
@pytest.mark.parametrize(
    ("answer", "permanent"),
    [("451 4.3.0 try later", False), ("550 5.1.1 <maria@example.org>: no such user", True)],
)
def test_a_refusal_is_told_apart_and_the_next_message_goes_out(
    smtp, postbox, now, step, answer, permanent
) -> None:
    getattr(postbox, step).append(answer)
    with pytest.raises(DeliveryError) as refused:
        smtp.send(LETTER, key="1-1", now=now)
    assert refused.value.permanent is permanent
    assert refused.value.detail.startswith(answer[:9])
    assert "maria" not in refused.value.detail
    smtp.send(LETTER, key="2-1", now=now)
    assert [e.content.count(b"<2-1@") for e in postbox.received] == [1]


def test_a_server_that_closed_between_two_messages_is_called_again(smtp, postbox, now) -> None:
    smtp.send(LETTER, key="1-1", now=now)
    smtp._client.sock.shutdown(socket.SHUT_RDWR)
    smtp.send(LETTER, key="2-1", now=now)
    assert len(postbox.received) == 2


def test_nobody_at_the_address_is_temporary(now) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    channel = SmtpChannel(f"smtp://127.0.0.1:{port}", sender="a@example.org", timeout=1)
    with pytest.raises(DeliveryError) as refused:
        channel.send(LETTER, key="1-1", now=now)
    assert (refused.value.permanent, refused.value.detail) == (
        False,
        "no conversation: ConnectionRefusedError",
    )


def test_a_server_that_says_nothing_is_left_in_time(now) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        channel = SmtpChannel(f"smtp://127.0.0.1:{port}", sender="a@example.org", timeout=0.3)
        with pytest.raises(DeliveryError) as refused:
            channel.send(LETTER, key="1-1", now=now)
    assert not refused.value.permanent


def test_a_password_is_not_sent_in_the_clear_to_another_machine(postbox, now, monkeypatch) -> None:
    monkeypatch.setattr("app.notifications.channels.smtp.LOOPBACK", ())
    channel = SmtpChannel(f"smtp://user:secret@127.0.0.1:{postbox.port}", sender="a@example.org", timeout=1)
    with pytest.raises(DeliveryError, match="SMTPNotSupportedError"):
        channel.send(LETTER, key="1-1", now=now)
    assert postbox.received == []


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://"])
def test_an_address_that_is_no_mail_server_is_refused_at_the_start(url) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        SmtpChannel(url, sender="a@example.org", timeout=1)
