"""The staff's upload: looked at line by line, then taken in by the worker, or left."""

import io

import pytest

from app import jobs
from app.accounts.models import Role
from app.cases.models import Case, PermitLeg
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


def send(browser, content: bytes, name: str = "cases.csv", *, bureau: str = "both", **options):
    data = {"file": (io.BytesIO(content), name), "bureau": bureau}
    return browser.post("/staff/intake", data=data, **options)


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
    answer = lin.post("/staff/intake", data={"bureau": "both"})

    assert (answer.status_code, "The file is empty" in answer.text) == (422, True)


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


@pytest.fixture
def officer(app, network, lin):
    """Return a function that signs in an officer of a bureau."""

    def signed_in(name: str, bureau: str):
        factories.build_user(name, bureau=bureau)
        browser = app.test_client()
        browser.post("/staff", data={"username": name, "password": PASSWORD})
        return browser

    return signed_in


def take_in_all(browser, run: ImportRun) -> None:
    assert browser.post(f"/staff/intake/{run.public_id}/start").status_code == 303
    jobs.take_in_files(stopping=lambda: False)


def legs() -> dict[str, tuple[str, str]]:
    return {leg.permit: (leg.state, leg.changed_by) for leg in db.session.query(PermitLeg)}


@pytest.mark.parametrize("pretended", ["both", "foreign-experts"])
def test_an_officer_decides_only_the_own_permit_by_a_file(officer, pretended) -> None:
    li = officer("li", "exit-entry")

    page = send(li, sheet([row(1, residence_state="approved")]), bureau=pretended, follow_redirects=True).text
    take_in_all(li, run())

    assert run().bureau == "exit-entry"
    assert "Columns that are not used:" in page
    assert legs() == {"work": ("received", "li: cases.csv"), "residence": ("approved", "li: cases.csv")}


def test_the_second_bureau_sends_the_same_file_and_it_is_news(officer) -> None:
    li, wu = officer("li", "exit-entry"), officer("wu", "foreign-experts")
    content = sheet([row(1, residence_state="approved")])
    send(li, content)
    take_in_all(li, run())

    page = send(wu, content, follow_redirects=True).text
    take_in_all(wu, db.session.query(ImportRun).filter_by(bureau="foreign-experts").one())

    assert "Newer version 1" in page
    assert legs() == {"work": ("approved", "wu: cases.csv"), "residence": ("approved", "li: cases.csv")}
    assert db.session.query(Case).one().ready_at is not None


@pytest.mark.parametrize("bureau", ["foreign-experts", "both"])
def test_another_bureaus_file_is_neither_seen_nor_decided(officer, lin, bureau) -> None:
    send(lin, sheet([row(1)]), "secret.csv", bureau=bureau)
    path, li = f"/staff/intake/{run().public_id}", officer("li", "exit-entry")

    assert "secret.csv" not in li.get("/staff/intake").text
    assert "secret.csv" in lin.get("/staff/intake").text
    answers = [li.get(path), li.post(f"{path}/start"), li.post(f"{path}/discard")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert run().state == "checked"


@pytest.mark.parametrize("bureau", ["", "nobody"])
def test_an_administrator_says_whose_permits_a_file_tells(lin, bureau) -> None:
    answer = send(lin, sheet([row(1)]), bureau=bureau)

    assert answer.status_code == 422
    assert 'href="#bureau-0">Choose whose permits the file tells.' in answer.text
    assert db.session.query(ImportRun).count() == 0
