"""Each table is written by its own topic: who wants a row made, changed or deleted asks that topic."""

import ast

from tests.house.sources import ROOT, python_files, short, tree

APP = python_files("app")

# Rooms that write tables of another, and why.
MAY_ALSO_WRITE = {
    ("planning", "stations"): "hours, closures and desks are read by all, and changed where people are told",
    ("publishing", "stations"): "points are read by all, and changed where drafts are published",
    ("geocoding", "stations"): "a place that staff add where its name was typed in vain",
    ("cli", "appointments"): "made-up history",
    ("cli", "cases"): "made-up history",
    ("cli", "staff"): "made-up people",
    ("cli", "stations"): "a made-up year",
}


def room_of(path):
    return path.relative_to(ROOT / "app").parts[0]


def tables():
    """Return module and name of each class that is a table."""
    return {
        (short(path)[:-3].replace("/", "."), node.name)
        for path in APP
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Model" for base in node.bases)
    }


def written(path, known):
    """Yield the room whose table is written to, and where."""
    imported = {
        alias.asname or alias.name: node.module.split(".")[1]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (node.module, alias.name) in known
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            changes = node.func.id in ("insert", "update", "delete") and node.args
            target = node.args[0] if changes else node.func
            if isinstance(target, ast.Name) and target.id in imported:
                yield imported[target.id], f"{short(path)}:{node.lineno}"


def test_a_table_is_written_by_its_own_topic():
    known = tables()
    assert len(known) > 40
    found = {
        (room_of(path), owner): place
        for path in APP
        for owner, place in written(path, known)
        if room_of(path) != owner
    }
    assert {pair: place for pair, place in found.items() if pair not in MAY_ALSO_WRITE} == {}
    assert [pair for pair in MAY_ALSO_WRITE if pair not in found] == []
