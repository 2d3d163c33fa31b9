"""Writing to everybody who has a visit at a place: write, count, approve by a second person, stop."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.broadcasts import operations as broadcasts
from app.broadcasts.letters import TO_MANY
from app.broadcasts.models import Broadcast
from app.broadcasts.operations import DELAY, BroadcastDraft, Recipients
from app.db import db, transact
from app.errors import DomainError, NotFound
from app.i18n import in_language
from app.localtext import LANGUAGES, LocalText
from app.messages import ledger, wording
from app.messages import wording as message_wording
from app.notifications.channels.sms_length import SmsLength, sms_length
from app.notifications.texts import versions as texts
from app.notifications.texts.blanks import fill_line
from app.notifications.texts.kinds import SMS, examples_of
from app.staff.frame import frame
from app.staff.permissions import get_member, list_own_stations, requires
from app.stations import queries as stations
from app.stations.models import Station
from app.typed import find_day
from app.wording import sentence

bp = Blueprint("staff_broadcasts", __name__, template_folder="../templates", url_prefix="/staff/broadcasts")
bp.context_processor(frame)

LARGEST_ID = 2**31 - 1
MOST_LISTED = 100
LONGEST = 2000


@dataclass
class BroadcastForm:
    """What was typed, and what is wrong with it."""

    station: Station
    values: dict[str, str]
    urgent: bool = False
    errors: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def blank(cls, station: Station, today: date) -> "BroadcastForm":
        names = [f"{name}_{language}" for name in ("title", "body") for language in LANGUAGES]
        days = {"first_day": today.isoformat(), "last_day": today.isoformat(), "service": ""}
        return cls(station, {**dict.fromkeys(names, ""), **days})

    @classmethod
    def typed(cls, station: Station, today: date) -> "BroadcastForm":
        blank = cls.blank(station, today).values
        values = {name: request.form.get(name, "").replace("\0", "").strip()[:LONGEST] for name in blank}
        form = cls(station, values, urgent="urgent" in request.form)
        form.errors = [
            (name, message_wording.broadcast_trouble(name)) for name in broadcasts.problems_of(form.draft(""))
        ]
        if form.values["service"] and form.service_id is None:
            # Unknown must not mean all: the message would go to people whom it is not for.
            form.errors.append(("service", message_wording.broadcast_trouble("service")))
        return form

    def draft(self, username: str) -> BroadcastDraft:
        first, last = (find_day(self.values[name]) or date.min for name in ("first_day", "last_day"))
        return BroadcastDraft(
            station_id=self.station.id,
            service_id=self.service_id,
            first_day=first,
            last_day=last if first > date.min else date.max,
            title=self._text("title"),
            body=self._text("body"),
            urgent=self.urgent,
            username=username,
        )

    @property
    def service_id(self) -> int | None:
        found = (s.id for s in stations.list_services() if s.code == self.values["service"])
        return next(found, None)

    def _text(self, name: str) -> LocalText:
        return LocalText.from_dict({language: self.values[f"{name}_{language}"] for language in LANGUAGES})

    def sms_lengths(self) -> dict[str, SmsLength]:
        """Return what the text message needs in each language, with a visit that looks real."""
        found = {}
        for language in LANGUAGES:
            with in_language(language):
                own = {name: self.values[f"{field_}_{language}"] for name, field_ in _OWN}
                body = texts.read(TO_MANY, SMS).current.body
                found[language] = sms_length(fill_line(body, {**examples_of(TO_MANY), **own}))
        return found


_OWN = (("title", "title"), ("message", "body"))


@bp.get("")
@requires(Role.MANAGER)
def overview() -> ResponseReturnValue:
    own = list_own_stations()
    wanted = select(Broadcast).where(Broadcast.station_id.in_([station.id for station in own]))
    rows = db.session.scalars(wanted.order_by(Broadcast.id.desc()).limit(MOST_LISTED)).all()
    names = {station.id: station for station in own}
    return render_template("messages/broadcasts.html", rows=rows, stations=names, now=clock.now())


@bp.get("/new")
@requires(Role.MANAGER)
def new() -> ResponseReturnValue:
    station = _chosen(request.args.get("station", ""))
    return _form_page(BroadcastForm.blank(station, _today(station)))


@bp.post("/new")
@requires(Role.MANAGER)
def write() -> ResponseReturnValue:
    """Count who would get it, or save it for a second person to approve: as `step` says."""
    station, now = _chosen(request.form.get("station", "")), clock.now()
    form = BroadcastForm.typed(station, _today(station))
    if form.errors or request.form.get("step") == "edit":
        return _form_page(form), 422 if form.errors else 200
    draft = form.draft(get_member().username)
    found = broadcasts.recipients_of(station, draft.service_id, (draft.first_day, draft.last_day), now=now)
    if request.form.get("step") != "save":
        return _form_page(form, found)
    broadcast = transact(broadcasts.write, draft, now=now)
    flash(_("The message is saved. A second person approves it now."))
    return redirect(url_for(".show", broadcast_id=broadcast.id), 303)


@bp.get(f"/<int(max={LARGEST_ID}):broadcast_id>")
@requires(Role.MANAGER)
def show(broadcast_id: int) -> ResponseReturnValue:
    return _page(_own_broadcast(broadcast_id))


@bp.post(f"/<int(max={LARGEST_ID}):broadcast_id>/approve")
@requires(Role.MANAGER)
def approve(broadcast_id: int) -> ResponseReturnValue:
    broadcast = _own_broadcast(broadcast_id)
    try:
        transact(broadcasts.approve, broadcast.id, username=get_member().username, now=clock.now())
    except DomainError as refusal:
        return _page(_own_broadcast(broadcast_id), sentence(refusal)), refusal.status
    return redirect(url_for(".show", broadcast_id=broadcast_id), 303)


@bp.post(f"/<int(max={LARGEST_ID}):broadcast_id>/stop")
@requires(Role.MANAGER)
def stop(broadcast_id: int) -> ResponseReturnValue:
    broadcast = _own_broadcast(broadcast_id)
    transact(broadcasts.stop, broadcast.id, username=get_member().username, now=clock.now())
    return redirect(url_for(".show", broadcast_id=broadcast_id), 303)


def _own_broadcast(broadcast_id: int) -> Broadcast:
    broadcast = db.session.get(Broadcast, broadcast_id)
    if broadcast is None or broadcast.station_id not in {station.id for station in list_own_stations()}:
        raise NotFound
    return broadcast


def _chosen(slug: str) -> Station:
    own = list_own_stations()
    found = next((station for station in own if station.slug == slug), own[0] if own and not slug else None)
    if found is None:
        raise NotFound
    return found


def _today(station: Station) -> date:
    return clock.now().astimezone(ZoneInfo(station.timezone)).date()


def _form_page(form: BroadcastForm, found: Recipients | None = None) -> str:
    return render_template(
        "messages/broadcast_form.html",
        form=form,
        found=found,
        lengths=form.sms_lengths() if found else {},
        language_word=message_wording.language_word,
        stations=list_own_stations(),
        services=stations.list_services(),
    )


def _page(broadcast: Broadcast, refusal: str = "") -> str:
    station, now = db.session.get_one(Station, broadcast.station_id), clock.now()
    states = ledger.count_states(broadcast.id) if broadcast.approved_at else {}
    return render_template(
        "messages/broadcast.html",
        broadcast=broadcast,
        station=station,
        service=next((s for s in stations.list_services() if s.id == broadcast.service_id), None),
        found=_still_to_come(broadcast, station, now),
        states=states,
        state_words=wording.MESSAGE_STATUSES,
        own=broadcast.written_by == get_member().username,
        undo=bool(broadcast.send_at and now < broadcast.send_at and not broadcast.stopped_at),
        waiting=states.get("waiting", 0) + states.get("claimed", 0),
        minutes=int(DELAY.total_seconds() // 60),
        refusal=refusal,
    )


def _still_to_come(broadcast: Broadcast, station: Station, now: datetime) -> Recipients | None:
    if broadcast.approved_at or broadcast.stopped_at:
        return None
    return broadcasts.recipients_of(
        station, broadcast.service_id, (broadcast.first_day, broadcast.last_day), now=now
    )
