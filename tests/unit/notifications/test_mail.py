import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy

import pytest
from icalendar import Calendar

from app.notifications.channels.mail import address_of, email_of, one_line, sender_of
from app.notifications.letter import CalendarFile, DeliveryError, Letter

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SENDER = sender_of("Service <no-reply@example.org>")
LETTER = Letter(to="a@example.org", subject="Your visit", text="Hello 你好 привет\n", html="<p>你好</p>")


def parsed(letter: Letter, key: str = "7-1") -> email.message.EmailMessage:
    content = email_of(letter, sender=SENDER, key=key, now=NOW).as_bytes()
    return email.message_from_bytes(content, policy=policy.default)


@pytest.mark.parametrize(
    "text",
    ["", "x", "a b@example.org", "a@example.org, evil@example.com", "a@example.org\r\nBcc: evil@example.com",
     "<a@example.org>", "A Name <a@example.org>", "ü@example.org", "a@host", "a@" + "b" * 70 + ".org",
     "a=?utf-8?q?=0D=0ABcc=3A_e?=@example.org"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused_for_good(text: str) -> None:
    with pytest.raises(DeliveryError) as refused:
        address_of(text)
    assert refused.value.permanent
    assert "example" not in refused.value.detail


@pytest.mark.parametrize(
    ("domain", "asked"),
    [("straße.de", "xn--strae-oqa.de"), ("βόλος.com", "xn--nxasmm1c.com")],
)
def test_a_letter_is_not_sent_to_a_strangers_domain(domain: str, asked: str) -> None:
    assert address_of(f"a@{domain}").addr_spec == f"a@{asked}"


def test_the_senders_own_domain_may_be_of_another_script() -> None:
    assert sender_of("Haikou <us@straße.de>").addr_spec == "us@xn--strae-oqa.de"


def test_a_domain_in_another_script_becomes_its_ascii_form() -> None:
    assert address_of(" a@例え.jp ").addr_spec == "a@xn--r8jz45g.jp"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\0"])
def test_a_line_end_in_the_subject_makes_no_header(end: str) -> None:
    message = parsed(Letter(to="a@example.org", subject=f"Visit{end}Bcc: evil@example.com", text="x"))
    assert message["Bcc"] is None
    assert message["Subject"] == "Visit Bcc: evil@example.com"
    assert message["To"] == "a@example.org"


def test_an_encoded_word_in_the_subject_is_not_decoded_into_a_header() -> None:
    subject = "Visit =?utf-8?q?=0D=0ABcc:_evil=40example.com?= x"
    content = email_of(Letter("a@example.org", subject, "x"), sender=SENDER, key="1", now=NOW).as_bytes()
    assert b"Bcc" not in content
    assert parsed(Letter("a@example.org", subject, "x"))["Bcc"] is None


def test_the_text_is_whole_and_the_html_is_its_alternative() -> None:
    message = parsed(LETTER)
    assert message.get_content_type() == "multipart/alternative"
    assert message.get_body(("plain",)).get_content().rstrip() == "Hello 你好 привет"
    assert "你好" in message.get_body(("html",)).get_content()


def test_the_message_id_depends_on_the_key_alone() -> None:
    assert parsed(LETTER)["Message-ID"] == parsed(LETTER)["Message-ID"] == "<7-1@example.org>"
    assert parsed(LETTER, key="8-1")["Message-ID"] == "<8-1@example.org>"


def test_machines_are_told_that_nobody_wrote_this() -> None:
    assert parsed(LETTER)["Auto-Submitted"] == "auto-generated"


def test_the_calendar_file_says_its_method() -> None:
    calendar = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n"
    letter = Letter(to="a@example.org", subject="s", text="t", calendar=CalendarFile(calendar, "CANCEL"))
    (part,) = parsed(letter).iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert part["Content-Type"].params["method"] == "CANCEL"
    assert part.get_filename() == "visit.ics"
    assert Calendar.from_ical(part.get_payload(decode=True))["METHOD"] == "CANCEL"


def test_a_header_is_one_line_of_signs_that_can_be_seen() -> None:
    assert one_line("  a\tb\r\n\u200bc ") == "a b c"


@pytest.mark.parametrize(
    "subject",
    [
        # Found by trying thousands: the header policy folds these and loses a space.
        "окно Пункт Центральное Ваш Визит Пункт",
        "Центральное нояб., окно Ваш 09:30, Центральное вт, визит:",
        "24 «Зона in Пункт высоких «Зона 24 Пункт",
        "您的预约：11月24日 周二 09:20，外国人综合服务窗口",
    ],
)
def test_a_subject_in_any_script_arrives_letter_for_letter(subject: str) -> None:
    assert parsed(Letter(to="a@example.org", subject=subject, text="x"))["Subject"] == subject


def test_only_what_can_be_stopped_says_where_and_never_by_one_request() -> None:
    stoppable = parsed(replace(LETTER, stop_link="https://haikou.example/w/7Kq2mXw9Td"))
    assert stoppable["List-Unsubscribe"] == "<https://haikou.example/w/7Kq2mXw9Td>"
    assert stoppable["List-Unsubscribe-Post"] is None
    assert parsed(LETTER)["List-Unsubscribe"] is None
