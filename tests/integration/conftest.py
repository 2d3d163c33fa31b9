"""What all tests of pages share."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import passwords
from app.accounts.models import Role
from app.stations.models import Station
from tests import factories
from tests.factories import PASSWORD


@dataclass
class Cast:
    fuxingcheng: Station
    browser: Callable[[str], FlaskClient]

    @property
    def mei(self) -> FlaskClient:
        return self.browser("mei")

    @property
    def tom(self) -> FlaskClient:
        return self.browser("tom")

    @property
    def ada(self) -> FlaskClient:
        return self.browser("ada")


@pytest.fixture
def cast(app: Flask, network: factories.Network, client: FlaskClient) -> Cast:
    """The three of them; `cast.mei` is a browser in which Mei is signed in."""
    with factories.together():
        fuxingcheng = factories.build_station("fuxingcheng", services=(network.document_check,), desks=1)
        factories.build_user("mei", stations=(network.central,))
        factories.build_user("tom", role=Role.MANAGER, stations=(fuxingcheng,))
        factories.build_user("ada", role=Role.ADMINISTRATOR)

    def browser(username: str) -> FlaskClient:
        opened = app.test_client()
        answer = opened.post("/staff", data={"username": username, "password": PASSWORD})
        assert answer.status_code == 303
        return opened

    return Cast(fuxingcheng, browser)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as the factories do: of full strength, sign-ins would take half of the time of these tests."""
    monkeypatch.setattr(passwords, "_hasher", factories.HASHER)
