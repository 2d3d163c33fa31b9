"""Tom plans Fuxingcheng, Ada looks after all; both change what is published."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.db import db
from app.stations.models import Station
from tests import factories
from tests.factories import PASSWORD


@dataclass
class Desk:
    """A signed-in browser and the form of a point."""

    browser: FlaskClient

    def form(self, slug: str = "fuxingcheng") -> dict[str, Any]:
        """Return the fields of the form as a browser would send them back."""
        page = self.browser.get(f"/staff/points/{slug}")
        assert page.status_code == 200, page.status_code
        return fields_of(page.text)

    def save(self, slug: str = "fuxingcheng", form: dict[str, Any] | None = None, **changes: Any):
        given = {**(form or self.form(slug)), **changes}
        return self.browser.post(f"/staff/points/{slug}", data=given, content_type="multipart/form-data")

    def publish(self, slug: str = "fuxingcheng"):
        page = self.browser.get(f"/staff/points/{slug}/preview")
        version = fields_of(page.text)["version"]
        return self.browser.post(f"/staff/points/{slug}/publish", data={"version": version})


def fields_of(page: str) -> dict[str, Any]:
    """Return what a browser would send of the fields of a page."""
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        found = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        kind, name = found.get("type"), found.get("name")
        if not name or kind == "file" or name == "csrf_token":
            continue
        if kind in ("checkbox", "radio"):
            if re.search(r"\schecked\b", tag):
                fields.setdefault(name, []).append(unescaped(found["value"]))
        else:
            fields[name] = unescaped(found.get("value", ""))
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        first = re.search(r'<option value="([^"]*)"', options)
        fields[name] = (chosen or first)[1]
    return fields


def unescaped(text: str) -> str:
    for sign, written in (("<", "&lt;"), (">", "&gt;"), ('"', "&#34;"), ("'", "&#39;"), ("&", "&amp;")):
        text = text.replace(written, sign)
    return text


@dataclass
class Office:
    fuxingcheng: Station
    open: Callable[[str], Desk]

    @property
    def tom(self) -> Desk:
        return self.open("tom")

    @property
    def ada(self) -> Desk:
        return self.open("ada")


@pytest.fixture
def office(app: Flask, network: factories.Network, client: FlaskClient) -> Office:
    fuxingcheng = factories.build_station("fuxingcheng", services=(network.document_check,), desks=1)
    factories.build_user("tom", role=Role.MANAGER, stations=(fuxingcheng,))
    factories.build_user("ada", role=Role.ADMINISTRATOR)

    def opened(username: str) -> Desk:
        browser = app.test_client()
        assert browser.post("/staff", data={"username": username, "password": PASSWORD}).status_code == 303
        return Desk(browser)

    return Office(fuxingcheng, opened)


def again(station: Station) -> Station:
    """Return the station as it is in the database now."""
    db.session.refresh(station)
    return station
