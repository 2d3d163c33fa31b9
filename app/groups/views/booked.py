"""A booked group: all visits, one changed without touching the others, sheets to print, a calendar."""

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app import clock
from app.appointments.availability import free_times
from app.appointments.availability import rules as visits
from app.appointments.availability.agenda import FreeTime, offers_of
from app.appointments.availability.policy import (
    OutsideWindow,
    PapersElsewhere,
    PapersNotThere,
    ServiceNotOffered,
    SlotUnavailable,
    TooLateToChange,
)
from app.appointments.booking import operations
from app.appointments.booking.operations import Target
from app.appointments.letters.calendar_file import calendar_of
from app.appointments.models import Appointment
from app.appointments.refusals import NotChangeable
from app.appointments.views.context import items_of
from app.appointments.views.entry import dead_link
from app.cases.models import VisitItemKind
from app.codes import spaced
from app.db import transact
from app.groups import queries
from app.groups.models import Group, Member
from app.groups.refusals import GroupGone
from app.groups.views.blueprint import PREFIX, bp, find_group, remember, tell, told
from app.i18n import current_language, in_language, local
from app.qr import qr_picture

NEAR = 6


@bp.get("/g/<token>")
def follow_link(token: str) -> ResponseReturnValue:
    """Move the token of the employer's message from the address into the session."""
    try:
        group = queries.get_by_token(token)
    except GroupGone:
        return dead_link()
    remember(group)
    return redirect(url_for(".show", lang=group.language), 303)


def _booked() -> Group | None:
    group = find_group()
    return group if group and group.booked_at else None


@bp.get(f"{PREFIX}/group")
def show() -> ResponseReturnValue:
    group = _booked()
    if group is None:
        return redirect(url_for(".who"), 303)
    members = queries.booked_members(group)
    return render_template(
        "groups/booked.html",
        group=group,
        members=members,
        without=[m for m in group.members if m.appointment is None],
        live=sum(m.appointment.party_size for m in members if m.appointment and m.appointment.live),
        now=clock.now(),
        word=told() if request.method == "GET" else "",
    )


def _find(number: int) -> tuple[Group, Member, Appointment] | None:
    group = _booked()
    member = next((m for m in group.members if m.position == number), None) if group else None
    if group is None or member is None or member.appointment is None:
        return None
    return group, member, member.appointment


def _changeable(visit: Appointment) -> bool:
    return visit.is_changeable(now=clock.now()) and not visits.is_too_late(visit, now=clock.now())


@bp.get(f"{PREFIX}/group/<int:member>")
def one(member: int) -> ResponseReturnValue:
    """Show one visit of the group, with the free times near it."""
    found = _find(member)
    if found is None or not _changeable(found[2]):
        return redirect(url_for(".show"), 303)
    _group, theirs, visit = found
    return render_template("groups/one.html", member=theirs, visit=visit, near=_near(visit), word=told())


def _near(visit: Appointment) -> list[FreeTime]:
    slots = free_times.nearest_to(
        visit.station, visit.service, visit.starts_at, count=NEAR + 1, now=clock.now(),
        party_size=visit.party_size,
    )  # fmt: skip
    return offers_of(visit.station, [s for s in slots if s.interval.start != visit.starts_at][:NEAR])


@bp.post(f"{PREFIX}/group/<int:member>/move")
def move(member: int) -> ResponseReturnValue:
    found = _find(member)
    if found is None:
        return redirect(url_for(".show"), 303)
    visit = found[2]
    wanted = next((o for o in _near(visit) if o.key == request.form.get("slot")), None)
    if wanted is None:
        tell("gone")
        return redirect(url_for(".one", member=member, _anchor="notice"), 303)
    target = Target(visit.station.slug, wanted.starts)
    try:
        transact(operations.reschedule, visit.reference, target, now=clock.now(), actor=operations.EMPLOYER)
    except (SlotUnavailable, OutsideWindow, PapersElsewhere, PapersNotThere, ServiceNotOffered):
        tell("gone")
        return redirect(url_for(".one", member=member, _anchor="notice"), 303)
    except (NotChangeable, TooLateToChange):
        tell("unchangeable")
    else:
        tell("moved")
    return redirect(url_for(".show"), 303)


@bp.post(f"{PREFIX}/group/<int:member>/cancel")
def cancel(member: int) -> ResponseReturnValue:
    found = _find(member)
    if found:
        try:
            transact(operations.cancel, found[2].reference, now=clock.now(), actor=operations.EMPLOYER)
            tell("cancelled")
        except (NotChangeable, TooLateToChange):
            tell("unchangeable")
    return redirect(url_for(".show"), 303)


@bp.get(f"{PREFIX}/group/sheets")
def sheets() -> ResponseReturnValue:
    """Give a page for each person to print, in that person's language with Chinese below."""
    group = _booked()
    if group is None:
        return redirect(url_for(".who"), 303)
    live = [m for m in queries.booked_members(group) if m.appointment and m.appointment.live]
    return render_template("groups/sheets.html", pages=[_sheet(member) for member in live])


def _sheet(member: Member) -> list[Markup]:
    """Return one person's sheet: in the language of the visit, and in Chinese for those who help."""
    assert member.appointment  # noqa: S101 - tells the type checker
    languages = dict.fromkeys((member.appointment.language, "zh"))
    picture = qr_picture(member.appointment.reference, spaced(member.appointment.reference))
    return [_section(member, language, picture if i == 0 else "") for i, language in enumerate(languages)]


def _section(member: Member, language: str, picture: str) -> Markup:
    visit = member.appointment
    assert visit  # noqa: S101 - tells the type checker
    papers = items_of(member.case, VisitItemKind.PAPER)
    with in_language(language):
        page = render_template(
            "groups/_sheet.html",
            member=member,
            visit=visit,
            there=local(visit.starts_at, visit.station.timezone),
            reference=spaced(visit.reference),
            papers=papers,
            picture=picture,
        )
    return Markup(page)  # noqa: S704 - autoescaped


@bp.get(f"{PREFIX}/group/visits.ics")
def calendar() -> ResponseReturnValue:
    group = _booked()
    if group is None:
        return redirect(url_for(".who"), 303)
    found = [m.appointment for m in queries.booked_members(group) if m.appointment]
    file = calendar_of(found, language=current_language(), now=clock.now())
    answer = Response(file, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="visits.ics"'
    return answer
