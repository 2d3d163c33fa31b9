"""Migrations add first and take away in a later version: running processes go on with the new schema."""

import ast
from pathlib import Path

from tests.house.sources import ROOT, tree

LAST_BEFORE_THE_RULE = "0043"
TAKES_AWAY = {"drop_column", "drop_table", "rename_table", "drop_constraint"}
SAYS_SO = "Contract:"  # in the docstring, with the version after which nothing of the old is used


def taken_away(path: Path) -> list[str]:
    """Return what the upgrade of a migration takes from processes that know the schema before it."""
    upgrade = next(
        node for node in tree(path).body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )
    calls = [node for node in ast.walk(upgrade) if isinstance(node, ast.Call)]
    named = [call.func.attr for call in calls if isinstance(call.func, ast.Attribute)]
    renamed = [word.arg for call in calls for word in call.keywords if word.arg == "new_column_name"]
    return sorted({name for name in named if name in TAKES_AWAY} | {name for name in renamed if name})


def test_a_migration_that_takes_away_says_so():
    new = [
        path
        for path in sorted((ROOT / "migrations/versions").glob("0*.py"))
        if path.name[:4] > LAST_BEFORE_THE_RULE and SAYS_SO not in (ast.get_docstring(tree(path)) or "")
    ]
    assert {path.name: taken_away(path) for path in new if taken_away(path)} == {}


def test_the_rule_sees_what_is_taken_away(tmp_path):
    for line, seen in (
        ('op.drop_column("cases", "link")', ["drop_column"]),
        ('cases.alter_column("a", new_column_name="b")', ["new_column_name"]),
        ('op.add_column("cases", column)', []),
    ):
        file = tmp_path / "0099_example.py"
        file.write_text(f"def upgrade():\n    {line}\n")
        assert taken_away(file) == seen
