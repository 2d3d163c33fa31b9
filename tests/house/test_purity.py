"""A module that says PURE of itself reaches no framework, database or clock, whatever it imports."""

import ast
from functools import cache

import grimp

from tests.house.sources import ROOT, python_files, tree

IMPURE = {"flask", "flask_sqlalchemy", "sqlalchemy", "apscheduler", "app.db", "app.clock"}


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("app", include_external_packages=True, cache_dir=None)


def modules_called_pure() -> list[str]:
    claims = [path for path in python_files("app") if "PURE" in (ast.get_docstring(tree(path)) or "")]
    return [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in claims]


def reached_from(module: str) -> set[str]:
    return graph().find_upstream_modules(module) & IMPURE


def test_what_is_called_pure_is_pure():
    assert len(modules_called_pure()) > 50
    reached = {module: sorted(reached_from(module)) for module in modules_called_pure()}
    assert {module: found for module, found in reached.items() if found} == {}


def test_a_module_that_reads_the_database_would_be_seen():
    assert reached_from("app.appointments.queries") >= {"sqlalchemy", "app.db"}


def test_models_read_no_clock():
    """But for the stamp of a station's change, which writes that go past the operations must renew too."""
    models = [name for name in graph().modules if name.startswith("app.") and name.endswith(".models")]
    readers = [name for name in models if "app.clock" in graph().find_modules_directly_imported_by(name)]
    assert readers == ["app.stations.models"]
