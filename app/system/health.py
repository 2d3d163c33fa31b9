"""/healthz, /readyz and /metrics, for whoever watches over the service. No personal data.

/metrics is for the inside: the reverse proxy answers it to nobody else (see docs/runbook.md).
"""

import logging
from datetime import datetime
from typing import Any

from alembic.script import ScriptDirectory
from flask import Flask, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, inspect, select, text

from app import clock
from app.accounts.models import User
from app.appointments.models import Appointment, Hold, HoldStatus, is_live
from app.appointments.states import LIVE
from app.cases.models import Case
from app.db import db
from app.notifications import queries as messages
from app.notifications.channels.registry import channels_of
from app.notifications.watch import heartbeat
from app.notifications.watch import troubles as watch
from app.settings import Settings, shipped
from app.system.version import __version__
from app.web import hosts

log = logging.getLogger(__name__)

SILENT_AFTER_SECONDS = 60
SILENCES = ("never-ran", f"late-{watch.DELIVERY}")  # said in fewer words, and sooner


def init_app(app: Flask) -> None:
    app.jinja_env.globals["version"] = __version__
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/metrics", "metrics", metrics)


def healthz() -> Response:
    """Say that the process answers, and which version it is; nothing else is asked."""
    return _fresh(jsonify(status="ok", version=__version__))


def readyz() -> tuple[Response, int]:
    """Say whether requests can be served, and name what is in the way."""
    try:
        checks = _checks()
    except Exception:
        log.exception("the database does not answer")
        return _fresh(jsonify(status="not ready", checks={"database": "no answer"}, warnings=[])), 503
    ready = all(answer == "ok" for answer in checks.values())
    body = {"status": "ready" if ready else "not ready", "checks": checks}
    return _fresh(jsonify(**body, warnings=_warnings() if ready else [])), 200 if ready else 503


def _checks() -> dict[str, str]:
    db.session.scalar(text("SELECT 1"))
    return {"database": "ok", "schema": _schema(), "data_key": _data_key(), "demo": _demo()}


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
    return "ok" if here == _newest_migrations() else "not at the newest migration"


def _newest_migrations() -> set[str]:
    return set(ScriptDirectory(str(shipped("migrations"))).get_heads())


def _data_key() -> str:
    return "ok" if current_app.extensions.get("keyring") else "missing"


def _warnings() -> list[str]:
    """Name what does not keep requests from being served, but must not stay so."""
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    troubles = watch.read_troubles(channels=list(channels_of(settings)), now=now)
    others = (trouble.words for trouble in troubles if trouble.name not in SILENCES)
    proxy = ["forwarded headers arrive, and PROXY_HOPS is 0"] if hosts.is_proxy_unknown() else []
    return [*_silence(now), *others, *proxy]


def _silence(now: datetime) -> list[str]:
    last = heartbeat.last_runs().get(watch.DELIVERY)
    if last is None:
        return ["the worker has not run yet"]
    return ["the worker is silent"] if (now - last).total_seconds() > SILENT_AFTER_SECONDS else []


def metrics() -> Response:
    """Return figures read from the database, so every process answers the same."""
    now = clock.now()
    registry = CollectorRegistry()
    _by_label(registry, "outbox_messages", "Messages by status", "status", messages.count_by_status())
    _by_label(registry, "appointments", "Appointments ahead or under way, by status", "status", _live())
    oldest = messages.oldest_due(now=now)
    _single(registry, "outbox_oldest_due_seconds", "Age of the oldest message that should be sent",
            _seconds_since(oldest) if oldest else 0.0)  # fmt: skip
    _single(registry, "holds_open", "Times kept for somebody right now", _open_holds(now))
    _by_label(registry, "outbox_waiting", "Messages that are due or will be, by channel", "channel",
              messages.count_open_by_channel())  # fmt: skip
    _jobs(registry, now)
    ages = {name: _seconds_since(run) for name, run in heartbeat.last_runs().items()}
    _by_label(registry, "job_last_run_seconds", "Seconds since a job last came to an end", "job", ages)
    return _fresh(Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST))


def _jobs(registry: CollectorRegistry, now: datetime) -> None:
    runs = [run for run in heartbeat.list_runs() if run.finished_at and run.due_at]
    took = {run.name: (run.finished_at - run.started_at).total_seconds() for run in runs if run.finished_at}
    ahead = {run.name: (run.due_at - now).total_seconds() for run in runs if run.due_at}
    failures = {run.name: run.failures for run in runs}
    _by_label(registry, "job_duration_seconds", "How long a job last ran", "job", took)
    _by_label(registry, "job_next_run_seconds", "Seconds until a job is due; below zero: late", "job", ahead)
    _by_label(registry, "job_failures", "Runs of a job that failed in a row", "job", failures)


def _live() -> dict[str, int]:
    query = select(Appointment.status, func.count()).where(is_live).group_by(Appointment.status)
    found = dict(db.session.execute(query).all())
    return {status.value: found.get(status.value, 0) for status in LIVE}


def _open_holds(now: datetime) -> int:
    query = select(func.count()).select_from(Hold)
    return db.session.scalar(query.where(Hold.status == HoldStatus.OPEN, Hold.expires_at > now)) or 0


def _by_label(registry: CollectorRegistry, name: str, words: str, label: str, values: dict[str, Any]) -> None:
    gauge = Gauge(name, words, [label], registry=registry)
    for key, value in values.items():
        gauge.labels(key).set(value)


def _single(registry: CollectorRegistry, name: str, words: str, value: float) -> None:
    Gauge(name, words, registry=registry).set(value)


def _seconds_since(moment: datetime) -> float:
    return max(0.0, (clock.now() - moment).total_seconds())


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
