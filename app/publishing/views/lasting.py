"""The history of a point, retiring it, and opening it again."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.accounts.models import Role
from app.appointments.waitlist import retired
from app.db import transact
from app.errors import NotFound
from app.i18n import text
from app.publishing import operations, queries, wording
from app.publishing.cells import ChangedCell
from app.publishing.operations import PapersKept, VisitsBooked
from app.publishing.views.blueprint import administrates, bp, described, get_editing_or_404
from app.staff.permissions import get_member, requires
from app.stations.models import Station


@bp.get("/<slug>/history")
@requires(Role.MANAGER)
def history(slug: str) -> ResponseReturnValue:
    editing = get_editing_or_404(slug)
    changes = queries.list_changes(editing.station) if editing.station else ()
    words = described([ChangedCell(c.field, c.before, c.after) if c.field else _WHOLE for c in changes])
    return render_template(
        "publishing/history.html",
        editing=editing,
        rows=list(zip(changes, words, strict=True)),
        causes=wording.CAUSES,
        most=queries.MOST_CHANGES,
        administrates=administrates(),
    )


_WHOLE = ChangedCell("kind", "", "")  # stands for the point as a whole; its words are not shown


@bp.get("/<slug>/retire")
@requires(Role.ADMINISTRATOR)
def ask_to_retire(slug: str) -> ResponseReturnValue:
    return _retire_page(_station(slug))


@bp.post("/<slug>/retire")
@requires(Role.ADMINISTRATOR)
def retire(slug: str) -> ResponseReturnValue:
    station = _station(slug)
    try:
        transact(operations.retire, slug, username=get_member().username, now=clock.now())
    except (VisitsBooked, PapersKept):
        return _retire_page(station), 409
    flash(_("%(place)s is retired. People do not see it any more.", place=text(station.name)))
    return redirect(url_for(".overview"), 303)


@bp.post("/<slug>/reopen")
@requires(Role.ADMINISTRATOR)
def reopen(slug: str) -> ResponseReturnValue:
    transact(operations.reopen, slug, username=get_member().username, now=clock.now())
    flash(_("The point is open again. Look at its hours and its facts."))
    return redirect(url_for(".edit", slug=slug), 303)


def _station(slug: str) -> Station:
    station = get_editing_or_404(slug).station
    if station is None:
        raise NotFound
    return station


def _retire_page(station: Station) -> str:
    return render_template(
        "publishing/retire.html",
        station=station,
        bookings=queries.count_bookings(station, now=clock.now()),
        papers=queries.count_papers(station),
        waiting=retired.count_only_at(station),
    )
