"""The whole way of a permit: a file of 1,000 cases, two bureaus, a letter, a phone, a counter, the figures.

Everything is real but the people: the shipped network, gunicorn, a worker, SMTP, Chromium.
"""

import csv
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from statistics import median_low
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.accounts.models import Role
from app.cases.models import Case, PermitLeg
from app.db import db
from app.stations.queries import get_station
from tests import factories
from tests.browser.conftest import PHONE, Watcher, widest
from tests.browser.mailbox import Mailbox
from tests.conftest import make_app
from tests.databases import Databases
from tests.factories import PASSWORD
from tests.integration.intake.sheets import row, sheet
from tests.server import BIN, ROOT, Server, environment

LINES = 1000
DESK = {"width": 1280, "height": 800}
FIRST, SECOND = 1, 2  # the two cases that are walked to their end
COUNTRIES = ("RUS", "KAZ", "FRA", "IND", "BRA")


def lines() -> Iterator[dict[str, str]]:
    """Yield what the file says of each case but its number: a third is approved by both bureaus."""
    for number in range(1, LINES + 1):
        cells = {
            "received_on": "2026-11-02", "nationality": COUNTRIES[number % len(COUNTRIES)],
            "employer_registered_on": f"20{25 + number % 7 // 4}-08-20", "papers_station": "",
            "work_state": "in_review", "work_on": "2026-11-03",
            "residence_state": "in_review", "residence_on": "2026-11-03",
        }  # fmt: skip
        if number in (FIRST, SECOND):
            cells["papers_station"] = "central-window"
        elif number % 3 == 0:
            cells |= {"work_state": "approved", "work_on": "2026-11-05", "residence_state": "approved"}
            cells["residence_on"] = ("2026-11-06", "2026-11-10", "2026-11-11")[number // 3 % 3]
        elif number % 3 == 1:
            cells |= {"work_state": "approved", "residence_state": "refused"}
        yield cells


# Working days after the 2 November: the 6th is the 4th, the 10th the 6th, the 11th the 7th; today the 16th.
WORKING_DAYS = {"2026-11-06": 4, "2026-11-10": 6, "2026-11-11": 7}
WORKING_DAYS_TODAY = 16


@dataclass(frozen=True)
class Place:
    """The running installation."""

    app: Flask
    url: str
    mailbox: Mailbox
    flask: Callable[..., str]


@pytest.fixture
def place(databases: Databases, tmp_path: Path, mailbox: tuple[Mailbox, int]) -> Iterator[Place]:
    """The shipped network with its staff, a web server and a worker that sends by SMTP."""
    box, smtp_port = mailbox
    database_url = databases.make("sqlite")
    app = make_app(database_url, tmp_path)
    settings = {"SMTP_URL": f"smtp://127.0.0.1:{smtp_port}", "SMTP_TLS": "optional"}
    settings["LETTERS"] = '{"gap_minutes": 0}'  # this day is shorter than the time between two letters

    def flask(*command: str, **more: str) -> str:
        return subprocess.check_output(
            [BIN / "flask", "--app", "wsgi", *command], cwd=ROOT, text=True, stderr=subprocess.STDOUT,
            env=environment(database_url, tmp_path, **settings, **more),
        )  # fmt: skip

    with app.app_context():
        loaded = app.test_cli_runner().invoke(args=["seed", "load"])
        assert loaded.exit_code == 0, loaded.output
        _build_staff()
        with (
            Server(database_url, tmp_path, **settings) as server,
            (tmp_path / "worker.log").open("wb") as log,
        ):
            worker = subprocess.Popen(
                [BIN / "flask", "--app", "wsgi", "worker"], cwd=ROOT, env=server.environment,
                stdout=log, stderr=log,
            )  # fmt: skip
            yield Place(app, server.url, box, flask)
            worker.kill()
            worker.wait()
        db.session.remove()
        db.engine.dispose()


def _build_staff() -> None:
    factories.build_user("lin", bureau="foreign-experts")
    factories.build_user("gao", bureau="exit-entry")
    factories.build_user("mei", stations=(get_station("central-window"),))
    factories.build_user("ada", role=Role.ADMINISTRATOR)


@pytest.fixture
def opened(browser: Browser, place: Place) -> Iterator[Callable[..., Page]]:
    """Return a maker of pages that watch themselves."""
    watcher, contexts = Watcher(place.url), []

    def opened(**options: Any) -> Page:
        contexts.append(browser.new_context(base_url=place.url, **options))
        contexts[-1].set_default_timeout(20_000)
        watcher.watch(contexts[-1])
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()
    assert watcher.faults == []


@pytest.fixture
def staff(opened: Callable[..., Page]) -> Callable[[str], Page]:
    """Return a function that signs somebody in at a desk."""

    def signed_in(username: str) -> Page:
        page = opened(viewport=DESK, locale="en-GB")
        page.goto("/staff")
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        return page

    return signed_in


def case_of(number: int) -> Case:
    db.session.rollback()
    return db.session.query(Case).filter_by(external_number=f"HK-{number:06}").one()


def approve(page: Page, number: int) -> None:
    """Approve the own permit of a case, which is found by the bureaus' own number of its passport."""
    page.goto("/staff/cases")
    page.get_by_role("main").get_by_role("searchbox").fill(f"T{number:07}")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=case_of(number).number).click()
    expect(page.get_by_role("button", name="Approve")).to_have_count(1)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")


def book(phone: Page, letter: str) -> None:
    """Book from the link of a letter: two presses, no field."""
    link = re.search(r"http://\S+/c/\S+", letter)
    assert link, letter
    phone.goto(link[0])
    assert "/ru/" in phone.url
    phone.locator("button.time").nth(2).click()
    phone.locator("form.confirm button").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Вы записаны")
    assert widest(phone) <= PHONE["width"]


def move(phone: Page) -> str:
    """Move the visit: two presses. Returns its booking number."""
    phone.locator("button.time").first.click()
    phone.locator("form.confirm button").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ваш визит перенесён")
    return phone.locator("bdi.code").first.inner_text().replace(" ", "")


def hand_over(page: Page, reference: str) -> None:
    """Receive the person: check in, then tick everything that can be ticked."""
    page.goto(f"/staff/visits/{reference}")
    page.get_by_role("button", name="Check in").click()
    ticks = page.locator("main form input[type=checkbox]")
    expect(ticks.nth(1 + 2)).to_be_visible()  # identity, two permits, a paper
    for tick in ticks.all():
        tick.check()
    page.get_by_role("button", name="Complete the visit").click()
    expect(page.get_by_text("Everything handed over").first).to_be_visible()


def figures(page: Page) -> list[str]:
    """Return the numbers of the half-year, as the administrator saves them."""
    page.goto("/staff/reports/half-year?year=2026&half=2")
    answer = page.request.get("/staff/reports/half-year/half-year.csv?year=2026&half=2")
    return [line[1] for line in csv.reader(StringIO(answer.text().lstrip("\ufeff")))][1:]


def counted_by_hand() -> list[str]:
    """Count the same figures from the lines of the file, without the application."""
    told = list(lines())
    approved = [cells for cells in told if cells["work_state"] == cells["residence_state"] == "approved"]
    days = [WORKING_DAYS[cells["residence_on"]] for cells in approved] + 2 * [WORKING_DAYS_TODAY]
    walked = [told[FIRST - 1], told[SECOND - 1]]
    countries = {cells["nationality"] for cells in approved + walked}
    units = {n % 7 for n, cells in enumerate(told, start=1) if cells["employer_registered_on"] > "2026-07"}
    return [
        str(len(units)), str(len(approved) + 2), "0", "—", str(len(countries)),
        "1", "1", "100", str(median_low(days)),
    ]  # fmt: skip


def test_from_the_file_to_the_figures(place, opened, staff, tmp_path) -> None:
    file = tmp_path / "cases.csv"
    file.write_bytes(sheet(row(number, **cells) for number, cells in enumerate(lines(), start=1)))
    assert "Taken in: 1,000 of 1,000 lines" in place.flask("cases", "import", str(file))

    lin, gao = staff("lin"), staff("gao")
    for number, (first, second) in ((FIRST, (lin, gao)), (SECOND, (gao, lin))):
        approve(first, number)
        assert case_of(number).ready_at is None
        approve(second, number)
        assert case_of(number).ready_at is not None
    told = [place.mailbox.wait_for(f"p{number}@example.org", 1) for number in (FIRST, SECOND)]
    assert all("Выберите время" in letter and "选择时间" in letter for letter in told)

    phone = opened(viewport=PHONE, locale="ru-RU")
    book(phone, told[0])
    assert "Центральное окно" in place.mailbox.wait_for(f"p{FIRST}@example.org", 2)
    reference = move(phone)
    place.mailbox.wait_for(f"p{FIRST}@example.org", 3)
    hand_over(staff("mei"), reference)

    case = case_of(FIRST)
    assert case.collected_at is not None
    assert {leg.issued_at for leg in case.legs} == {case.collected_at}
    assert db.session.query(PermitLeg).filter(PermitLeg.issued_at.is_not(None)).count() == 2
    assert figures(staff("ada")) == counted_by_hand()
    assert {address for address, _letter in place.mailbox.letters} == {"p1@example.org", "p2@example.org"}
