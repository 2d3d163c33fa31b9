"""The security log: what leaves a line, that lines of one network belong together, and nobody is named."""

import json
import logging

import pytest

from app.log import JsonFormatter
from tests.factories import PASSWORD, build_user

ATTACKER, OTHER = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="app.security")

    def read():
        own = [record for record in caplog.records if record.name == "app.security"]
        return [json.loads(JsonFormatter().format(record)) for record in own]

    return read


def sign_in(client, username, password, address=ATTACKER):
    typed = {"username": username, "password": password}
    return client.post("/staff", data=typed, environ_base={"REMOTE_ADDR": address})


def test_tries_to_sign_in_are_seen_by_network_and_account_and_nobody_is_named(client, network, lines):
    build_user("mei", stations=(network.central,))
    for password in ("wrong one", "wrong two"):
        sign_in(client, "mei", password)
    sign_in(client, "tom", "wrong three")
    sign_in(client, "mei", PASSWORD, OTHER)
    client.post("/staff/sign-out", environ_base={"REMOTE_ADDR": OTHER})
    told = lines()
    assert [line["event"] for line in told] == ["not_proved"] * 3 + ["signed_in", "signed_out"]
    assert {line["endpoint"] for line in told} == {"accounts.enter", "accounts.sign_out"}
    assert len({line["network"] for line in told[:3]}) == 1
    assert told[3]["network"] != told[0]["network"]
    assert told[3]["account"] == told[0]["account"] != told[2]["account"]
    text = json.dumps(told)
    assert not [name for name in ("mei", "tom", ATTACKER, OTHER, "wrong", PASSWORD) if name in text]


def test_the_command_says_how_lines_name_an_account_and_a_network(client, network, lines, runner):
    sign_in(client, "Mei", "wrong one")
    (line,) = lines()
    for option, value, name in (("--account", "mei", "account"), ("--network", ATTACKER, "network")):
        assert runner.invoke(args=["security", "fingerprint", option, value]).output.strip() == line[name]
    for wrong in ([], ["--network", "nowhere"], ["--network", ATTACKER, "--account", "mei"]):
        assert runner.invoke(args=["security", "fingerprint", *wrong]).exit_code == 2


def test_a_throttled_try_a_forbidden_page_and_an_unsigned_request_are_seen(client, network, lines):
    for _ in range(6):
        sign_in(client, "mei", "wrong")
    build_user("una", stations=(network.central,))
    sign_in(client, "una", PASSWORD, OTHER)
    client.get("/staff/system")
    client.get("/api/v1/appointments/HK7R4M2P", headers={"Authorization": "Bearer x"})
    told = [(line["event"], line.get("status")) for line in lines()]
    assert told[5:] == [("throttled", 429), ("signed_in", None), ("forbidden", 403), ("not_proved", 401)]


def test_what_goes_well_or_is_a_slip_leaves_no_line(client, network, lines):
    for path in ("/en/", "/nosuch", "/api/v1/stations", "/en/places/nowhere"):
        client.get(path)
    client.post("/staff", data={"username": "", "password": ""})
    assert lines() == []
