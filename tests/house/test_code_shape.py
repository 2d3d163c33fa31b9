"""The shape of the code: who commits, who imports what, and how long things may be."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.house.sources import ROOT, functions, imported_modules, python_files, short, tree

APP = python_files("app")
OWN = python_files("app", "tests", "bench", "tools")

# The room in which each of these lives, or one for each of its arts; everybody else asks that room.
ONLY_IN = {
    "folium": {"app/maps/render.py"},
    "branca": {"app/maps/render.py"},
    "geopy": {"app/stations/geography/distance.py", "app/geocoding/vendors.py"},  # lengths · geocoders
    "apscheduler": {"app/scheduler.py"},
    "PIL": {"app/publishing/pictures.py"},
}


def calls(path: Path, *names: str) -> list[str]:
    return [
        f"{short(path)}:{node.lineno}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names
    ]


def test_only_the_database_module_commits_or_rolls_back():
    places = [
        place for path in APP if short(path) != "app/db.py" for place in calls(path, "commit", "rollback")
    ]
    assert places == []


def test_the_database_module_does_commit():
    assert calls(ROOT / "app/db.py", "commit")


def test_rows_are_locked_in_one_way_which_reads_them_anew():
    """A row locked but not read anew is decided by as it was before the wait: that sold a place twice."""
    found = {short(path) for path in APP if calls(path, "with_for_update")}
    by_hand = [
        short(path)
        for path in APP
        for node in ast.walk(tree(path))
        if isinstance(node, ast.keyword) and node.arg == "with_for_update"
    ]
    assert (found, by_hand) == ({"app/db.py"}, [])


def test_the_history_of_visits_has_one_writer():
    writers = {
        path.name
        for path in python_files("app/appointments", "app/staff", "app/collection", "app/groups")
        if "AppointmentEvent(" in path.read_text() and "class AppointmentEvent" not in path.read_text()
    }
    assert writers == {"history.py"}


@pytest.mark.parametrize(("package", "rooms"), ONLY_IN.items())
def test_a_library_with_its_own_room_is_imported_only_there(package, rooms):
    importers = {
        short(path)
        for path in APP
        if any(module.split(".")[0] == package for module in imported_modules(path))
    }
    assert importers <= rooms


def test_a_journey_waits_for_what_it_asks_of_a_page():
    """Asking at once is right on a fast machine only: `expect` waits for the page that was pressed for."""
    at_once = ("is_visible", "is_hidden", "is_checked", "is_enabled", "is_disabled")
    assert [place for path in python_files("tests/browser") for place in calls(path, *at_once)] == []


def test_no_function_has_more_than_40_lines():
    long = [
        f"{short(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1}"
        for path in OWN
        for node in functions(path)
        if node.end_lineno and node.end_lineno - node.lineno + 1 > 40
    ]
    assert long == []


def test_no_file_has_more_than_400_lines():
    lengths = {short(path): len(path.read_text().splitlines()) for path in OWN}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_no_folder_of_the_app_is_a_heap():
    """A folder that grows holds several topics: give one of them a room of its own."""
    sizes = Counter(short(path.parent) for path in APP)
    assert {folder: n for folder, n in sizes.items() if n > (24 if folder == "app" else 18)} == {}


def test_every_module_of_the_app_says_what_it_is():
    silent = [short(path) for path in APP if path.read_text().strip() and not ast.get_docstring(tree(path))]
    assert silent == []


def test_nothing_is_called_helpers_utils_services_or_managers():
    vague = {"helpers", "utils", "util", "helper", "services", "managers", "misc", "common"}
    assert [short(path) for path in APP if vague & {*path.relative_to(ROOT).parts, path.stem}] == []


def test_imports_only_go_downwards():
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout


def test_the_wall_clock_is_read_in_one_place():
    readers = [
        f"{short(path)}:{node.lineno}"
        for path in APP
        if short(path) != "app/clock.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}
    ]
    assert readers == []


def test_a_class_name_means_one_thing():
    """What the interface calls its answers is its contract, and follows the words of the rooms."""
    names: dict[str, list[str]] = {}
    for path in python_files("app"):
        if not short(path).startswith("app/api/"):
            for node in tree(path).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    names.setdefault(node.name, []).append(short(path))
    assert {name: where for name, where in names.items() if len(where) > 1} == {}
