"""One client that takes all it can get leaves the others their times; `bench/attack.py` tries for longer."""

import secrets
from collections import Counter

from app.appointments.models import Appointment, Hold
from app.db import db, transact
from app.stations.limits import Limits, LimitsChange, save
from tests.factories import build_case
from tests.integration.appointments.pages import book

DAYS = "/api/v1/stations/central-window/availability?service=document-check&from=2026-11-24&days=14"


def take(client, slot):
    """Keep a time and book it, as a program would."""
    wish = {"station": "central-window", "service": "document-check", "starts_at": slot["starts_at"]}
    kept = client.post("/api/v1/holds", json=wish)
    if kept.status_code != 201:
        return kept
    body = {
        "hold_id": kept.json["hold_id"],
        "name": "Guest",
        "email": f"{secrets.token_hex(4)}@example.org",
    }
    key = {"Idempotency-Key": secrets.token_hex(16)}
    return client.post("/api/v1/appointments", json=body, headers=key)


def test_one_client_does_not_sell_out_the_only_collection_point(app, client, network, now):
    transact(save, LimitsChange(network.central.id, None, Limits(case_share=50), "ada"), now=now)
    case = build_case(network.visit_type, network.central)
    slots = [slot for day in client.get(DAYS).json["days"] for slot in day["slots"]]
    assert len(slots) > 100

    answers = [take(client, slot) for slot in slots[:60]]
    book(app.test_client(), case)  # two presses, while all this goes on
    answers += [take(client, slot) for slot in slots[60:100]]

    assert Counter(answer.status_code for answer in answers)[201] == 25
    # Five as ever, twenty that are given back unless somebody opens the links.
    assert sum(bool(answer.json.get("provisional_until")) for answer in answers) == 20
    assert answers[-1].json["code"] == "too_many_holds"
    assert answers[-1].json["detail"].endswith("12345.")
    assert db.session.query(Appointment).count() == 26
    # Holding alone takes no further either.
    assert db.session.query(Hold).filter_by(status="open").count() == 0
    stranger = {"environ_overrides": {"REMOTE_ADDR": "198.51.100.7"}}
    free = next(slot for slot in slots[60:] if slot["starts_at"] > slots[60]["starts_at"])
    wish = {"station": "central-window", "service": "document-check", "starts_at": free["starts_at"]}
    assert client.post("/api/v1/holds", json=wish, **stranger).status_code == 201


def test_who_only_keeps_times_has_no_day_for_themselves(client, network):
    slots = [slot for day in client.get(DAYS).json["days"] for slot in day["slots"]]
    kept = Counter()
    for slot in slots[:100]:
        wish = {"station": "central-window", "service": "document-check", "starts_at": slot["starts_at"]}
        if client.post("/api/v1/holds", json=wish).status_code == 201:
            kept[slot["starts_at"][:10]] += 1

    assert sum(kept.values()) == 20
    assert max(kept.values()) == 8  # a quarter of the day at two desks
