"""What a browser or a proxy may keep: nothing that is somebody's own, proved by walking the URL map."""

import pytest

from tests import factories
from tests.house.routes import methods_of

NAME, CODE, LINK = "Ostrovskaya Kira", "MQ4T7XWD", "QZXWVKJHGFQZXWVKJHGF"
OWN = (NAME, CODE, "MQ4T 7XWD", LINK, "kira@example.org")
VALUES = {"slug": "central-window", "lang": "en", "kind": "collect", "token": LINK, "number": 1}


@pytest.fixture
def person(client, network, now):
    """A browser that came by the link of a case with a visit of today."""
    case = factories.build_case(
        network.visit_type, network.central, full_name=NAME, code=CODE, link=LINK, email=OWN[-1]
    )
    factories.build_appointment(network.central, network.collect, case_id=case.id, starts_at=now)
    assert client.get(f"/c/{LINK}").status_code == 303
    return client


def pages(app, browser):
    """Yield the endpoint and answer of each page that can be got with the values at hand."""
    with app.test_request_context():
        rules = [
            (rule, rule.build({name: VALUES[name] for name in rule.arguments})[1])
            for rule in app.url_map.iter_rules()
            if "GET" in methods_of(rule) and rule.arguments <= VALUES.keys()
        ]
    for rule, path in rules:
        with browser.get(path) as answer:
            answer.get_data()
            yield rule.endpoint, answer


def test_nothing_of_a_person_may_be_kept(app, person):
    kept = [
        endpoint
        for endpoint, answer in pages(app, person)
        if any(own in answer.get_data(as_text=True) for own in OWN)
        and answer.headers.get("Cache-Control") != "no-store"
    ]
    assert kept == []


def test_the_walk_meets_own_pages(app, person):
    met = {
        endpoint
        for endpoint, answer in pages(app, person)
        if any(own in answer.get_data(as_text=True) for own in OWN)
    }
    assert met >= {"appointments.show_visit"}


def test_no_page_of_staff_may_be_kept_whether_it_opens_or_not(app, cast):
    for browser in (app.test_client(), cast.ada):
        kept = [
            endpoint
            for endpoint, answer in pages(app, browser)
            if (endpoint.startswith(("staff", "accounts.")) or "/staff" in answer.request.path)
            and answer.headers.get("Cache-Control") != "no-store"
        ]
        assert kept == []


def test_public_pages_say_how_long_they_are_good(app, person):
    silent = [
        endpoint
        for endpoint, answer in pages(app, person)
        if answer.status_code == 200 and not answer.headers.get("Cache-Control")
    ]
    assert silent == []


def test_leaving_ends_a_copied_cookie_and_the_link_opens_again(app, person, clock):
    copy = app.test_client()
    copy.set_cookie("session", person.get_cookie("session").value)
    assert copy.get("/en/visit").status_code == 200
    clock.move(seconds=1)
    assert person.post("/en/collect/leave").status_code == 303
    assert copy.get("/en/visit").status_code == 303
    clock.move(seconds=1)
    assert copy.get(f"/c/{LINK}").status_code == 303
    assert copy.get("/en/visit").status_code == 200
