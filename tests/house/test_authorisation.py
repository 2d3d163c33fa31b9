"""Who may open what: every route is public by name, part of the JSON contract, or proven to refuse.

A new route that is in no list fails `test_every_route_is_in_a_list`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import Role
from app.db import db
from app.notifications.models import MessageStatus, OutboxMessage
from app.planning.models import PlanChange
from app.stations.models import StationReport
from tests import factories
from tests.factories import PASSWORD
from tests.house import routes
from tests.house.routes import address, methods_of
from tests.house.rows import build_broadcast, build_incoming_text, build_run, build_staff, build_waiting

# Pages that anybody may open. What they show of somebody's own visit asks for a link or a code.
PUBLIC = {
    "static", "healthz", "readyz", "metrics",
    "pages.door", "pages.accessibility", "pages.privacy", "pages.contact", "pages.display",
    "pages.favicon", "pages.robots", "pages.security_contact", "sitemap.sitemap",
    "locator.home", "locator.find", "locator.suggestions", "locator.place", "locator.taxi", "locator.photo",
    "reports.ask", "reports.tell", "widget.points", "widget.script",
    "maps.network", "maps.frame", "maps.picture", "maps.points", "maps.roads", "maps.base_script",
    "appointments.book", "appointments.collect", "appointments.enter_code", "appointments.leave_case",
    "appointments.follow_case_link", "appointments.follow_visit_link",
    "appointments.choose_time", "appointments.hold", "appointments.extend", "appointments.details",
    "appointments.check", "appointments.show_visit", "appointments.calendar", "appointments.cancel",
    "appointments.restore", "appointments.come", "appointments.contact",
    "appointments.follow_offer_link", "appointments.show_offer", "appointments.take_offer",
    "appointments.decline_offer", "collection.messages", "collection.remove_contact",
    "collection.show_status", "collection.ask_status",
    "collection.proxy", "collection.name_proxy", "collection.revoke_proxy", "collection.proxy_sheet",
    "collection.stop_messages", "collection.start_messages",
    "appointments.earlier", "appointments.earlier_on",
    "appointments.earlier_off", "appointments.wait", "appointments.follow_waiting_link",
    "appointments.show_waiting", "appointments.stop_waiting",
    "groups.who", "groups.people", "groups.template", "groups.times", "groups.choose", "groups.invite",
    "groups.check", "groups.extend", "groups.book", "groups.follow_link", "groups.show", "groups.one",
    "groups.move", "groups.cancel", "groups.sheets", "groups.calendar",
    "lost_links.show", "lost_links.ask", "lost_links.sent",
    "accounts.sign_in", "accounts.enter", "accounts.sign_out", "accounts.choose_language",
}  # fmt: skip

# The JSON interface as the product's page promises it, without the names of the variables.
OPEN_API = {
    "GET /api/docs", "GET /api/v1/openapi.json",
    "GET /api/v1/stations", "GET /api/v1/stations.geojson", "GET /api/v1/stations.csv",
    "GET /api/v1/closures.ics", "GET /api/v1/stations/<>/closures.ics", "GET /api/v1/stations/<>",
    "GET /api/v1/services", "GET /api/v1/stations/<>/availability",
    "POST /api/v1/holds", "POST /api/v1/appointments",
}  # fmt: skip
TOKEN_API = {
    "GET /api/v1/appointments/<>", "GET /api/v1/appointments/<>/calendar.ics",
    "POST /api/v1/appointments/<>/reschedule", "POST /api/v1/appointments/<>/cancel",
}  # fmt: skip

# Known by the signature of what they send.
SIGNED_API = {"POST /api/v1/cases", "POST /api/hooks/delivery", "POST /api/hooks/texts"}

# What each staff route asks for: the least role.
STAFF = {
    **routes.REPORTS,
    "network.overview": Role.MANAGER,
    "network.open_more": Role.MANAGER,
    "staff.today": Role.CLERK,
    "staff.visit": Role.CLERK,
    "staff.check_in": Role.CLERK,
    "staff.complete": Role.CLERK,
    "staff.mark_no_show": Role.CLERK,
    "staff.undo": Role.CLERK,
    "staff.book_rest": Role.CLERK,
    "staff.print_record": Role.CLERK,
    "staff.note_told": Role.CLERK,
    "staff.show_person": Role.CLERK,
    "staff.other_times": Role.CLERK,
    "staff.move": Role.CLERK,
    "staff.ask_to_cancel": Role.CLERK,
    "staff.cancel": Role.CLERK,
    "staff_walk_in.ask": Role.CLERK,
    "staff_walk_in.receive": Role.CLERK,
    "staff_collecting.overview": Role.CLERK,
    "staff_collecting.note_called": Role.CLERK,
    "staff_collecting.pause": Role.CLERK,
    "staff_collecting.resume": Role.CLERK,
    "staff_cases.overview": Role.CLERK,
    "staff_cases.search": Role.CLERK,
    "staff_cases.show": Role.CLERK,
    "staff_cases.decide": Role.CLERK,
    "staff_cases.take_back": Role.CLERK,
    "staff_cases.place_papers": Role.CLERK,
    "staff_cases.show_person": Role.CLERK,
    "staff_cases.add_note": Role.CLERK,
    "staff_cases.merge": Role.CLERK,
    "staff_intake.overview": Role.CLERK,
    "staff_intake.upload": Role.CLERK,
    "staff_intake.show": Role.CLERK,
    "staff_intake.start": Role.CLERK,
    "staff_intake.discard": Role.CLERK,
    "staff_hours.choose": Role.MANAGER,
    "staff_hours.show": Role.MANAGER,
    "staff_hours.edit_week": Role.MANAGER,
    "staff_hours.edit_groups": Role.MANAGER,
    "staff_hours.edit_day": Role.MANAGER,
    "staff_hours.add_closure": Role.MANAGER,
    "staff_hours.remove_closure": Role.MANAGER,
    "staff_calendar.overview": Role.MANAGER,
    "staff_calendar.show": Role.MANAGER,
    "staff_calendar.change": Role.ADMINISTRATOR,
    "staff_limits.show": Role.ADMINISTRATOR,
    "staff_limits.change": Role.ADMINISTRATOR,
    "staff_changes.ask_to_close": Role.MANAGER,
    "staff_changes.close": Role.MANAGER,
    "staff_changes.show": Role.MANAGER,
    "staff_changes.undo": Role.MANAGER,
    "staff_messages.overview": Role.CLERK,
    "staff_messages.read_mail": Role.MANAGER,
    "staff_system.overview": Role.ADMINISTRATOR,
    "staff_waiting.overview": Role.MANAGER,
    "staff_waiting.take_off": Role.MANAGER,
    "staff_reports.overview": Role.MANAGER,
    "staff_reports.settle": Role.MANAGER,
    **routes.ORIGINS,
    **routes.ACCOUNT,
    **routes.POINTS,
}

# Those who decide permits or hand them over see all cases; nobody else sees any.
CASE_LISTS = {"staff_cases.overview", "staff_cases.search"}
INTAKE_LISTS = {"staff_intake.overview", "staff_intake.upload"}
INTAKE = {endpoint for endpoint in STAFF if endpoint.startswith("staff_intake.")}

STAFF |= {
    f"{part}.{name}": role
    for part, role, names in (
        ("staff_replies", Role.CLERK, "overview settle"),
        ("staff_messages", Role.CLERK, "show find use_other_contact send_one_again pause_person"),
        ("staff_messages", Role.MANAGER, "list_paused pause_contact resume ask_replay send_again"),
        ("staff_broadcasts", Role.MANAGER, "overview new write show approve stop"),
        ("staff_reminders", Role.ADMINISTRATOR, "overview show edit"),
        ("staff_texts", Role.ADMINISTRATOR, "overview show edit restore send_test"),
    )
    for name in names.split()
}

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def test_every_route_is_in_a_list(app: Flask):
    unknown = [
        f"{method} {rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        for method in methods_of(rule)
        if rule.endpoint not in PUBLIC | set(STAFF)
        and f"{method} {address(rule.rule)}" not in OPEN_API | TOKEN_API | SIGNED_API
    ]

    assert unknown == []


def test_no_list_names_a_staff_route_that_is_gone(app: Flask):
    assert set(STAFF) - {rule.endpoint for rule in app.url_map.iter_rules()} == set()


def test_every_staff_route_declares_its_role(app: Flask):
    declared = {endpoint: getattr(app.view_functions[endpoint], "required_role", None) for endpoint in STAFF}

    assert declared == STAFF


def test_only_get_and_post_are_answered(app: Flask):
    assert {method for rule in app.url_map.iter_rules() for method in methods_of(rule)} == {"GET", "POST"}


# --- the staff routes, by each kind of visitor -------------------------------------------------


@dataclass
class World:
    """Two stations; a visit, a closure and a message at the central window."""

    app: Flask
    values: dict[str, object]

    def path(self, endpoint: str) -> str:
        with self.app.test_request_context():
            rule = next(r for r in self.app.url_map.iter_rules(endpoint))
            built = {name: self.values[name] for name in rule.arguments}
            return rule.build(built)[1]

    def method(self, endpoint: str) -> str:
        return methods_of(next(self.app.url_map.iter_rules(endpoint))).pop()

    def ask(self, browser: FlaskClient, endpoint: str, **data: object):
        return browser.open(self.path(endpoint), method=self.method(endpoint), data=data or None)

    def signed_in(self, username: str) -> FlaskClient:
        browser = self.app.test_client()
        browser.post("/staff", data={"username": username, "password": PASSWORD})
        return browser


TEXT_AND_RULES = {"kind": "tomorrow", "channel": "sms", "code": "document-check"}


@pytest.fixture
def world(app: Flask, network: factories.Network, client: FlaskClient, now) -> World:
    case = factories.build_case(network.visit_type, network.central)
    visit = factories.build_appointment(network.central, network.collect, case_id=case.id, starts_at=now)
    noon = factories.at("2026-12-01", "12:00")
    closure = factories.add_closure(network.central, factories.at("2026-12-01", "09:00"), noon)
    message = OutboxMessage(
        dedupe_key="one", topic="appointment", subject_id=visit.id, revision=0, kind="confirmation",
        channel="email", send_at=now, status=MessageStatus.SENT, due_at=now, created_at=now,
    )  # fmt: skip
    report = StationReport(public_id="one", station_id=network.central.id, language="en", created_at=now)
    report.message = "The door."
    change = PlanChange(station_id=visit.station_id, username="ada", changed_at=now, kind="week", batch="one")
    broadcast = build_broadcast(network, now)
    factories.save(message, report, change, broadcast)
    build_staff(network)
    values = {
        "reference": visit.reference,
        "slug": "central-window",
        "closure_id": closure.id,
        "batch": change.batch,
        "year": 2026,
        "message_id": message.id,
        "report_id": report.id,
        "entry_id": build_waiting(network, now).id,
        "broadcast_id": broadcast.id,
        **TEXT_AND_RULES,
        "text_id": build_incoming_text(visit, "May I come later?").id,
        "public_id": build_run(now).public_id,
        "number": case.number,
        "member": 1,
        "session_id": 1,
        "report": "no-shows",
        "figure": "half-year",
        **routes.a_sheet_and_a_photo(now),
    }
    return World(app, values)


def has_variable(endpoint: str) -> bool:
    without = {
        "network.overview",
        *routes.POINTS_IN_GENERAL,
        "reports_of_work.overview",
        "reports_of_work.sheet",
        "staff_collecting.overview",
        "staff_calendar.overview",
        "staff_calendar.show",
        "staff_changes.ask_to_close",
        "staff_changes.close",
        "staff.today",
        "staff_hours.choose",
        "staff_messages.overview",
        "staff_waiting.overview",
        "staff_reports.overview",
        "staff_replies.overview",
        *routes.ACCOUNT,
    }
    without |= {f"staff_messages.{name}" for name in ("find", "list_paused", "pause_contact", "resume")}
    without |= {f"staff_messages.{name}" for name in ("ask_replay", "send_again")}
    without |= {f"staff_broadcasts.{name}" for name in ("overview", "new", "write")}
    return endpoint not in without | CASE_LISTS | INTAKE_LISTS and STAFF[endpoint] is not Role.ADMINISTRATOR


@pytest.mark.parametrize("endpoint", STAFF)
def test_nobody_is_sent_to_the_sign_in(world: World, endpoint: str):
    answer = world.ask(world.app.test_client(), endpoint)

    assert answer.status_code == 303
    assert answer.location.startswith("/staff?next=")


@pytest.mark.parametrize("endpoint", [e for e in STAFF if has_variable(e)])
def test_staff_of_another_station_find_nothing(world: World, endpoint: str):
    answer = world.ask(world.signed_in("other-manager"), endpoint)

    assert answer.status_code == 404


def test_staff_of_another_station_do_not_see_its_day(world: World):
    browser = world.signed_in("other-clerk")

    assert browser.get("/staff/today?station=central-window").status_code == 404
    assert world.values["reference"] not in browser.get("/staff/today").text
    assert world.values["reference"] not in browser.get("/staff/messages?show=sent").text
    assert "May I come later?" not in browser.get("/staff/replies").text


@pytest.mark.parametrize("endpoint", [e for e, role in STAFF.items() if role is Role.ADMINISTRATOR])
def test_a_manager_is_told_no_where_an_administrator_is_needed(world: World, endpoint: str):
    assert world.ask(world.signed_in("own-manager"), endpoint).status_code == 403


@pytest.mark.parametrize("endpoint", sorted(CASE_LISTS | INTAKE_LISTS))
def test_staff_of_a_station_that_hands_over_nothing_see_no_cases(world: World, endpoint: str):
    assert world.ask(world.signed_in("other-manager"), endpoint).status_code == 403


@pytest.mark.parametrize("endpoint", sorted(INTAKE))
def test_a_station_takes_no_files_in(world: World, endpoint: str):
    assert world.ask(world.signed_in("own-manager"), endpoint).status_code in (403, 404)


@pytest.mark.parametrize("endpoint", sorted(INTAKE - INTAKE_LISTS))
def test_another_bureau_finds_no_file(world: World, endpoint: str):
    assert world.ask(world.signed_in("other-bureau"), endpoint).status_code == 404


@pytest.mark.parametrize("endpoint", [e for e, role in STAFF.items() if role is not Role.CLERK])
def test_a_clerk_is_told_no_where_a_manager_is_needed(world: World, endpoint: str):
    assert world.ask(world.signed_in("own-clerk"), endpoint).status_code == 403


@pytest.mark.parametrize("endpoint", [e for e in STAFF if e != "staff_messages.read_mail"])
def test_the_right_person_gets_in(world: World, endpoint: str):
    """Keeps the tests above honest: the same request is refused for nobody's sake but theirs."""
    who = {Role.CLERK: "own-clerk", Role.MANAGER: "own-manager", Role.ADMINISTRATOR: "administrator"}
    username = "own-bureau" if endpoint in INTAKE else who[STAFF[endpoint]]
    if endpoint == "points.reopen":
        routes.retire("central-window")

    assert world.ask(world.signed_in(username), endpoint).status_code not in (401, 403, 404, 500)


# --- state changes ask for a token -------------------------------------------------------------


def posts(app: Flask) -> list[str]:
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods and not rule.rule.startswith("/api/")
    ]


def test_every_post_without_a_csrf_token_is_refused(
    world: World, app: Flask, csrf_client: FlaskClient, count: Callable[[], int]
):
    """`csrf_client` turned the token on; the manager signed in before, so only the token is missing."""
    app.config["WTF_CSRF_ENABLED"] = False
    browser = world.signed_in("own-manager")
    app.config["WTF_CSRF_ENABLED"] = True
    before = count()
    values = {**world.values, "lang": "en", "kind": "collect"}

    answers = {}
    for rule in posts(app):
        path = re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: str(values[found[1]]), rule)
        answers[rule] = browser.post(path, data={"given": "work_permit"}).status_code

    assert answers
    assert {rule: status for rule, status in answers.items() if status not in refused_with(rule)} == {}
    assert count() == before


def refused_with(rule: str) -> tuple[int, ...]:
    # Booking pages may load anew; the code of the first page, which has no token, only leads to the form.
    booking = (400, 200) if rule.endswith("/collect/code") else (400, 303)
    return booking if rule.startswith("/<any") else (400,)


@pytest.fixture
def count() -> Callable[[], int]:
    """Count everything that a POST could have made."""
    return lambda: sum(
        db.session.scalar(select(func.count()).select_from(model)) for model in routes.MADE_BY_POSTS
    )


# --- the JSON interface ------------------------------------------------------------------------


@pytest.mark.parametrize("route", sorted(TOKEN_API))
@pytest.mark.parametrize("token", [None, "", "wrong", "the token of another visit"])
def test_a_visit_opens_with_its_own_token_only(world: World, network, route: str, token: str | None):
    factories.build_appointment(network.jiangdong, network.document_check, token="the token of another visit")
    method, path = route.split(" ")
    path = path.replace("<>", str(world.values["reference"]))
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    body = {"starts_at": "2026-11-25T09:00:00+08:00"} if method == "POST" else None
    answer = world.app.test_client().open(path, method=method, headers=headers, json=body)

    assert answer.status_code == 401
    assert world.values["reference"] not in answer.text
