"""Holding and confirming with 32 clients. Floor: the same writes in raw SQL behind the same server."""

import json
import random
from typing import Any

from bench.figures import Figure
from bench.load import get, post_each
from bench.site import Site

CLIENTS = 32
GOAL = 0.50


def measure(site: Site, *, rounds: int, count: int) -> list[Figure]:
    """Measure holds and confirmations; every round makes `count` new ones."""
    slots = list_slots(site.product)
    chance = random.Random(2)
    floor_rates, hold_rates, book_rates = [], [], []
    for _ in range(rounds):
        floor = post_each(f"{site.floor}/booking", [{}] * count, clients=CLIENTS).check(200)
        asked = [hold_of(chance.choice(slots)) for _ in range(count)]
        held = post_each(f"{site.product}/api/v1/holds", asked, clients=CLIENTS).check(201)
        confirmations = [booking_of(json.loads(body)["hold_id"]) for body in held.bodies]
        url = f"{site.product}/api/v1/appointments"
        booked = post_each(url, confirmations, clients=CLIENTS, keyed=True).check(201)
        floor_rates.append(floor.rate)
        hold_rates.append(held.rate)
        book_rates.append(booked.rate)
    floors = ("raw SQL", tuple(floor_rates), GOAL)
    return [
        Figure("holds, 32 clients", tuple(hold_rates), *floors),
        Figure("bookings, 32 clients", tuple(book_rates), *floors),
    ]


def list_slots(url: str) -> list[str]:
    path = "/api/v1/stations/central-window/availability?service=document-check&from=2026-11-25&days=28"
    answer = get(url + path, clients=1, seconds=0.01, keep=True)
    days = json.loads(answer.bodies[0])["days"]
    return [slot["starts_at"] for day in days for slot in day["slots"]]


def hold_of(starts_at: str) -> dict[str, Any]:
    return {"station": "central-window", "service": "document-check", "starts_at": starts_at, "party_size": 1}


def booking_of(hold_id: str) -> dict[str, Any]:
    return {"hold_id": hold_id, "name": "Maria Example", "email": "maria@example.org"}
