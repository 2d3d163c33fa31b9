"""Who waits for an earlier time at the own stations, and taking somebody off the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.appointments.masking import initials
from app.appointments.waitlist import offers
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.models import TimeOffer, WaitingEntry
from app.appointments.waitlist.offers import OfferState
from app.appointments.waitlist.operations import TakingOff
from app.cases.models import Case
from app.counter.wording import OFFER_STATES
from app.db import db, transact
from app.staff.frame import frame
from app.staff.permissions import get_member, list_own_stations, requires
from app.stations.models import Station

bp = Blueprint("staff_waiting", __name__, template_folder="../templates", url_prefix="/staff/waiting")
bp.context_processor(frame)

LARGEST_ID = 2**31 - 1
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One who waits: initials instead of a name, and what became of the last offer."""

    entry: WaitingEntry
    initials: str
    offer: TimeOffer | None
    state: OfferState | None


@bp.get("")
@requires(Role.MANAGER)
def overview() -> ResponseReturnValue:
    return _page(_chosen(request.args.get("station", "")))


@bp.post(f"/<int(max={LARGEST_ID}):entry_id>/take-off")
@requires(Role.MANAGER)
def take_off(entry_id: int) -> ResponseReturnValue:
    """Take a person off the list of the own stations, with a reason that is kept."""
    stations = list_own_stations()
    waitlist.get_at(entry_id, stations)
    reason = request.form.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]
    if not reason:
        return _page(stations, wrong=entry_id), 422
    transact(waitlist.take_off, TakingOff(entry_id, stations, get_member().username, reason), now=clock.now())
    flash(_("The person does not wait here any more."))
    return redirect(url_for(".overview"), 303)


def _chosen(slug: str) -> Sequence[Station]:
    own = list_own_stations()
    return [station for station in own if station.slug == slug] or own


def _page(stations: Sequence[Station], wrong: int = 0) -> str:
    entries = waitlist.list_at(stations)
    made, names = _last_offers(entries), _case_names(entries)
    rows = [_row(entry, made.get(entry.id), names) for entry in entries]
    return render_template(
        "counter/waitlist.html",
        rows=rows,
        own=list_own_stations(),
        stations=stations,
        words=OFFER_STATES,
        wrong=wrong,
    )


def _row(entry: WaitingEntry, offer: TimeOffer | None, names: Mapping[int, str]) -> WaitingRow:
    name = entry.name or (entry.appointment and entry.appointment.name) or names.get(_case_of(entry) or 0, "")
    state = offers.state_of(offer, now=clock.now()) if offer else None
    return WaitingRow(entry, initials(name), offer, state)


def _last_offers(entries: Sequence[WaitingEntry]) -> dict[int, TimeOffer]:
    wanted = select(TimeOffer).where(TimeOffer.waiting_id.in_([entry.id for entry in entries]))
    found = db.session.scalars(wanted.order_by(TimeOffer.id))
    return {made.waiting_id: made for made in found if made.waiting_id}


def _case_of(entry: WaitingEntry) -> int | None:
    """Return the case of who waits, their own or that of their visit: a visit of a case has no name."""
    return entry.case_id or (entry.appointment.case_id if entry.appointment else None)


def _case_names(entries: Sequence[WaitingEntry]) -> dict[int, str]:
    ids = {case_id for entry in entries if (case_id := _case_of(entry))}
    return {case.id: case.full_name for case in db.session.scalars(select(Case).where(Case.id.in_(ids)))}
