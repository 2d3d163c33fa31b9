"""Personal data that occurs nowhere else is looked for wherever the service writes: no hit in clear."""

import re
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.appointments.models import Appointment
from app.db import db, transact
from app.notifications.models import MessageStatus, OutboxMessage
from app.stations.hours.plans import forget_plans
from tests import factories
from tests.conftest import make_app
from tests.integration.appointments import pages
from tests.processes.walker import Walker
from tests.server import BIN, ROOT, Server

PASSPORT = "QJ80315577"
CODE = "HKW7XJ4Q"
LINK = "QZXWVKJHGF"
PERSON = {"name": "Zephyrine Quillfeather", "email": "zq.canary@kwyjibo-mail.org", "phone": "+8613977745612"}
THROUGH_API = {"name": "Ottoline Wrackspurt", "email": "ow.canary@flummox-mail.org", "phone": "+79267774561"}
TYPED_WRONG = "zq.canary@@kwyjibo-slip.org"
CANARIES = (
    PASSPORT, "QJ80315578", CODE, "HKW7-XJ4Q", LINK, *PERSON.values(), *THROUGH_API.values(), "139 7774 5612",
    "13977745612", "Quillfeather", "Wrackspurt", "zq.canary", "ow.canary", "kwyjibo", "flummox",
)  # fmt: skip
SLOT = {"station": "jiangdong", "service": "document-check", "party_size": 1}
PATIENCE = 20
# Each place was really written to, or looking there proves nothing.
WRITTEN = (
    ("worker log", b"Traceback"),
    ("web log", b"Traceback"),
    ("web log", b'"path": "/c/<token>"'),
    ("web log", b'"path": "/v/<token>"'),
    ("table appointments", b"test:"),
    ("table appointment_events", b"rescheduled"),
    ("table idempotency_keys", b"("),
    ("table outbox_messages", b"confirmation"),
    ("table case_events", b"shown"),
    ("table case_tokens", b"("),
    ("table import_rows", b"HK-1001"),
    ("import", b"line 3, passport"),
    ("import", b"Taken in: 1"),
)


@pytest.fixture
def site(databases, database_kind, tmp_path):
    """An installation with one case, and its web server with the access log as in production."""
    forget_plans()
    url = databases.make(database_kind)
    app = make_app(url, tmp_path)
    with app.app_context():
        network = factories.build_network()
        network.visit_type.code = "work-and-residence"
        db.session.commit()
        factories.build_case(network.visit_type, network.central, code=CODE, link=LINK, passport=PASSPORT,
                             full_name=PERSON["name"], email=PERSON["email"])  # fmt: skip
        factories.build_user("ada", role="administrator")
        with Server(url, tmp_path, access_log="-") as server:
            yield server
        db.session.remove()
        db.engine.dispose()


class Found:
    """What a run left behind, piece by piece."""

    def __init__(self):
        self.pieces = {}

    def add(self, where, content):
        self.pieces[where] = content if isinstance(content, bytes) else content.encode()

    def hits(self):
        lowered = {where: content.lower() for where, content in self.pieces.items()}
        return [(w, c) for w, content in lowered.items() for c in CANARIES if c.lower().encode() in content]


def collect_by_link(server):
    """Open the link, take a time, change the contact with a slip first, confirm, look at everything."""
    browser = Walker(server.url)
    start = browser.get(f"/c/{LINK}")
    check = pages.press_time(browser, start.text, pages.slots_of(start.text)[2])
    form = browser.get("/en/collect/details").text
    assert pages.details(browser, form, email=TYPED_WRONG).status_code == 422
    pages.details(browser, form, email=PERSON["email"], phone=PERSON["phone"])
    booked = pages.press_confirm(browser, check.text)
    assert "Your visit is booked" in booked.text
    return browser


def collect_by_code(server):
    browser = Walker(server.url)
    door = browser.get("/en/collect/code").text
    assert "could not find" in pages.press(browser, door, 'name="last4"', code=CODE, last4="0000").text
    opened = pages.press(browser, door, 'name="last4"', code=CODE, last4=PASSPORT[-4:])
    assert opened.url.endswith("/en/visit")
    return browser


def book_open_service(server):
    browser = Walker(server.url)
    times = browser.get("/en/book?place=jiangdong&service=document-check").text
    form = pages.press_time(browser, times, pages.slots_of(times)[1]).text
    check = pages.details(browser, form, **PERSON)
    assert check.status_code == 200
    assert "Your visit is booked" in pages.press_confirm(browser, check.text).text
    browser.get("/en/visit/cancel")
    return browser


def book_through_api(server):
    """Book, be refused, look, move and cancel. Returns the secret of the visit."""
    with server.client() as client:
        first = client.post("/api/v1/holds", {**SLOT, "starts_at": "2026-11-27T09:00:00+08:00"})
        body = {"hold_id": first.json["hold_id"], **THROUGH_API}
        booked = client.post("/api/v1/appointments", body, Idempotency_Key=f"key {THROUGH_API['email']}")
        assert booked.status == 201, booked.body
        client.post("/api/v1/appointments", {**body, "email": "@ow.canary"}, Idempotency_Key="other")
        visit = booked.json
        opens = {"Authorization": f"Bearer {visit['manage_token']}"}
        path = f"/api/v1/appointments/{visit['reference']}"
        client.get(path, **opens)
        client.get(f"{path}/calendar.ics", **opens)
        client.post(f"{path}/reschedule", {"starts_at": "2026-11-27T10:00:00+08:00"}, **opens)
        wish = {**SLOT, "station": "central-window", "service": "collect-permits",
                "starts_at": "2026-11-25T09:00:00+08:00", "collection_code": CODE,
                "passport_last4": PASSPORT[-4:]}  # fmt: skip
        assert client.post("/api/v1/holds", wish).status == 409
    return str(visit["manage_token"])


def look_as_staff(server):
    browser = Walker(server.url)
    pages.press(browser, browser.get("/staff").text, 'name="password"', username="ada",
                password=factories.PASSWORD)  # fmt: skip
    references = db.session.scalars(select(Appointment.reference)).all()
    db.session.rollback()
    for reference in references:
        page = browser.get(f"/staff/visits/{reference}")
        assert page.status_code == 200
        pages.press(browser, page.text, "Show name and contact")
    browser.get("/staff/today?station=jiangdong")
    browser.get("/staff/messages?show=sent")
    return browser


def handle_case(server):
    """Search in every way, open the case, have the person shown, write a note and a reason."""
    browser = Walker(server.url)
    pages.press(browser, browser.get("/staff").text, 'name="password"', username="ada",
                password=factories.PASSWORD)  # fmt: skip
    for typed in (PERSON["name"], PASSPORT, CODE, PERSON["email"], PERSON["phone"], "Zephyrine Wrackspurt"):
        found = pages.press(browser, browser.get("/staff/cases").text, 'name="q"', q=typed)
        assert found.status_code == 200
    number = re.search(r"/staff/cases/([A-Z0-9-]+)", browser.get("/staff/cases?show=closed").text
                       + browser.get("/staff/cases").text)[1]  # fmt: skip
    page = browser.get(f"/staff/cases/{number}").text
    shown = pages.press(
        browser, page, 'name="reason" maxlength="1000" autocomplete="off" aria', reason=PERSON["name"]
    )
    assert PASSPORT in shown.text
    pages.press(browser, page, 'name="note"', note=f"{PERSON['name']}: {PERSON['phone']}")
    return browser


def take_in(server, folder):
    """Take in a file of the bureaus with a wrong line, then without. Returns what the command printed."""
    printed = b""
    for wrong in (f"HK-2,1,{PERSON['name']},{PASSPORT}\u00e9!,{PERSON['email']}\n", ""):
        file = folder / "cases.txt"
        file.write_text(f"number,version,name,passport,email\nHK-1001,1,{THROUGH_API['name']},QJ80315578,"
                        f"{THROUGH_API['email']}\n{wrong}")  # fmt: skip
        done = subprocess.run([str(BIN / "flask"), "--app", "wsgi", "cases", "import", str(file)], cwd=ROOT,
                              env=server.environment, capture_output=True, check=False)  # fmt: skip
        printed += done.stdout + done.stderr
    return printed


def deliver(server, folder):
    """Run the worker until a letter is sent and one has failed. Returns what it logged."""
    db.session.rollback()
    log = folder / "worker.log"
    with log.open("wb") as output:
        process = subprocess.Popen([str(BIN / "flask"), "--app", "wsgi", "worker"], cwd=ROOT,
                                   env=server.environment, stdout=output, stderr=output)  # fmt: skip
        try:
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline and not (sent() and "Traceback" in log.read_text()):
                time.sleep(0.2)
        finally:
            process.terminate()
            process.wait(PATIENCE)
    return log.read_text()


def sent():
    found = db.session.scalars(select(OutboxMessage).filter_by(status=MessageStatus.SENT)).first()
    db.session.rollback()
    return found


def break_rows(kind):
    """Let every change of a hold fail, with all that the database says about it, and spoil one value."""
    first = db.session.scalars(select(Appointment).order_by(Appointment.id)).first()
    key_id, _, body = first.email_encrypted.partition(":")
    first.email_encrypted = f"{key_id}:{'A' * 24}{body[24:]}"
    refuse = {
        "sqlite": "CREATE TRIGGER broken BEFORE UPDATE ON holds BEGIN SELECT RAISE(ABORT, 'provoked'); END",
        "postgresql": "ALTER TABLE holds ADD CONSTRAINT provoked CHECK (name_encrypted IS NULL) NOT VALID",
    }
    db.session.execute(text(refuse[kind]))


def provoke(server, visit_token):
    """Meet the broken rows through a page, the interface and a link."""
    browser = Walker(server.url)
    times = browser.get("/en/book?place=jiangdong&service=document-check").text
    form = pages.press_time(browser, times, pages.slots_of(times)[3]).text
    assert pages.details(browser, form, **PERSON).status_code == 500
    browser.get(f"/v/{visit_token}")
    browser.get(f"/v/{visit_token}x")
    return browser


def tables():
    for table in db.metadata.sorted_tables:
        rows = db.session.execute(table.select()).all()
        yield f"table {table.name}", "\n".join(map(repr, rows))


def test_no_file_row_log_title_or_address_holds_it_in_clear(site, database_kind, tmp_path):
    browsers = [collect_by_link(site), collect_by_code(site), book_open_service(site)]
    token = book_through_api(site)
    browsers.append(look_as_staff(site))
    browsers.append(handle_case(site))
    transact(break_rows, database_kind)
    browsers.append(provoke(site, token))
    found = Found()
    found.add("worker log", deliver(site, tmp_path))
    found.add("import", take_in(site, tmp_path))
    found.add("web log", site.log())
    for browser in browsers:
        found.add(f"titles {id(browser)}", "\n".join(browser.titles))
        found.add(f"addresses {id(browser)}", "\n".join(browser.addresses))
    for name, rows in tables():
        found.add(name, rows)
    for file in tmp_path.rglob("*"):
        if file.is_file() and file.suffix not in (".eml", ".txt"):
            found.add(file.name, file.read_bytes())
    if database_kind == "sqlite":
        for suffix in ("", "-wal"):
            found.add(f"database{suffix}", Path(f"{db.engine.url.database}{suffix}").read_bytes())

    assert found.hits() == []
    assert [where for where, content in found.pieces.items() if token.encode() in content] == []
    assert [(where, mark) for where, mark in WRITTEN if mark not in found.pieces[where]] == []
    assert list(tmp_path.rglob("*.eml"))
