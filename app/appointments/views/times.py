"""Choose a time, and keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.appointments.availability import free_times, rules
from app.appointments.availability import rules as visits
from app.appointments.availability.agenda import (
    Agenda,
    FreeTime,
    OfferDay,
    agenda,
    days_of,
    first_of_days,
    month_beside,
    offers_of,
    weeks_of,
)
from app.appointments.availability.policy import (
    OutsideWindow,
    PapersElsewhere,
    PapersNotThere,
    SlotUnavailable,
)
from app.appointments.booking.operations import Target
from app.appointments.entry import session as journey
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import ALTERNATIVES, HoldRequest
from app.appointments.models import Hold
from app.appointments.refusals import AlreadyBooked, NotChangeable
from app.appointments.views.blueprint import JOURNEY_PREFIX, bp
from app.appointments.views.context import COLLECT, Errand, get_errand
from app.appointments.wording import party_words
from app.cases.readiness import CaseNotReady
from app.db import transact
from app.i18n import local, month_name, weekday_names
from app.stations.hours.plans import plan_of
from app.stations.models import Station
from app.typed import find_day, find_instant

DAYS_SHOWN = 8  # in the strip
SOONEST = 3
ANY = "any"


@dataclass(frozen=True, slots=True)
class TimesAsked:
    """What the address asks to see."""

    any_place: bool
    first: date | None
    month: bool
    taken: datetime | None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "TimesAsked":
        taken = find_instant(given.get("taken", ""))
        return cls(
            given.get("place") == ANY, find_day(given.get("from", "")), given.get("view") == "month", taken
        )


@bp.get(f"{JOURNEY_PREFIX}/time")
def choose_time(kind: str) -> ResponseReturnValue:
    now = clock.now()
    errand = get_errand(kind, request.args)
    if _is_too_late(errand, now=now):
        return redirect(url_for(".show_visit"), 303)  # it says so, and whom to call
    wish = TimesAsked.read(request.args)
    place = ANY if wish.any_place else errand.home.slug
    stations = errand.places if wish.any_place else [errand.home]
    days = _days(errand, stations, now=now)
    first = min(max(wish.first or days[0].day, days[0].day), days[-1].day)
    return render_template(
        "appointments/time.html",
        errand=errand,
        wish=wish,
        place=place,
        here=partial(_address, errand, place),
        agenda=_agenda(days, first, stations),
        soonest=[] if wish.first else first_of_days(days, SOONEST),
        weeks=weeks_of(days, first) if wish.month else [],
        month=first.replace(day=1),
        today=days[0].day,
        weekdays=weekday_names(),
        month_title=month_name(first),
        earlier_month=month_beside(first, days=days, step=-1),
        later_month=month_beside(first, days=days, step=1),
        near=_near(errand, wish.taken, now=now),
        kept=_kept_for(errand, now=now),
        party="" if wish.any_place else _party(errand),
        word=journey.told(),
    )


def _is_too_late(errand: Errand, *, now: datetime) -> bool:
    """Say whether the visit that would move cannot be moved by its person: then no times are shown."""
    return errand.moving is not None and visits.is_too_late(errand.moving, now=now)


def _address(errand: Errand, shown: str, *, place: str = "", first: str = "", view: str = "") -> str:
    """Return this page's address for another place, another first day or another view."""
    asked = {"place": place or shown, "from": first, "view": view}
    query: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return url_for(".choose_time", kind=errand.kind, **errand.fields, **query)


def _days(errand: Errand, stations: list[Station], *, now: datetime) -> list[OfferDay]:
    """Return every day of the booking window with what is free at these places."""
    today = local(now, errand.home.timezone).date()
    length = max(rules.days_ahead(station, errand.service) for station in stations) + 1
    offers: list[FreeTime] = []
    for station in stations:
        found = free_times.availability(
            station, errand.service, first_day=today, days=length, party_size=errand.people, now=now
        )
        offers += offers_of(station, [slot for day in found for slot in day.slots])
    fitting = errand.fitting(offers)
    last = today + timedelta(days=length - 1)
    if any(map(errand.is_late, offers)) and not any(map(errand.is_late, fitting)):
        last = max(offer.starts.date() for offer in fitting)  # what is too late is not shown
    return days_of(fitting, today, last)


def _agenda(days: list[OfferDay], first: date, stations: list[Station]) -> Agenda:
    # Why a day is empty can only be said of one place; of several there is no one reason.
    plan = plan_of(stations[0]) if len(stations) == 1 else None
    return agenda(days, first, plan, count=DAYS_SHOWN)


def _near(errand: Errand, taken: datetime | None, *, now: datetime) -> list[FreeTime] | None:
    """Return the times nearest to one that is gone; None when it is free or nobody asked."""
    if taken is None:
        return None
    window = rules.window_of(errand.service, errand.home, now=now)
    if taken in window and free_times.is_free(errand.home, errand.service, taken, errand.people, now=now):
        return None
    slots = free_times.nearest_to(
        errand.home, errand.service, taken, count=ALTERNATIVES, now=now, party_size=errand.people
    )
    return errand.fitting(offers_of(errand.home, slots))


def _party(errand: Errand) -> str:
    """Say how long people who come together take here; at other places it may be otherwise."""
    serving = rules.serving_at(errand.home, errand.service, errand.people)
    return party_words(errand.people, serving.length, in_a_row=serving.in_a_row > 1)


def _kept_for(errand: Errand, *, now: datetime) -> Hold | None:
    kept = journey.find_running_hold(now=now)
    return kept if kept and kept.service_id == errand.service.id else None


@bp.post(f"{JOURNEY_PREFIX}/hold")
def hold(kind: str) -> ResponseReturnValue:
    """Keep the time that was pressed; one that needs a code is kept once the code is there."""
    if kind == COLLECT and journey.find_case() is None and read_slot(request.form.get("slot", "")):
        journey.want(request.form["slot"])
        return redirect(url_for(".enter_code"), 303)
    errand = get_errand(kind, request.form)
    if _is_too_late(errand, now=clock.now()):
        return redirect(url_for(".show_visit"), 303)
    wanted = read_slot(request.form.get("slot", ""))
    if wanted is None:
        return redirect(url_for(".choose_time", kind=kind, **errand.fields), 303)
    return keep_time(errand, wanted)


def keep_time(errand: Errand, wanted: Target) -> ResponseReturnValue:
    """Hold the time, and lead on to what is still to be said, or to what is free near it."""
    kind = errand.kind
    try:
        kept = _hold(_request(errand, wanted), now=clock.now())
    except (SlotUnavailable, OutsideWindow):
        gone: dict[str, Any] = {"place": wanted.station_slug, "taken": wanted.starts_at.isoformat()}
        return redirect(url_for(".choose_time", kind=kind, **errand.fields, **gone, _anchor="notice"), 303)
    except (AlreadyBooked, NotChangeable):
        journey.tell("already")
        return redirect(url_for(".show_visit"), 303)
    except (CaseNotReady, PapersElsewhere, PapersNotThere):
        return redirect(url_for(".collect"), 303)
    journey.keep_hold(kept)
    return redirect(url_for(".details" if _asks_details(kept) else ".check", kind=kind), 303)


def _hold(request: HoldRequest, *, now: datetime) -> Hold:
    try:
        return transact(holds.hold_instead, request, journey.hold_id(), now=now)
    except SlotUnavailable:
        twin = holds.find_repeated(request, now=now)
        if twin is None:
            raise
        return twin  # It was the other press of a double click that took the time.


def read_slot(text: str) -> Target | None:
    slug, _, instant = text.partition("@")
    starts_at = find_instant(instant)
    return Target(slug, starts_at) if slug and starts_at else None


def _request(errand: Errand, wanted: Target) -> HoldRequest:
    return HoldRequest(
        station_slug=wanted.station_slug,
        service_code=errand.service.code,
        starts_at=wanted.starts_at,
        party_size=errand.people,
        case_id=errand.case.id if errand.case else None,
        moves=errand.moving.id if errand.moving else None,
        key=request.form.get("key", "")[:64],
        asked_from=request.remote_addr or "unknown",
    )


def _asks_details(kept: Hold) -> bool:
    return kept.case_id is None and not kept.appointment_id and not kept.name_encrypted
