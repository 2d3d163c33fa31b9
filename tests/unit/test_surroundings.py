"""What is said about disk, log, clocks, calendar and backups."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.settings import Settings
from app.surroundings.looking import ServiceState, find_troubles

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
WELL = ServiceState(
    read_only=False,
    free_mb=500,
    wal_mb=256,
    most_wal_mb=256,
    skew=timedelta(seconds=2),
    missing_year=None,
    backup_at=NOW - timedelta(hours=48),
)
PRODUCTION = Settings.model_construct(
    app_env="production", smtp_url="smtp://mail", disk_free_mb=500, backup_hours=48
)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"wal_mb": None, "skew": None}, []),
        ({"read_only": True}, ["read-only"]),
        ({"free_mb": 499}, ["499 MB are free"]),
        ({"wal_mb": 257}, ["257 MB"]),
        ({"skew": timedelta(seconds=-90)}, ["differ by 90 seconds"]),
        ({"missing_year": 2027}, ["calendar of 2027"]),
        ({"backup_at": NOW - timedelta(hours=49)}, ["49 hours old"]),
        ({"backup_at": None}, ["No backup"]),
    ],
)
def test_each_trouble_is_said_with_its_number(change, said) -> None:
    troubles = list(find_troubles(replace(WELL, **change), PRODUCTION, now=NOW))
    assert len(troubles) == len(said)
    assert all(words in trouble.words for trouble, words in zip(troubles, said, strict=True))


@pytest.mark.parametrize("settings", [{"app_env": "test"}, {"backup_hours": 0}])
def test_who_makes_no_backups_here_hears_nothing_of_them(settings) -> None:
    asked = PRODUCTION.model_copy(update=settings)
    assert list(find_troubles(replace(WELL, backup_at=None), asked, now=NOW)) == []
