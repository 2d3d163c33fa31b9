"""Where is my case: by link or by code, for the person and the employer, showing little of the person."""

from datetime import date

import pytest

from app.cases.states import LegState
from app.db import db
from tests import factories
from tests.factories import TUESDAY
from tests.integration.appointments.pages import h1


def open_case(client, case, language="en"):
    """Ask by code and last four, as an employer does."""
    typed = {"code": case.code, "last4": case.passport_last4}
    return client.post(f"/{language}/status", data=typed, follow_redirects=True)


@pytest.fixture
def review(network):
    case = factories.build_case(
        network.visit_type, legs=(LegState.APPROVED, LegState.IN_REVIEW), received_on=date(2026, 11, 20)
    )
    network.visit_type.promised_days = 7
    db.session.commit()
    return case


def test_the_answer_is_the_heading_and_the_last_day_is_named(client, review):
    page = open_case(client, review)

    assert h1(page) == "Your work permit is approved. Your residence permit is in review."
    assert "At the latest:" in page.text
    assert "Tuesday 1 December" in page.text, "seven working days after Friday, 20 November"
    assert page.text.count('aria-current="step"') == 1


def test_the_link_is_enough(client, review):
    client.get(f"/c/{review.link}")

    assert h1(client.get("/en/status")).startswith("Your work permit is approved.")


def test_nothing_personal_is_shown_but_initials_and_the_last_four(client, review):
    page = open_case(client, review).text

    for secret in ("Maria Example", review.passport, review.code, review.email, review.number):
        assert secret not in page
    assert "M. E." in page
    assert review.passport_last4 in page


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
@pytest.mark.parametrize("other", [LegState.APPROVED, LegState.REFUSED])
def test_a_refusal_is_never_on_the_screen(client, network, other, language):
    legs = (LegState.REFUSED, other)
    page = open_case(client, factories.build_case(network.visit_type, legs=legs), language).text.lower()

    for word in ("refus", "reject", "拒绝", "驳回", "不予", "отказ", 'class="lanes"'):
        assert word not in page
    assert "12345" in page


def test_a_promise_that_is_past_is_admitted(client, review):
    review.received_on = date(2026, 11, 2)
    db.session.commit()

    page = open_case(client, review).text

    assert "This takes longer than the bureaus promised." in page
    assert "At the latest" not in page


def test_papers_that_are_needed_are_said_in_amber(client, network):
    case = factories.build_case(network.visit_type, legs=(LegState.PAPERS_ASKED, LegState.IN_REVIEW))
    page = open_case(client, case)

    assert h1(page) == "More papers are needed for your permits"
    assert 'class="notice amber"' in page.text


def test_a_ready_case_leads_to_a_time_and_a_booked_one_to_its_visit(client, network):
    case = factories.build_case(network.visit_type, network.central)
    page = open_case(client, case)
    assert h1(page) == "Your work permit and residence permit are ready"
    assert 'href="/en/collect"' in page.text

    factories.build_appointment(network.central, network.collect, case_id=case.id)
    page = open_case(client, case)
    assert h1(page) == "Your permits are ready and your visit is booked"
    assert 'href="/en/visit"' in page.text


def test_a_collected_case_has_nothing_more_to_do(client, network):
    page = open_case(client, factories.build_case(network.visit_type, network.central, collected_at=TUESDAY))

    assert h1(page) == "You collected your permits"


def test_a_wrong_code_is_told_once_and_tries_end(client, review):
    wrong = {"code": review.code, "last4": "0000"}
    answers = [client.post("/en/status", data=wrong) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "We could not find this code." in answers[0].text
    assert f'value="{review.code}"' in answers[0].text


def test_another_case_can_be_looked_for_and_the_home_page_leads_here(client, review):
    open_case(client, review)

    assert h1(client.get("/en/status?other=1")) == "Where is my case?"
    assert 'href="/en/status"' in client.get("/en/").text


def ready_cases(network, days: list[str]) -> None:
    """Build a case for each day on which its second permit was approved; all were received on 2 November."""
    for day in days:
        case = factories.build_case(
            network.visit_type, network.central, received_on=date(2026, 11, 2), ready_at=TUESDAY
        )
        for leg in case.legs:
            leg.decided_on = date.fromisoformat(day)
    db.session.commit()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (["2026-11-05"] * 3 + ["2026-11-06"] * 14 + ["2026-11-20"] * 3, "Usually 3–14 working days"),
        (["2026-11-05"] * 2 + ["2026-11-06"] * 16 + ["2026-11-20"] * 2, "Usually 4 working days"),
    ],
)  # fmt: skip
def test_how_long_it_usually_takes_is_counted_from_the_newest_cases(client, network, review, days, words):
    ready_cases(network, days)

    assert f"{words} (8 of 10 cases)." in open_case(client, review).text


def test_nothing_is_called_usual_of_a_few_cases(client, network, review):
    ready_cases(network, ["2026-11-06"] * 19)

    page = open_case(client, review).text

    assert "At the latest:" in page
    assert "Usually" not in page
