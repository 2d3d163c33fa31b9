"""The message "your permits are ready": asked for once, written late, and only while it is true."""

from datetime import timedelta

import pytest

from app import writers
from app.cases import notices
from app.cases.models import Case, CaseNotice
from app.cases.states import LegState
from app.codes import spaced
from app.db import db, transact
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import Later, Letter, Skip
from app.notifications.models import OutboxMessage
from tests import factories
from tests.factories import TUESDAY, at


@pytest.fixture
def case(network) -> Case:
    return factories.build_case(network.visit_type, network.central, phone="+86 138 0013 8000")


def announce(case: Case, now=TUESDAY) -> list[OutboxMessage]:
    transact(lambda: notices.announce_ready(db.session.get_one(Case, case.id), now=now))
    return db.session.query(OutboxMessage).order_by(OutboxMessage.id).all()


def written(message: OutboxMessage, now=TUESDAY) -> Letter | Skip:
    return writers.compose(ClaimedMessage.of(message, "worker"), now)


def change(row, **columns) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    db.session.commit()


def test_a_person_is_told_over_every_channel_that_is_known(case) -> None:
    messages = announce(case)

    assert [(m.topic, m.subject_id, m.kind, m.channel) for m in messages] == [
        ("case", case.id, "ready", "email"),
        ("case", case.id, "ready", "sms"),
    ]
    assert [written(m).to for m in messages] == ["maria@example.org", "+86 138 0013 8000"]


def test_what_was_told_is_not_told_again(case) -> None:
    announce(case)

    assert len(announce(case, TUESDAY + timedelta(days=1))) == 2


def test_a_case_that_becomes_ready_again_is_told_again_and_the_old_news_is_taken_back(case) -> None:
    old, _sms = announce(case)

    transact(lambda: notices.withdraw_ready(db.session.get_one(Case, case.id), now=TUESDAY))
    messages = announce(case, TUESDAY + timedelta(days=2))

    assert [m.status for m in messages] == ["cancelled", "cancelled", "waiting", "waiting"]
    assert written(old) == Skip("told again since")
    assert isinstance(written(messages[2]), Letter)


def test_a_case_that_is_opened_ready_in_the_same_transaction_is_told(network) -> None:
    def opened() -> None:
        case = Case(**columns(factories.build_case(network.visit_type, network.central)))
        case.number, case.code_index, case.link_hash = "NEW-1", "new", "new"
        db.session.add(case)
        notices.announce_ready(case, now=TUESDAY)

    transact(opened)

    assert db.session.query(CaseNotice).count() == 1


def columns(case: Case) -> dict:
    return {c.name: getattr(case, c.name) for c in Case.__table__.columns if c.name != "id"}


def test_the_letter_says_the_news_the_place_the_papers_and_chinese_second(network, case) -> None:
    change(case, language="ru", collect_before=TUESDAY.date() + timedelta(days=30))

    letter = written(announce(case)[0])

    assert letter.subject == "Your work permit and residence permit are ready (ru)"
    wanted = [
        "Your work permit and residence permit are ready (ru)", "Collect both in one visit. (ru)",
        f"/c/{case.link}", f"Ваш код получения: {spaced(case.code)}",
        "Central Window (ru)", "Последний день выдачи: среда, 23 декабря 2026 г.", "passport (ru)", "12345",
        "-----", "Your work permit and residence permit are ready (zh)", "Central Window (zh)",
    ]  # fmt: skip
    places = [letter.text.index(text) for text in wanted]
    assert places == sorted(places)
    assert letter.html.index('<div lang="ru"') < letter.html.index('<div lang="zh-Hans"')


@pytest.mark.parametrize(("language", "most"), [("en", 160), ("zh", 70), ("ru", 134)])
def test_an_sms_stays_within_its_parts(network, case, language: str, most: int) -> None:
    """The link of 28 signs that the official domain allows, and the words that ship."""
    titles = {
        "en": "Your work permit and residence permit are ready",
        "zh": "您的工作许可和居留许可已办好",
        "ru": "Ваши разрешение на работу и разрешение на проживание готовы",
    }
    change(network.visit_type, title=factories.LocalText(**titles))
    change(case, language=language)

    text = written(announce(case)[1]).text

    link = f"http://127.0.0.1:8000/c/{case.link}"
    assert link in text
    assert spaced(case.code) in text, "four pages and every employer ask for it"
    assert len(text) - len(link) + 28 <= most
    if language == "en":
        assert text.isascii(), "one sign more and the message has 70 signs a part"


def test_no_letter_names_a_person_or_a_passport(case) -> None:
    letter, sms = (written(message) for message in announce(case))

    everything = letter.subject + letter.text + letter.html + sms.text
    for secret in ("Maria Example", case.passport, case.passport_last4, case.code):
        assert secret not in everything


@pytest.mark.parametrize(
    ("change_it", "reason"),
    [
        (lambda case, network: change(case, collected_at=TUESDAY), "already collected"),
        (lambda case, network: change(case, papers_station_id=None), "not ready any more"),
        (lambda case, network: change(case.legs[0], state=LegState.IN_REVIEW), "not ready any more"),
        (
            lambda case, network: change(db.session.get(CaseNotice, case.id), paused_at=TUESDAY),
            "wants no messages",
        ),
        (lambda case, network: change(case, email=""), "no contact for email"),
        (
            lambda case, network: factories.build_appointment(
                network.central, network.collect, case_id=case.id
            ),
            "visit booked",
        ),
    ],
)
def test_what_is_not_true_any_more_is_not_sent(network, case, change_it, reason: str) -> None:
    message = announce(case)[0]

    change_it(case, network)

    assert written(message) == Skip(reason)


def test_the_electronic_work_permit_is_not_promised(network, case) -> None:
    network.visit_type.note = factories.words("Your work permit is electronic.")
    db.session.commit()

    assert "Your work permit is electronic." in written(announce(case)[0]).text


def test_the_news_waits_for_the_morning_over_every_channel(case) -> None:
    night = at("2026-11-25", "05:44")
    for message in announce(case, night):
        assert written(message, night) == Later(at("2026-11-25", "08:00"), "quiet hours")
        assert isinstance(written(message, at("2026-11-25", "08:00")), Letter)
