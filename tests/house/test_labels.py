"""Every word of state that people see has its label, also a new one."""

import importlib
import pkgutil
from collections.abc import Iterator
from enum import StrEnum

import pytest

import app
from app.accounts.models import Role
from app.appointments.states import Status
from app.notifications.models import MessageStatus

MUST_HAVE_LABELS = {Role, MessageStatus}
UNKNOWN_SIGN = "○"


def label_tables() -> Iterator[tuple[str, type[StrEnum], set[str]]]:
    """Yield every table of words: its name, whose words they are, and which it has."""
    for module_info in pkgutil.walk_packages(app.__path__, "app."):
        if not module_info.name.endswith("wording"):
            continue
        for name, value in vars(importlib.import_module(module_info.name)).items():
            kinds = {type(key) for key in value} if isinstance(value, dict) else set()
            if len(kinds) == 1 and issubclass(kind := kinds.pop(), StrEnum):
                yield f"{module_info.name}.{name}", kind, set(value)


def test_every_table_of_labels_is_whole():
    lacking = {name: set(kind) - words for name, kind, words in label_tables() if set(kind) - words}
    assert lacking == {}


def test_what_people_see_has_a_table():
    assert {kind for _name, kind, _words in label_tables()} >= MUST_HAVE_LABELS


@pytest.mark.parametrize("status", Status)
def test_every_status_of_a_visit_has_its_tag(app_on, status):
    flask_app = app_on("sqlite")
    with flask_app.test_request_context("/en/"):
        tags = flask_app.jinja_env.get_template("components/visits.html").module
        assert UNKNOWN_SIGN not in tags.state_tag(status)
        assert UNKNOWN_SIGN in tags.state_tag("a status that nobody knows")
