"""The cast: Lin decides work permits, Gao residence permits, Mei hands over at the central window."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from tests import factories
from tests.factories import PASSWORD


@pytest.fixture
def browser(app: Flask, network: factories.Network, client: FlaskClient) -> Callable[[str], FlaskClient]:
    """Return a function that opens a browser in which this colleague is signed in."""
    factories.build_user("lin", bureau="foreign-experts")
    factories.build_user("gao", bureau="exit-entry")
    factories.build_user("mei", stations=(network.central,))
    factories.build_user("ada", role=Role.ADMINISTRATOR)

    def opened(username: str) -> FlaskClient:
        made = app.test_client()
        answer = made.post("/staff", data={"username": username, "password": PASSWORD})
        assert answer.status_code == 303
        return made

    return opened
