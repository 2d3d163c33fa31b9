"""What people read: free times, the nearest points, the first page. Floor: a bare Flask route."""

from bench.figures import Figure
from bench.load import get
from bench.site import Site

# What is asked for, and the part of the bare route's speed that it must reach.
ASKED = {
    "one day of free times": (
        "/api/v1/stations/central-window/availability?service=document-check&from=2026-11-25&days=1",
        0.50,
    ),
    "30 days of free times": (
        "/api/v1/stations/central-window/availability?service=document-check&from=2026-11-25&days=30",
        0.25,
    ),
    "nearest stations": ("/api/v1/stations?near=20.03,110.33&service=document-check&limit=9", 0.30),
    "public first page": ("/en/", 0.20),
}


def measure(site: Site, *, rounds: int, seconds: float) -> list[Figure]:
    """Measure every address, each round beside its own floor."""
    return [_measure(site, work, path, goal, rounds, seconds) for work, (path, goal) in ASKED.items()]


def _measure(site: Site, work: str, path: str, goal: float, rounds: int, seconds: float) -> Figure:
    rates, floor_rates = [], []
    get(site.product + path, seconds=0.5).check(200)  # warm
    for _ in range(rounds):
        floor_rates.append(get(f"{site.floor}/bare", seconds=seconds).check(200).rate)
        rates.append(get(site.product + path, seconds=seconds).check(200).rate)
    return Figure(work, tuple(rates), "bare route", tuple(floor_rates), goal)
