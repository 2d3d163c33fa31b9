"""Migrations make the schema that the models describe, on both databases, and go back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app import create_app
from app.db import db
from app.settings import Settings
from tests.conftest import DATA_KEY, SECRET_KEY, import_models
from tests.databases import Databases

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"


@pytest.fixture
def empty_app(databases: Databases, database_kind: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(
        Settings.from_env(
            app_env="test",
            instance_path=tmp_path,
            database_url=databases.make(database_kind),
            secret_key=SECRET_KEY,
            data_key=DATA_KEY,
        )
    )
    import_models()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_migrations_make_what_the_models_describe(empty_app: Flask) -> None:
    upgrade()

    with db.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), db.metadata)

    assert differences == []


def test_every_migration_goes_back(empty_app: Flask) -> None:
    upgrade()

    downgrade(revision="base")

    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}


def test_migrations_are_numbered_in_one_line() -> None:
    numbers = [int(path.name[:4]) for path in sorted(VERSIONS.glob("*.py"))]

    assert numbers == list(range(1, len(numbers) + 1))
