"""What is answered to typed places, on the page and in JSON, counted: python -m bench.places --answers FILE.

A line of the file is kind, language, latitude, longitude, tolerance in kilometres, text; "-" for a text that
means no single point: then a question, "unknown", a street or the very place that it names is right.
"""

import html
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.db import db, transact
from app.seeding.upsert import Tallies
from app.settings import Settings
from app.stations.finding import search
from app.stations.geography.names import key_of
from app.stations.geography.places import PlaceKind
from app.stations.seeding import importer, seed

SEED = Path(__file__).parents[1] / "seed_data"
KM_PER_DEGREE = 111.32


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    language: str
    position: tuple[float, float] | None
    tolerance_km: float
    text: str


def read_cases(file: Path) -> Iterator[Case]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, language, lat, lon, tolerance, text = line.split("\t")
            known = (float(lat), float(lon)) if lat != "-" else None
            yield Case(kind, language, known, float(tolerance) if known else 0.0, text)


def verdict(case: Case, status: int, body: dict) -> str:
    """Say how an answer of the JSON interface is to be judged."""
    origin = body.get("origin") if status == 200 else None
    if not origin:
        asked = body.get("code") == "place_ambiguous"
        return "right" if case.position is None else "asked" if asked else "unknown"
    here = (origin["lat"], origin["lon"])
    if case.position:
        if apart_km(here, case.position) <= case.tolerance_km:
            return "right"
        return "wrong, and said so" if origin["guessed"] else "SILENTLY WRONG"
    if origin["guessed"]:
        return "a guess, and said so"
    return "right" if _names_it(case.text) else "SILENTLY WRONG"


def _names_it(text: str) -> bool:
    """Whether the text is a name of the place that was found, or says its street."""
    place = search.get_origin(text)
    return place.kind in (PlaceKind.STREET, PlaceKind.ADDRESS) or key_of(text) in place.keys.names


def apart_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    east = (b[1] - a[1]) * math.cos(math.radians(a[0]))
    return KM_PER_DEGREE * math.hypot(b[0] - a[0], east)


def print_answers(file: Path) -> int:
    """Ask all, print what is not right and the counts; the result is the exit code."""
    with TemporaryDirectory() as folder:
        app = seeded_app(Path(folder))
        with app.app_context():
            return _print_counts(app.test_client(), list(read_cases(file)))


def seeded_app(folder: Path) -> Flask:
    settings = Settings.from_env(
        app_env="test", instance_path=folder, secret_key="s" * 64, data_key="bench:" + "5a" * 32
    )
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        transact(importer.load, seed.read(SEED), Tallies(), now=datetime(2026, 11, 30, tzinfo=UTC))
    return app


def _print_counts(client: FlaskClient, cases: list[Case]) -> int:
    counts: Counter[str] = Counter()
    disagreeing = 0
    for case in cases:
        answer = client.get("/api/v1/stations", query_string={"place": case.text, "limit": 1})
        found = verdict(case, answer.status_code, answer.json or {})
        page = client.get("/en/find", query_string={"near": case.text})
        disagreeing += _shown(page.text) != ((answer.json or {}).get("origin") or {}).get("label")
        counts[found] += 1
        if found != "right":
            origin = (answer.json or {}).get("origin") or {}
            print(f"{found:22} {case.kind:7} {case.text:38} {origin.get('label', '')}")
    known = sum(case.position is not None for case in cases)
    print(f"\n{len(cases)} texts, {known} with one position")
    print(f"{disagreeing:5}           the page says another place than JSON")
    for name, count in counts.most_common():
        print(f"{count:5}  {100 * count / len(cases):5.1f} %  {name}")
    return 1 if counts["SILENTLY WRONG"] or disagreeing else 0


def _shown(page: str) -> str | None:
    """Return the place near which a page lists the points."""
    found = re.search(r"<h1>Service points near “(.*?)”</h1>", page)
    return html.unescape(found[1]) if found else None
