"""Choose times for the group, look once more, book."""

from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.appointments.availability.policy import (
    OutsideWindow,
    PapersElsewhere,
    PapersNotThere,
    SlotUnavailable,
)
from app.appointments.holds.refusals import HoldLimit, HoldNotFound, TooManyHolds
from app.appointments.models import HoldStatus
from app.appointments.refusals import AlreadyBooked
from app.cases.readiness import CaseNotReady
from app.db import transact
from app.groups import operations, planning, queries
from app.groups.models import Group, Member
from app.groups.refusals import GroupChanged, NobodyToBook
from app.groups.views.blueprint import PREFIX, bp, draft_or_start, find_group, tell, told
from app.stations.models import Station
from app.typed import find_day

GONE = (
    SlotUnavailable, OutsideWindow, HoldNotFound, GroupChanged, AlreadyBooked, CaseNotReady,
    PapersElsewhere, PapersNotThere,
)  # fmt: skip


@bp.get(f"{PREFIX}/time")
def times() -> ResponseReturnValue:
    """Show the times that take all, or a proposal over several days."""
    group, now = draft_or_start(), clock.now()
    places = queries.places_of(group, now=now)
    if not places:
        return redirect(url_for(".people" if group.service.needs_case else ".who"), 303)
    station, members = _chosen(places, request.args.get("place", ""))
    first = find_day(request.args.get("from", ""))
    return render_template(
        "groups/time.html",
        group=group,
        places=places,
        station=station,
        members=members,
        left_out=[m for m in queries.waiting_members(group) if m not in members],
        choices=queries.choices_for(group, members, station, first=first, now=now),
        written=planning.written,
        joined=planning.joined,
        people=sum(member.party_size for member in members),
        word=told(),
    )


def _chosen(places: list[tuple[Station, list[Member]]], slug: str) -> tuple[Station, list[Member]]:
    return next((pair for pair in places if pair[0].slug == slug), places[0])


@bp.post(f"{PREFIX}/hold")
def choose() -> ResponseReturnValue:
    """Keep the times of one proposal for everybody, or for nobody."""
    group, now = draft_or_start(), clock.now()
    slug, _at, typed = request.form.get("block", "").partition("@")
    block = planning.read(typed[:2000], queries.length_of(group))
    places = [pair for pair in queries.places_of(group, now=now) if pair[0].slug == slug]
    if block is None or not places:
        return redirect(url_for(".times"), 303)
    _station, members = places[0]
    asked_from = request.remote_addr or "unknown"
    ids = [member.id for member in members]
    try:
        transact(operations.hold_all, group.id, slug, block, members=ids, asked_from=asked_from, now=now)
    except TooManyHolds:
        tell("too_many")
        return redirect(url_for(".times", place=slug, _anchor="notice"), 303)
    except GONE:
        tell("gone")
        return redirect(url_for(".times", place=slug, _anchor="notice"), 303)
    return redirect(url_for(".check"), 303)


@bp.post(f"{PREFIX}/invite")
def invite() -> ResponseReturnValue:
    """Let each person choose: write to all who can be reached."""
    group = draft_or_start()
    told_to = transact(operations.invite_all, group.id, now=clock.now())
    return render_template("groups/invited.html", group=group, told_to=told_to)


@bp.get(f"{PREFIX}/check")
def check() -> ResponseReturnValue:
    group = draft_or_start()
    held = [member for member in queries.waiting_members(group) if member.hold]
    if not held:
        return redirect(url_for(".times"), 303)
    return _check_page(group, held, now=clock.now())


def _check_page(group: Group, held: list[Member], *, now: datetime) -> ResponseReturnValue:
    kept = [member.hold for member in held if member.hold]
    running = all(hold.status == HoldStatus.OPEN and hold.expires_at > now for hold in kept)
    return render_template(
        "groups/check.html",
        group=group,
        held=held,
        station=kept[0].station,
        until=min(hold.expires_at for hold in kept) if running else None,
        people=sum(member.party_size for member in held),
        word=told(),
    )


@bp.post(f"{PREFIX}/extend")
def extend() -> ResponseReturnValue:
    group = draft_or_start()
    try:
        transact(operations.extend_all, group.id, now=clock.now())
    except (HoldLimit, TooManyHolds):
        tell("limit")
    except GONE:
        tell("gone")
        return redirect(url_for(".times", _anchor="notice"), 303)
    return redirect(url_for(".check"), 303)


@bp.post(f"{PREFIX}/book")
def book() -> ResponseReturnValue:
    """Book for all in one press; a second press shows what is booked."""
    group = find_group()
    if group is None:
        return redirect(url_for(".who"), 303)
    word = "already" if group.booked_at else "booked"
    try:
        transact(operations.book_all, group.id, now=clock.now())
    except NobodyToBook:
        tell("nobody")
        return redirect(url_for(".people" if group.service.needs_case else ".who"), 303)
    except GONE:
        tell("gone")
        return redirect(url_for(".times", _anchor="notice"), 303)
    tell(word)
    return redirect(url_for(".show"), 303)
