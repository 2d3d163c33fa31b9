"""One network cannot keep every place without booking any."""

import pytest

from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.holds.refusals import TooManyHolds
from app.appointments.models import Hold
from app.db import db, transact
from app.settings import OriginRules
from tests.factories import at, build_case
from tests.integration.appointments.conftest import Desk
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.appointments.pages import press_time

MOST = 3
WHOLE_DAY = {"of_day_percent": 100, "of_day_percent_56": 100, "of_day_percent_48": 100}
CLOCKS = ("10:00", "10:20", "10:40", "11:00", "11:20")


@pytest.fixture(autouse=True)
def few(app, monkeypatch):
    numbers = OriginRules(most=MOST, most_56=2 * MOST, most_48=3 * MOST, **WHOLE_DAY)
    settings = app.extensions["settings"].model_copy(update={"origins": numbers})
    monkeypatch.setitem(app.extensions, "settings", settings)


def ask(client, clock, *, address="203.0.113.7", **more):
    body = {
        "station": "jiangdong",
        "service": "document-check",
        "starts_at": at("2026-11-24", clock).isoformat(),
    }
    return client.post("/api/v1/holds", json=body | more, environ_overrides={"REMOTE_ADDR": address})


def keep_all(client, **more):
    kept = [ask(client, clock, **more) for clock in CLOCKS[:MOST]]
    assert [answer.status_code for answer in kept] == [201] * MOST
    return kept


def test_one_time_too_many_is_refused_with_a_code_and_words(client, network):
    keep_all(client)

    answer = ask(client, CLOCKS[MOST])

    assert (answer.status_code, answer.json["code"]) == (429, "too_many_holds")
    assert answer.json["detail"].startswith("Many times are kept from your network")
    assert answer.json["detail"].endswith("or call us: 12345.")
    assert answer.headers["Retry-After"] == "900"
    assert db.session.query(Hold).count() == MOST
    assert_ledger()


def test_another_network_is_not_bothered(client, network):
    keep_all(client)

    assert ask(client, CLOCKS[MOST], address="203.0.113.8").status_code == 201


def test_other_addresses_of_one_ipv6_network_are_the_same_network(client, network):
    keep_all(client, address="2001:db8::1")

    assert ask(client, CLOCKS[MOST], address="2001:db8::ffff:2").status_code == 429
    assert ask(client, CLOCKS[MOST], address="2001:db8:0:1::1").status_code == 201


def test_who_has_a_wider_ipv6_network_gets_no_further_with_it(client, network):
    """A subscriber has a /56 or a /48 at will, and so thousands of /64."""
    for number, clock in enumerate(("09:20", "09:40", *CLOCKS[:4])):
        assert ask(client, clock, address=f"2001:db8:0:{number:x}::1").status_code == 201

    assert ask(client, CLOCKS[4], address="2001:db8:0:ff::1").status_code == 429
    assert ask(client, CLOCKS[4], address="2001:db8:0:100::1").status_code == 201


def test_one_network_does_not_keep_more_of_a_day_than_its_share(app, client, network, monkeypatch):
    numbers = OriginRules(of_day_percent=25)  # of five hours and a half at one desk: four times
    settings = app.extensions["settings"].model_copy(update={"origins": numbers})
    monkeypatch.setitem(app.extensions, "settings", settings)

    answers = [ask(client, clock).status_code for clock in CLOCKS]

    assert answers == [201, 201, 201, 201, 429]
    assert ask(client, CLOCKS[4], address="198.51.100.1").status_code == 201


def test_a_forged_forwarding_header_changes_nothing(client, network):
    keep_all(client)
    wish = {"station": "jiangdong", "service": "document-check"}
    forged = {"X-Forwarded-For": "198.51.100.9", "Forwarded": "for=198.51.100.9", "X-Real-IP": "198.51.100.9"}

    answer = client.post(
        "/api/v1/holds",
        json=wish | {"starts_at": at("2026-11-24", CLOCKS[MOST]).isoformat()},
        headers=forged,
        environ_overrides={"REMOTE_ADDR": "203.0.113.7"},
    )

    assert answer.status_code == 429


def test_a_booked_time_makes_room(client, network):
    first, *_others = keep_all(client)
    booking = {"hold_id": first.json["hold_id"], "name": "Maria Example", "email": "maria@example.org"}
    assert (
        client.post("/api/v1/appointments", json=booking, headers={"Idempotency-Key": "k" * 16}).status_code
        == 201
    )

    assert ask(client, CLOCKS[MOST]).status_code == 201


def test_times_that_ran_out_make_room(client, network, clock):
    keep_all(client)
    clock.move(minutes=16)

    assert ask(client, CLOCKS[MOST]).status_code == 201


def test_a_time_that_ran_out_cannot_be_kept_again_beyond_the_limit(client, network, clock):
    first, *_others = keep_all(client)
    later = clock.move(minutes=16)
    for time in CLOCKS[MOST - 1 :]:
        ask(client, time)

    with pytest.raises(TooManyHolds):
        transact(holds.extend, first.json["hold_id"], now=later)


def test_somebody_with_a_case_is_never_counted(client, network, now):
    keep_all(client, address="127.0.0.1")
    case = build_case(network.visit_type, network.central)
    request = HoldRequest(
        "central-window",
        "collect-permits",
        at("2026-11-24", "10:00"),
        case_id=case.id,
        asked_from="127.0.0.1",
    )

    assert transact(holds.hold, request, now=now).asked_from is None


def test_the_page_counts_as_the_interface_does_and_one_browser_keeps_one_time(client, network):
    times = client.get("/en/book?place=jiangdong&service=document-check", follow_redirects=True)
    for _press in range(MOST + 1):
        assert press_time(client, times.text, follow_redirects=False).status_code == 303

    for clock in CLOCKS[1:MOST]:
        ask(client, clock, address="127.0.0.1")
    page = press_time(client.application.test_client(), times.text, slot=slot("11:20"))

    assert page.status_code == 429
    assert "Many times are kept from your network" in page.text


def slot(clock):
    return f"jiangdong@{at('2026-11-24', clock).isoformat()}"


def test_a_used_hold_forgets_where_it_was_asked_from(network, now):
    desk = Desk(network, now)
    kept = desk.hold("10:00", asked_from="203.0.113.7")
    desk.book(kept)

    assert db.session.query(Hold).one().asked_from is None
