"""The made-up cases of 2022 and 2023 give the figures that were published for 2023, by counting."""

import pytest

from app.cases.models import Case
from app.db import db
from app.reports import half_year
from app.reports.figures import half_year as half_of
from app.stations import queries as stations

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def test_the_first_half_of_2023_is_as_published(runner):
    assert runner.invoke(args=["seed", "load"]).exit_code == 0
    for what in ("history", "demo"):  # all that `make run` loads
        loaded = runner.invoke(args=["seed", what])
        assert loaded.exit_code == 0, loaded.output

    found = half_year.read(half_of(2023, 1), list(stations.list_stations()))

    assert (found.units, found.permits, found.permits_before) == (109, 432, 355)
    assert str(found.change) == "21.69"
    assert found.countries == 59
    assert 90 < found.one_visit_percent < 100
    assert found.median_days is None, "the calendar of 2023 is not loaded, so this is not known"

    again = runner.invoke(args=["seed", "history"])
    assert "there already" in again.output
    assert db.session.query(Case).filter(~Case.demo).count() == 0


def test_nothing_made_up_loads_in_production(runner, app, monkeypatch):
    settings = app.extensions["settings"].model_copy(update={"app_env": "production"})
    monkeypatch.setitem(app.extensions, "settings", settings)

    refused = runner.invoke(args=["seed", "history"])

    assert refused.exit_code == 1
    assert "never loads in production" in refused.output
