"""Two bureaus decide on their own pages, on a phone and a desk; every page of cases by the rules."""

from datetime import date
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from app.cases.models import Case
from app.cases.states import LegState
from app.db import db
from tests import factories
from tests.browser.conftest import widest
from tests.factories import PASSWORD
from tests.integration.intake.sheets import row, sheet

DESK = {"width": 1280, "height": 720}
_numbers = count()


@pytest.fixture
def bureaus(live_server) -> dict[str, str]:
    """Return a new account of each bureau, by its permit."""
    number = next(_numbers)
    names = {"work": f"lin{number}", "residence": f"gao{number}"}
    factories.build_user(names["work"], bureau="foreign-experts")
    factories.build_user(names["residence"], bureau="exit-entry")
    return names


@pytest.fixture
def case(live_server) -> Case:
    network, number = live_server.network, next(_numbers)
    db.session.merge(network.visit_type).promised_days = 7
    db.session.commit()
    return factories.build_case(
        network.visit_type,
        network.central,
        legs=(LegState.IN_REVIEW, LegState.IN_REVIEW),
        full_name=f"Guðrún Number{number}",
        passport=f"GZ77{number + 1000}",
        received_on=date(2026, 11, 20),
    )


def sign_in(page: Page, username: str) -> None:
    page.goto("/staff")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_found_by_name_decided_by_both_and_ready(any_page, open_page, bureaus, case) -> None:
    sign_in(any_page, bureaus["work"])
    any_page.goto("/staff/cases")
    any_page.get_by_role("main").get_by_role("searchbox").fill(f"gudrun {case.full_name.split()[1]}")
    any_page.get_by_role("button", name="Search").click()
    any_page.get_by_role("link", name=case.number).click()
    expect(any_page.get_by_role("button", name="Approve")).to_have_count(1)
    any_page.get_by_role("button", name="Approve").click()
    expect(any_page.get_by_role("status")).to_have_text("Saved.")

    other = open_page(viewport=DESK)
    sign_in(other, bureaus["residence"])
    other.goto(f"/staff/cases/{case.number}")
    other.get_by_role("button", name="Approve").click()

    expect(other.get_by_text("Ready to collect").first).to_be_visible()
    expect(other.get_by_text("Guðrún")).to_have_count(0)
    db.session.expire_all()
    assert db.session.get(Case, case.id).ready_at is not None


@pytest.mark.parametrize(("language", "width"), [("en", 320), ("zh", 1280), ("ru", 320)])
def test_every_page_keeps_the_rules(open_page, case, axe, tmp_path, language, width) -> None:
    page = open_page(viewport={"width": width, "height": 640})
    factories.build_user(f"lin-{language}", bureau="foreign-experts")
    sign_in(page, f"lin-{language}")
    if language != "en":
        page.locator(f"button[name=language][value={language}]").click()
    file = tmp_path / "cases.csv"
    file.write_bytes(sheet([row(1), row(2, passport="x")]))
    page.goto("/staff/intake")
    page.locator("#file").set_input_files(file)
    page.locator("main form button").click()
    for path in ("", "/staff/intake", "/staff/cases", f"/staff/cases/{case.number}"):
        if path:
            page.goto(path)
        axe(page)
        assert widest(page) <= width
        assert "г.." not in page.content()  # a Russian date ends with a dot of its own
