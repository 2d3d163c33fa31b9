"""Texts of messages are changed by administrators, refused when a blank is missing, and restored."""

import pytest

from app import jobs, writers
from app.db import db
from app.notifications.delivery import outbox
from app.notifications.models import MessageText, OutboxMessage, TrialMessage
from app.notifications.texts.kinds import list_kinds
from app.notifications.texts.versions import shipped_texts
from tests import factories
from tests.factories import at

SMS = "/staff/texts/tomorrow/sms"
MAIL = "/staff/texts/tomorrow/email"
GOOD = {
    "body_en": "Come tomorrow at {time} to {place}. {link}",
    "body_zh": "明天{time}，{place}。{link}",
    "body_ru": "Завтра в {time}, {place}. {link}",
}


def save(browser, address=SMS, **words):
    return browser.post(address, data={"step": "save", "version": "0", **GOOD, **words})


@pytest.fixture
def letter(cast, network, now):
    """Write the reminder of tomorrow's visit, as the worker would."""
    visit = factories.build_appointment(
        network.central, network.document_check, phone="+86 138 0013 8000",
        starts_at=at("2026-11-25", "10:00"), ends_at=at("2026-11-25", "10:20"), language="ru",
    )  # fmt: skip

    def write(channel="sms"):
        row = OutboxMessage(
            dedupe_key=f"x{channel}{db.session.query(OutboxMessage).count()}", topic="appointment",
            subject_id=visit.id, revision=0, kind="reminder-1d", channel=channel, send_at=now,
            status="claimed", due_at=now, created_at=now,
        )  # fmt: skip
        factories.save(row)
        return writers.compose(outbox.ClaimedMessage.of(row, "worker"), now)

    return write


def test_every_kind_has_a_page_for_each_channel_and_ships_without_a_fault(cast):
    browser = cast.ada
    page = browser.get("/staff/texts").text
    for kind in list_kinds():
        for channel in kind.texts:
            assert f"/staff/texts/{kind.name}/{channel}" in page
            assert browser.get(f"/staff/texts/{kind.name}/{channel}").status_code == 200
            assert browser.post(
                f"/staff/texts/{kind.name}/{channel}", data=as_form(kind, channel)
            ).status_code == 200, "the shipped words must pass the rule they are held to"  # fmt: skip


def as_form(kind, channel):
    fields = ("subject", "heading", "body") if channel == "email" else ("body",)
    texts = shipped_texts(kind, channel)
    return {f"{f}_{language}": getattr(text, f) for language, text in texts.items() for f in fields}


def test_a_saved_text_is_in_force_in_the_persons_language(cast, letter):
    assert save(cast.ada).status_code == 303
    assert letter().text.startswith("Завтра в 10:00, Central Window (ru). http")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"body_ru": "Завтра в {time}, {place}."}, "Russian, Text: the blank {link} is missing."),
        ({"body_zh": ""}, "Chinese, Text: write something."),
        ({"body_en": "{time} {place} {link} {passport}"}, "there is no blank {passport} here"),
        ({"body_en": "{time} {place} {link} {{7*7}}"}, "a brace belongs to no blank"),
        ({"body_en": "{time} {place} {link}" + "x" * 4100}, "write at most 4000 signs"),
    ],
)
def test_a_text_that_would_not_work_is_refused_and_kept_on_the_page(cast, letter, words, sentence):
    answer = save(cast.ada, **words)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Come tomorrow at {time}" in answer.text or "body_en" in words
    assert db.session.query(MessageText).count() == 0


def test_the_preview_saves_nothing_and_counts_the_parts(cast):
    answer = cast.ada.post(SMS, data={"step": "preview", "version": "0", **GOOD})
    assert answer.status_code == 200
    assert "Come tomorrow at 10:20 to Central Window." in answer.text
    assert "This text needs 1 SMS in English (" in answer.text
    assert db.session.query(MessageText).count() == 0


def test_an_earlier_version_and_the_shipped_text_come_back(cast, letter):
    browser = cast.ada
    save(browser)
    save(browser, version="1", body_ru="Второй: {time} {place} {link}")
    assert letter().text.startswith("Второй")
    browser.post(f"{SMS}/restore", data={"restored": "1"})
    assert letter().text.startswith("Завтра в 10:00, Central")
    browser.post(f"{SMS}/restore", data={"restored": "0"})
    assert letter().text.startswith("Завтра: ")
    assert [row.version for row in db.session.query(MessageText).order_by(MessageText.version)] == [
        1,
        2,
        3,
        4,
    ]
    assert browser.post(f"{SMS}/restore", data={"restored": "99"}).status_code == 404


def test_two_administrators_do_not_overwrite_each_other(cast):
    browser = cast.ada
    save(browser)
    late = save(browser, body_en="Mine: {time} {place} {link}")
    assert late.status_code == 409
    assert "Somebody changed this text" in late.text
    assert "Mine: {time}" in late.text
    assert db.session.query(MessageText).count() == 1


def test_a_hostile_text_is_text_everywhere(cast, letter):
    hostile = "<script>alert(1)</script> {time} {place} {when} {link}"
    words = {"step": "save", "version": "0"}
    for language in ("en", "zh", "ru"):
        words |= {f"{f}_{language}": hostile for f in ("subject", "heading", "body")}
    browser = cast.ada
    assert browser.post(MAIL, data=words).status_code == 303
    assert "<script>alert" not in browser.get(MAIL).text
    mail = letter("email")
    assert "<script>" not in mail.html
    assert "&lt;script&gt;alert(1)" in mail.html


def test_a_text_that_lost_a_blank_to_an_upgrade_gives_way_to_the_shipped_one(cast, letter, now):
    old = {language: {"subject": "", "heading": "", "body": "{gone}"} for language in ("en", "zh", "ru")}
    row = MessageText(kind="tomorrow", channel="sms", version=1, texts=old, saved_by="ada", saved_at=now)
    factories.save(row)
    assert letter().text.startswith("Завтра: ")


@pytest.mark.parametrize("address", ["/staff/texts/nothing/sms", "/staff/texts/tomorrow/fax"])
def test_an_unknown_text_is_not_a_page(cast, address):
    assert cast.ada.get(address).status_code == 404


# --- a test to oneself -------------------------------------------------------------------------


def test_a_test_goes_through_the_outbox_with_examples(cast, now):
    answer = cast.ada.post(f"{MAIL}/test", data={"to": "ada@example.org", "language": "ru"})
    assert answer.status_code == 303
    row = db.session.query(OutboxMessage).filter_by(topic="trial").one()
    letter = writers.compose(outbox.ClaimedMessage.of(row, "worker"), now)
    assert letter.to == "ada@example.org"
    assert letter.subject.startswith("Завтра: ")
    assert "ada@" not in db.session.query(TrialMessage).one().contact_encrypted


@pytest.mark.parametrize("to", ["", "nonsense"])
def test_a_test_to_nobody_is_refused(cast, to):
    answer = cast.ada.post(f"{MAIL}/test", data={"to": to, "language": "ru"})
    assert answer.status_code == 422
    assert '<option value="ru" lang="ru" selected>' in answer.text
    assert db.session.query(OutboxMessage).count() == 0


def test_the_address_of_a_test_is_forgotten_after_a_day(cast, clock):
    cast.ada.post(f"{MAIL}/test", data={"to": "ada@example.org", "language": "en"})
    clock.move(hours=25)
    jobs.purge()
    assert db.session.query(TrialMessage).count() == 0
