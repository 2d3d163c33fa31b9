"""The periodic jobs, and how the relay is put together."""

import logging
import os
import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from flask import Flask, current_app
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import InstrumentedAttribute

from app import clock
from app.accounts.models import StaffSession
from app.appointments.availability.slots import cell_of
from app.appointments.booking import provisional
from app.appointments.holds import operations as holds
from app.appointments.models import DeskUsage, Hold, HoldStatus, IdempotencyKey
from app.appointments.reminders import changes as plan_changes
from app.appointments.waitlist import matching
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.models import WaitingEntry
from app.cases import decisions
from app.collection import operations as collection
from app.db import db, end_read, transact
from app.errors import Busy
from app.geocoding import unknown
from app.geocoding.models import UnknownMark, UnknownPlace
from app.groups import operations as groups
from app.intake import applying
from app.notifications.channels.registry import channels_of
from app.notifications.delivery import tidying
from app.notifications.delivery.relay import Relay
from app.notifications.texts import trials
from app.notifications.watch import alarm, heartbeat
from app.notifications.watch import troubles as watch
from app.notifications.watch.troubles import DELIVERY, Trouble
from app.privacy import retention
from app.publishing.operations import unused_photos
from app.replies.models import IncomingText
from app.reports import checks
from app.scheduler import Job, Scheduler
from app.settings import Settings
from app.stations.models import StationPhoto, StationReport
from app.surroundings import looking as surroundings
from app.throttle import ThrottleBucket
from app.writers import compose, reading

log = logging.getLogger(__name__)

Key = InstrumentedAttribute[str] | InstrumentedAttribute[int] | InstrumentedAttribute[datetime]

BATCH = 100
BEAT_EVERY_SECONDS = 15.0
IMPORT_BATCHES = 100  # in one beat
PURGE_BATCH = 500  # a longer write would keep bookings waiting
KEEP_IDEMPOTENCY_KEYS = timedelta(hours=48)
KEEP_SESSIONS = timedelta(hours=24)
KEEP_HOLDS = timedelta(days=7)  # longer than the keys, whose repeated answers are read from them
KEEP_TEXTS = timedelta(days=90)
KEEP_HANDLED_REPORTS = timedelta(days=90)
KEEP_UNREAD = timedelta(days=365)  # texts and reports on which nobody pressed anything
KEEP_DESK_USAGE = timedelta(days=7)  # counters of days gone by; the visits themselves stay


def build_scheduler(app: Flask) -> Scheduler:
    """Return the worker's scheduler with all jobs; it has not started yet."""
    scheduler: Scheduler
    jobs = (
        Job(DELIVERY, 5, lambda: deliver_messages(stopping=scheduler.stopping)),
        Job("take_in_files", 5, lambda: take_in_files(stopping=scheduler.stopping)),
        Job("count_days", 24 * 3600, count_days, shared=True, at_night=True),
        Job("tidy_messages", 60, tidy_messages, shared=True),
        Job("watch_delivery", 60, watch_delivery, shared=True),
        Job("follow_reminder_plans", 30, follow_reminder_plans, shared=True),
        Job("release_expired_holds", 60, release_expired_holds, shared=True),
        Job("expire_provisional", 60, expire_provisional, shared=True),
        Job("offer_free_times", 15, offer_free_times, shared=True),
        Job("forget_contacts", 3600, forget_contacts, shared=True),
        Job("remind_to_collect", 900, remind_to_collect, shared=True),
        Job("purge_data", 24 * 3600, purge_data, shared=True, at_night=True),
        Job("purge", 24 * 3600, purge, shared=True, at_night=True),
        Job(checks.JOB, 24 * 3600, check_visits, shared=True, at_night=True),
    )
    scheduler = Scheduler(jobs, around=lambda job: run_job(app, job))
    return scheduler


def run_job(app: Flask, job: Job) -> None:
    """Run one job in its own context and leave its heartbeat, also when it fails.

    A shared job is left to the worker that has taken it, until it is due again.
    """
    with app.app_context():
        surroundings.follow_database()
        started_at = clock.now()
        if job.shared and not _take(job, started_at):
            return
        outcome, failed = "failed", True
        try:
            outcome, failed = job.run(), False
        except Busy:
            outcome = heartbeat.GAVE_WAY
            raise
        finally:
            end_read()
            transact(
                heartbeat.beat,
                job.name,
                started_at=started_at,
                outcome=outcome,
                now=clock.now(),
                every=heartbeat.night_after(started_at) - started_at if job.at_night else job.every,
                failed=failed,
            )


def _take(job: Job, now: datetime) -> bool:
    may = heartbeat.may_begin(job.name, every=job.every, now=now)
    end_read()
    return may and transact(heartbeat.begin, job.name, every=job.every, now=now)


def build_relay(stopping: Callable[[], bool]) -> Relay:
    """Return a relay with this installation's channels and all writers of letters."""
    settings: Settings = current_app.extensions["settings"]
    return Relay(
        compose=compose,
        channels=channels_of(settings),
        clock=clock.now,
        lease=timedelta(seconds=settings.message_lease_seconds),
        worker=f"{socket.gethostname()[:40]}:{os.getpid()}",
        stopping=stopping,
        reading=reading,
        per_minute={"email": settings.mail_per_minute, "sms": settings.sms_per_minute},
    )


def follow_reminder_plans() -> str:
    """Let the visits booked before follow a changed plan of reminders."""
    total = 0
    while done := step_and_rest(plan_changes.follow_next, now=clock.now()):
        total += done
    return f"{total} steps"


def step_and_rest(step: Callable[..., int], *, now: datetime) -> int:
    """Run one batched step, and rest as long as it took: somebody who books never waits for many of them."""
    began = time.monotonic()
    done = transact(step, now=now)
    if done:
        time.sleep(time.monotonic() - began)
    return done


def deliver_messages(*, stopping: Callable[[], bool]) -> str:
    """Deliver everything that is due now, batch after batch, leaving a heartbeat on the way."""
    relay = build_relay(stopping)
    started_at, total = clock.now(), 0
    beaten = time.monotonic()
    while handled := relay.deliver_due(limit=BATCH):
        total += handled
        if time.monotonic() - beaten > BEAT_EVERY_SECONDS:
            beaten = time.monotonic()
            outcome = f"{total} handled so far"
            transact(heartbeat.beat, DELIVERY, started_at=started_at, outcome=outcome, now=clock.now())
    return f"{total} handled"


def tidy_messages() -> str:
    """Close, name and mend messages that no sender comes across."""
    settings: Settings = current_app.extensions["settings"]
    lease = timedelta(seconds=settings.message_lease_seconds)
    channels = list(channels_of(settings))
    return f"{transact(tidying.tidy, channels, lease=lease, now=clock.now())} changed"


def take_in_files(*, stopping: Callable[[], bool]) -> str:
    """Go on with a file of the bureaus that somebody decided to take in."""
    return f"{applying.apply_decided(stopping=stopping, most=IMPORT_BATCHES)} lines"


def count_days() -> str:
    """Set the last day of each promise anew: a calendar may have been published since."""
    total, last = 0, 0
    while ids := transact(decisions.count_some_again, after=last, now=clock.now()):
        total, last = total + len(ids), ids[-1]
    return f"{total} counted"


def watch_delivery() -> str:
    """Tell the operators what is wrong with delivery: each trouble once, and when it is over."""
    return f"{len(sound_alarm())} troubles"


def sound_alarm() -> list[Trouble]:
    """Look after delivery and what we stand on, tell what is new, and return what is wrong now."""
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    troubles = watch.read_troubles(channels=list(channels_of(settings)), now=now)
    troubles += [*checks.read_troubles(now=now), *surroundings.read_troubles(now=now)]
    end_read()
    news = transact(watch.take_news, troubles, now=now)
    if news and not alarm.sound(news, settings, now=now):
        transact(watch.tell_again, news, now=now)
    return troubles


def release_expired_holds() -> str:
    """Tidy up after holds that ran out; readers count them as free already."""
    return f"{_until_nothing(holds.release_expired)} released"


def expire_provisional() -> str:
    """Give back the desks of provisional visits that nobody proved in time."""
    return f"{_until_nothing(provisional.expire)} released"


def offer_free_times() -> str:
    """Offer what is free to those who wait, a transaction for each station."""
    ended = _until_nothing(waitlist.end_useless)
    stations = matching.stations_with_waiting()
    end_read()
    made = sum(transact(matching.offer_free_times, station_id, now=clock.now()) for station_id in stations)
    return f"{made} offered, {ended} ended"


def forget_contacts() -> str:
    """Erase what people typed for times, and lists of groups, that they never confirmed."""
    _until_nothing(groups.forget_old)
    return f"{_until_nothing(holds.forget_contacts)} forgotten"


def remind_to_collect() -> str:
    """Ask for the reminders to people who were told to collect and have no visit."""
    total, after_id = 0, -1
    while after_id:
        reminded, after_id = transact(collection.plan_reminders, max(after_id, 0), now=clock.now())
        total += reminded
    return f"{total} reminded"


def _until_nothing(step: Callable[..., int]) -> int:
    """Run a batched step, a transaction each, until it finds nothing more to do."""
    total = 0
    while done := step_and_rest(step, now=clock.now()):
        total += done
    return total


def check_visits() -> str:
    """Look for visits and counters that contradict each other, a station and a transaction at a time."""
    found = sum(
        transact(checks.check_station, station_id, now=clock.now())
        for station_id in checks.stations_to_check(now=clock.now())
    )
    if found:
        log.error("the nightly check found something", extra={"findings": found})
    return f"{found} found"


def purge_data() -> str:
    """Delete personal data whose time is over, kind by kind."""
    done = {kind.kind: _until_nothing(partial(retention.purge_some, kind)) for kind in retention.PURGES}
    return ", ".join(f"{count} {kind}" for kind, count in done.items())


def purge() -> str:
    """Delete what has served its time."""
    _until_nothing(trials.forget)
    release_expired_holds()  # first: a hold gives back the counters that are about to go
    now = clock.now()
    buckets = _purge(ThrottleBucket.key, ThrottleBucket.resets_at <= now)
    keys = _purge(IdempotencyKey.key, IdempotencyKey.created_at <= now - KEEP_IDEMPOTENCY_KEYS)
    ended = StaffSession.ended_at.is_not(None) | (StaffSession.last_seen_at <= now - KEEP_SESSIONS)
    sessions = _purge(StaffSession.id, ended)
    used = (Hold.status != HoldStatus.OPEN) & (Hold.created_at <= now - KEEP_HOLDS)
    released = _purge(Hold.id, used)
    cells = _purge(DeskUsage.cell, DeskUsage.cell < cell_of(now - KEEP_DESK_USAGE))
    handled = StationReport.handled_at <= now - KEEP_HANDLED_REPORTS
    reports = _purge(StationReport.id, handled | (StationReport.created_at <= now - KEEP_UNREAD))
    _purge(UnknownMark.typed_at, UnknownMark.typed_at <= now - unknown.KEPT_FOR)
    _purge(UnknownPlace.id, UnknownPlace.typed_at <= now - unknown.KEPT_FOR)
    _purge(StationPhoto.id, unused_photos(now=now))
    _purge(WaitingEntry.id, WaitingEntry.ended_at <= now - waitlist.KEEP_ENDED)
    settled = IncomingText.handled_at <= now - KEEP_TEXTS
    _purge(IncomingText.id, settled | (IncomingText.received_at <= now - KEEP_UNREAD))
    tokens = f"{buckets} buckets, {keys} keys, {sessions} sessions"
    return f"{tokens}, {released} holds, {cells} cells, {reports} reports"


def _purge(key: Key, old: ColumnElement[bool]) -> int:
    total = 0
    while deleted := transact(_delete_some, key, old):
        total += deleted
    return total


def _delete_some(key: Key, old: ColumnElement[bool]) -> int:
    keys = db.session.scalars(select(key).where(old).limit(PURGE_BATCH)).all()
    if keys:
        db.session.execute(delete(key.class_).where(key.in_(keys)))
    return len(keys)
