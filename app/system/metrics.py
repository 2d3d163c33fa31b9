"""/metrics, in the format of Prometheus: what the database knows, and what this machine has served.

It answers while the database does not. For the inside: the reverse proxy shows it to nobody else (see
docs/runbook.md). No personal data.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from app import clock
from app.appointments.models import Appointment, Hold, HoldStatus, is_live
from app.appointments.states import LIVE
from app.db import db, end_read
from app.notifications import queries as messages
from app.notifications.channels.registry import channels_of
from app.notifications.watch import heartbeat, rules
from app.notifications.watch.last_tries import MANY, last_tries
from app.surroundings import looking as surroundings
from app.web.figures import Figures

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.add_url_rule("/metrics", "metrics", metrics)


def metrics() -> Response:
    """Return figures of the database, the same from every process, and those of this machine."""
    registry = CollectorRegistry()
    _single(registry, "database_up", "Whether the database answers", float(_read_database(registry)))
    _single(registry, "disk_free_bytes", "Free space on the fullest disk that we write to",
            surroundings.free_bytes())  # fmt: skip
    _pool(registry)
    figures: Figures = current_app.extensions["figures"]
    response = Response(generate_latest(registry) + figures.text(), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def _read_database(registry: CollectorRegistry) -> bool:
    now = clock.now()
    try:
        _messages(registry, now)
        _channels(registry, now)
        _by_label(registry, "appointments", "Appointments ahead or under way, by status", "status", _live())
        _single(registry, "holds_open", "Times kept for somebody right now", _open_holds(now))
        _jobs(registry, now)
        _surroundings(registry, now)
    except (SQLAlchemyError, OSError) as error:
        log.warning("figures of the database are missing: %s", type(error).__name__)
        end_read()
        return False
    return True


def _messages(registry: CollectorRegistry, now: datetime) -> None:
    _by_label(registry, "outbox_messages", "Messages by status", "status", messages.count_by_status())
    oldest = messages.oldest_due(now=now)
    _single(registry, "outbox_oldest_due_seconds", "Age of the oldest message that should have gone",
            _seconds_since(oldest) if oldest else 0.0)  # fmt: skip
    _by_label(registry, "outbox_waiting", "Messages that are due or will be, by channel", "channel",
              messages.count_open_by_channel())  # fmt: skip


def _channels(registry: CollectorRegistry, now: datetime) -> None:
    tries = {name: last_tries(name, most=MANY) for name in channels_of(current_app.extensions["settings"])}
    in_a_row = {name: len(rules.since_last_sent(found)) for name, found in tries.items()}
    shares = {name: rules.failed_share(found, now) or 0.0 for name, found in tries.items()}
    refusing = {name: int(rules.refuses_everybody(found)) for name, found in tries.items()}
    _by_label(registry, "outbox_failures_in_a_row", "Tries since the last one that was sent, by channel",
              "channel", in_a_row)  # fmt: skip
    _by_label(registry, "outbox_failed_share", "Share of the last hour's messages that did not go out",
              "channel", shares)  # fmt: skip
    _by_label(registry, "outbox_paused", "Whether a channel is paused because it refuses everybody",
              "channel", refusing)  # fmt: skip


def _jobs(registry: CollectorRegistry, now: datetime) -> None:
    runs = [run for run in heartbeat.list_runs() if run.finished_at and run.due_at]
    took = {run.name: (run.finished_at - run.started_at).total_seconds() for run in runs if run.finished_at}
    ahead = {run.name: (run.due_at - now).total_seconds() for run in runs if run.due_at}
    failures = {run.name: run.failures for run in runs}
    _by_label(registry, "job_duration_seconds", "How long a job last ran", "job", took)
    _by_label(registry, "job_next_run_seconds", "Seconds until a job is due; below zero: late", "job", ahead)
    _by_label(registry, "job_failures", "Runs of a job that failed in a row", "job", failures)
    ages = {run.name: _seconds_since(run.finished_at) for run in runs if run.finished_at}
    _by_label(registry, "job_last_run_seconds", "Seconds since a job last came to an end", "job", ages)


def _surroundings(registry: CollectorRegistry, now: datetime) -> None:
    found = surroundings.look(now=now)
    _single(registry, "database_read_only", "Whether the database can only be read", float(found.read_only))
    _single(registry, "calendar_missing", "Whether the coming year's calendar is missing",
            float(found.missing_year is not None))  # fmt: skip
    told: dict[str, tuple[str, float | None]] = {
        "database_wal_bytes": ("Size of the database's log", found.wal_mb and found.wal_mb * surroundings.MB),
        "database_clock_ahead_seconds": ("The database's clock against ours", _seconds(found.skew)),
        "backup_age_seconds": ("Age of the last backup", _age(found.backup_at)),
    }
    for name, (words, value) in told.items():
        if value is not None:
            _single(registry, name, words, value)


def _pool(registry: CollectorRegistry) -> None:
    """Show the connections of the process that answers; another may answer the next time."""
    pool = db.engine.pool
    if isinstance(pool, QueuePool):
        _single(registry, "database_pool_in_use", "Connections in use, of this process", pool.checkedout())
        _single(registry, "database_pool_size", "Connections kept, of this process", pool.size())


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


def _live() -> dict[str, int]:
    query = select(Appointment.status, func.count()).where(is_live).group_by(Appointment.status)
    found = dict(db.session.execute(query).all())
    return {status.value: found.get(status.value, 0) for status in LIVE}


def _open_holds(now: datetime) -> int:
    query = select(func.count()).select_from(Hold)
    return db.session.scalar(query.where(Hold.status == HoldStatus.OPEN, Hold.expires_at > now)) or 0


class _Ready:
    """A figure that was read a moment ago."""

    def __init__(self, family: GaugeMetricFamily) -> None:
        self._family = family

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield self._family


def _by_label(registry: CollectorRegistry, name: str, words: str, label: str, values: dict[str, Any]) -> None:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    registry.register(_Ready(family))


def _single(registry: CollectorRegistry, name: str, words: str, value: float) -> None:
    registry.register(_Ready(GaugeMetricFamily(name, words, value=value)))


def _age(moment: datetime | None) -> float | None:
    return _seconds_since(moment) if moment else None


def _seconds_since(moment: datetime) -> float:
    return max(0.0, (clock.now() - moment).total_seconds())
