"""The filled network that walks begin in: made once for each kind of database, copied for each walk."""

import base64
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

import app.clock
from app.appointments.availability.free_times import forget_candidates
from app.db import db
from app.stations.hours.plans import forget_plans
from app.stations.limits import forget_limits
from tests.conftest import TUESDAY, Clock, make_app
from tests.databases import Databases
from tests.walker.browser import Browser
from tests.walker.filling import fill_network
from tests.walker.values import Known

PASSWORD = "calm-harbour-demo"
# Who speaks what: every page of staff is seen in all three languages.
LANGUAGES = {"mei": "zh", "tom": "ru", "ada": "zh", "lin": "ru", "gao": "en"}


@dataclass
class World:
    """An app on a database of its own, its clock, and everybody's browser."""

    flask_app: Flask
    clock: Clock
    chance: Random
    folder: Path
    browsers: dict[str, Browser] = field(default_factory=dict)
    read_letters: set[str] = field(default_factory=set)

    def now(self) -> datetime:
        return self.clock.time

    def seed(self, number: int) -> None:
        """Let the codes and links made from here on be the same in every run."""
        self.chance.seed(number)


class Worlds:
    """Makes worlds: the first of a kind is filled, the others are copies of its database."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases = databases
        self._folder = folder
        self._filled: dict[str, tuple[str, dict[str, Any]]] = {}
        self._apps: dict[str, Flask] = {}
        self._made = 0

    @contextmanager
    def open(self, kind: str) -> Iterator[World]:
        """Give a world as it was filled; whatever is done to it goes with it."""
        with _chance(Random(1)) as chance, pytest.MonkeyPatch.context() as patch:
            clock = Clock(TUESDAY)
            patch.setattr(app.clock, "now", clock.now)
            if kind not in self._filled:
                self._filled[kind] = self._fill(kind, clock, chance)
            url, known = self._filled[kind]
            clock.time = known["time"]
            world = self._copy(kind, url, clock, chance)
            world.browsers = _browsers(world.flask_app, known)
            yield world
            self._close(kind, world)

    def _fill(self, kind: str, clock: Clock, chance: Random) -> tuple[str, dict[str, Any]]:
        url = self._databases.make(kind)
        flask_app = self._app(url)
        known = fill_network(flask_app, clock, LANGUAGES, PASSWORD)
        known["time"] = clock.time
        _let_go(flask_app)
        return url, known

    def _app(self, url: str) -> Flask:
        self._made += 1
        folder = self._folder / f"instance-{self._made}"
        folder.mkdir(parents=True)
        flask_app = make_app(url, folder)
        flask_app.config.update(WTF_CSRF_ENABLED=True, PROPAGATE_EXCEPTIONS=False)
        # To compile the templates anew for each world would take longer than most walks.
        flask_app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(self._folder))
        return flask_app

    def _copy(self, kind: str, url: str, clock: Clock, chance: Random) -> World:
        copied = self._databases.copy(url)
        flask_app = self._app(copied)
        for forget in (forget_plans, forget_candidates, forget_limits):
            forget()
        return World(flask_app, clock, chance, flask_app.extensions["settings"].mail_folder)

    def _close(self, kind: str, world: World) -> None:
        url = world.flask_app.config["SQLALCHEMY_DATABASE_URI"]
        _let_go(world.flask_app)
        self._databases.drop(url)
        shutil.rmtree(world.flask_app.extensions["settings"].instance_path, ignore_errors=True)


def _let_go(flask_app: Flask) -> None:
    """Close every connection, and put the log of SQLite into its file."""
    with flask_app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            if engine.dialect.name == "sqlite":
                with engine.connect() as connection:
                    connection.exec_driver_sql("COMMIT")
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()


def _browsers(flask_app: Flask, known: dict[str, Any]) -> dict[str, Browser]:
    """Return everybody: nobody in three languages, holders of links, an employer, all of the staff."""
    keys = known["keys"]
    codes = tuple((key["code"], key["last4"]) for key in keys)
    people = [
        *(
            Browser(f"nobody-{lang}", flask_app, lang, f"/{lang}/", Known(codes=codes))
            for lang in ("en", "zh", "ru")
        ),
        *(
            Browser(f"holder-{n}", flask_app, key["language"], f"/c/{key['link']}", Known(codes=codes))
            for n, key in enumerate(keys)
        ),
        Browser("employer", flask_app, "zh", "/zh/business", Known(codes=codes)),
    ]
    for name, cookies in known["cookies"].items():
        browser = Browser(name, flask_app, "en", "/staff/today", Known(name, known["password"], codes))
        for key, value in cookies:
            browser.client.set_cookie(key, value)
        people.append(browser)
    return {browser.name: browser for browser in people}


@contextmanager
def _chance(chance: Random) -> Iterator[Random]:
    """Let every secret come from this: a walk that is taken again meets the same codes and links."""
    drawn = {
        "choice": chance.choice,
        "token_bytes": lambda n=32: chance.randbytes(n),
        "token_hex": lambda n=32: chance.randbytes(n).hex(),
        "token_urlsafe": lambda n=32: base64.urlsafe_b64encode(chance.randbytes(n)).rstrip(b"=").decode(),
        "randbelow": chance.randrange,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, draw in drawn.items():
            patch.setattr(secrets, name, draw)
        yield chance
