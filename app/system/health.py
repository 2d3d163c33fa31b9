"""/healthz and /readyz, for whoever watches over the service. No personal data."""

import logging
from datetime import datetime
from functools import cache

from alembic.script import ScriptDirectory
from flask import Flask, Response, current_app, jsonify
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.accounts.models import User
from app.appointments.models import Appointment
from app.cases.models import Case
from app.db import db, end_read
from app.keys import proofs as key_proofs
from app.notifications.channels.registry import channels_of
from app.notifications.watch import heartbeat
from app.notifications.watch import troubles as watch
from app.settings import Settings, SettingsError, shipped
from app.surroundings import looking as surroundings
from app.system.version import __version__
from app.web import hosts

log = logging.getLogger(__name__)

SILENT_AFTER_SECONDS = 60
SILENCES = ("never-ran", f"late-{watch.DELIVERY}")  # said in fewer words, and sooner


def init_app(app: Flask) -> None:
    app.jinja_env.globals["version"] = __version__
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)


def healthz() -> Response:
    """Say that the process answers, and which version it is; nothing else is asked."""
    return _fresh(jsonify(status="ok", version=__version__))


def readyz() -> tuple[Response, int]:
    """Say whether requests can be served, and name what is in the way."""
    try:
        checks = _checks()
    except (SQLAlchemyError, OSError) as error:
        end_read()
        log.warning("the database does not answer: %s", type(error).__name__)
        return _fresh(jsonify(status="not ready", checks={"database": "no answer"}, warnings=[])), 503
    ready = all(answer == "ok" for answer in checks.values())
    body = {"status": "ready" if ready else "not ready", "checks": checks}
    return _fresh(jsonify(**body, warnings=_warnings() if ready else [])), 200 if ready else 503


def _checks() -> dict[str, str]:
    db.session.scalar(text("SELECT 1"))
    return {
        "database": "ok",
        "schema": _schema(),
        "writable": "read-only" if surroundings.is_read_only() else "ok",
        "data_key": _data_key(),
        "demo": _demo(),
    }


def _demo() -> str:
    """Refuse made-up people, whose password everybody knows, where real ones are served."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.production:
        return "ok"
    found = any(
        db.session.scalar(select(model.id).where(model.demo).limit(1)) is not None for model in (User, Case)
    )
    return "accounts or cases of the demo are in this database" if found else "ok"


def _schema() -> str:
    tables = inspect(db.session.connection())
    if not tables.has_table("alembic_version"):
        return "ok" if tables.has_table(Appointment.__tablename__) else "no tables"
    here = set(db.session.scalars(text("SELECT version_num FROM alembic_version")))
    behind = here != _newest_migrations() and here <= _known_migrations()
    return "not at the newest migration" if behind or not here else "ok"


def _newest_migrations() -> set[str]:
    return set(_migrations().get_heads())


def _known_migrations() -> set[str]:
    """Return the names of all our migrations; a schema with another one is of a version that comes after."""
    return {script.revision for script in _migrations().walk_revisions()}


@cache
def _migrations() -> ScriptDirectory:
    return ScriptDirectory(str(shipped("migrations")))


def _data_key() -> str:
    try:
        key_proofs.check()
    except SettingsError:
        return "not the key that this database was written with"
    return "ok"


def _warnings() -> list[str]:
    """Name what does not keep requests from being served, but must not stay so."""
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    troubles = watch.read_troubles(channels=list(channels_of(settings)), now=now)
    troubles += surroundings.read_troubles(now=now)
    others = (trouble.words for trouble in troubles if trouble.name not in SILENCES)
    proxy = ["forwarded headers arrive, and PROXY_HOPS is 0"] if hosts.is_proxy_unknown() else []
    return [*_silence(now), *others, *proxy]


def _silence(now: datetime) -> list[str]:
    last = heartbeat.last_runs().get(watch.DELIVERY)
    if last is None:
        return ["the worker has not run yet"]
    return ["the worker is silent"] if (now - last).total_seconds() > SILENT_AFTER_SECONDS else []


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
