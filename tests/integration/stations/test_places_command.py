"""An operator adds places from a file, after having seen what it changes."""

from pathlib import Path

import pytest
from flask import Flask

from app.localtext import LocalText
from app.stations.finding import search
from app.stations.geography.places import FoundPlace
from app.stations.seeding.seed import PLACE_COLUMNS
from tests.factories import build_place

ROW = {
    "slug": "new-hall",
    "name_en": "Quarkwood Hall",
    "name_zh": "夸克木厅",
    "category": "landmark",
    "lat": "20.02",
    "lon": "110.34",
    "precision_m": "200",
    "confidence": "verified",
    "source": "our own visit",
    "licence": "own work",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "places.csv", ROW)


def write(path: Path, *rows: dict[str, str]) -> Path:
    lines = [PLACE_COLUMNS, *([row.get(column, "") for column in PLACE_COLUMNS] for row in rows)]
    path.write_text("\n".join(",".join(line) for line in lines), encoding="utf-8")
    return path


def run(app: Flask, file: Path, *options: str, answer: str = ""):
    return app.test_cli_runner().invoke(args=["places", "import", str(file), *options], input=answer)


def test_it_shows_and_saves_only_when_told(app: Flask, file: Path) -> None:
    shown = run(app, file, answer="n\n")
    assert shown.exit_code == 1
    assert "+ new-hall  Quarkwood Hall" in shown.output
    assert not isinstance(search.find_origin("Quarkwood Hall"), FoundPlace)
    saved = run(app, file, "--yes")
    assert (saved.exit_code, "1 added" in saved.output) == (0, True)
    assert search.get_origin("夸克木厅").slug == "new-hall"
    assert "Nothing to change." in run(app, file).output


def test_it_names_what_changes_and_what_may_be_a_double(app: Flask, file: Path, tmp_path: Path) -> None:
    build_place("old-hall", name=LocalText(en="Quarkwood Hall"), lat=20.021)
    assert "a double of old-hall?" in run(app, file, answer="y\n").output
    moved = write(tmp_path / "moved.csv", {**ROW, "lat": "20.03"})
    assert "~ new-hall  Quarkwood Hall (lat)" in run(app, moved, answer="n\n").output


@pytest.mark.parametrize(
    ("change", "complaint"),
    [({"lat": "200"}, "lat"), ({"source": ""}, "source"), ({"confidence": "sure"}, "confidence")],
)
def test_a_mistake_saves_nothing_and_is_named(
    app: Flask, tmp_path: Path, change: dict[str, str], complaint: str
) -> None:
    answer = run(app, write(tmp_path / "bad.csv", {**ROW, **change}), "--yes")
    assert answer.exit_code == 1
    assert complaint in answer.output
    assert not isinstance(search.find_origin("Quarkwood Hall"), FoundPlace)
