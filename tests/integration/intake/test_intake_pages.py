"""The staff's upload: looked at line by line, then taken in by the worker, or left."""

import io

import pytest

from app import jobs
from app.accounts.models import Role
from app.cases.models import Case
from app.db import db
from app.intake.models import ImportRun
from tests import factories
from tests.factories import PASSWORD
from tests.integration.intake.sheets import row, sheet


@pytest.fixture
def lin(app, network, client):
    """A browser of an administrator."""
    network.visit_type.code = "work-and-residence"
    db.session.commit()
    factories.build_user("lin", role=Role.ADMINISTRATOR)
    factories.build_user("tom", role=Role.MANAGER, stations=(network.central,))
    client.post("/staff", data={"username": "lin", "password": PASSWORD})
    return client


def send(browser, content: bytes, name: str = "cases.csv", **options):
    return browser.post("/staff/intake", data={"file": (io.BytesIO(content), name)}, **options)


def run() -> ImportRun:
    return db.session.query(ImportRun).one()


def test_a_file_is_looked_at_then_taken_in(lin) -> None:
    page = send(lin, sheet([row(1), row(2, phone="+7")]), follow_redirects=True).text

    assert "Take in 2 lines" in page
    assert "HK-000001" in page
    assert "The phone number cannot be dialled" in page
    assert "Person Number1" not in page
    assert db.session.query(Case).count() == 0

    path = f"/staff/intake/{run().public_id}"
    started = lin.post(f"{path}/start", follow_redirects=True).text
    assert "0 of 2 lines are taken in" in started
    assert '<progress id="progress" value="0" max="2">' in started
    assert 'http-equiv="refresh"' in started
    jobs.take_in_files(stopping=lambda: False)

    done = lin.get(path).text
    assert "Taken in" in done
    assert 'http-equiv="refresh"' not in done
    assert db.session.query(Case).count() == 2
    assert lin.post(f"{path}/start").status_code == 303  # pressed again from an old page: nothing more
    assert lin.post(f"{path}/discard").status_code == 409


def test_a_file_with_a_wrong_line_cannot_be_taken_in(lin) -> None:
    page = send(lin, sheet([row(1), row(2, passport="x")]), follow_redirects=True).text
    path = f"/staff/intake/{run().public_id}"

    assert "Correct the lines below" in page
    assert "Take in" not in page
    assert lin.post(f"{path}/start").status_code == 409
    wrong = lin.get(f"{path}?show=wrong").text
    assert "5 to 20 letters and digits" in wrong
    assert "HK-000001" not in wrong
    assert lin.post(f"{path}/discard").status_code == 303
    assert run().state == "discarded"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"number\n1\n", sheet([])])
def test_what_cannot_be_read_is_said_beside_the_field(lin, content) -> None:
    answer = send(lin, content)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert db.session.query(ImportRun).count() == 0


def test_no_file_chosen_is_said_too(lin) -> None:
    assert lin.post("/staff/intake", data={}).status_code == 422


def test_the_name_of_a_file_is_only_shown(lin) -> None:
    send(lin, sheet([row(1)]), name="../../etc/<b>x\u202e.csv")

    assert run().file_name == "<b>x.csv"
    assert "&lt;b&gt;x.csv" in lin.get("/staff/intake").text


def test_a_file_may_be_larger_than_other_requests(lin, app, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 4096)

    assert send(lin, sheet(row(n) for n in range(50))).status_code == 303
    assert lin.post("/staff/cases/search", data={"q": "x" * 5000}).status_code == 413


def test_stations_take_no_files_in(lin, app) -> None:
    send(lin, sheet([row(1)]))
    path = f"/staff/intake/{run().public_id}"
    tom = app.test_client()
    tom.post("/staff", data={"username": "tom", "password": PASSWORD})

    assert tom.get("/staff/intake").status_code == 403
    assert send(tom, sheet([row(1)])).status_code == 403
    assert tom.get(path).status_code == 404
    assert tom.post(f"{path}/start").status_code == 404
    assert "Files of the bureaus" not in tom.get("/staff/cases").text


def test_lines_are_paged(lin) -> None:
    send(lin, sheet(row(n) for n in range(60)))
    path = f"/staff/intake/{run().public_id}"

    assert "HK-000059" not in lin.get(path).text
    assert "HK-000059" in lin.get(f"{path}?page=2").text
    assert lin.get(f"{path}?page=nonsense&show=nonsense").status_code == 200


def test_an_officer_takes_in_no_file_that_may_tell_the_other_permit(app, network, client) -> None:
    factories.build_user("li", bureau="exit-entry")
    client.post("/staff", data={"username": "li", "password": PASSWORD})

    assert client.get("/staff/intake").status_code == 403
