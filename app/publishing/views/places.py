"""Places that people typed and nobody could place: giving them a place, or leaving them out."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.accounts.models import Role
from app.db import transact
from app.geocoding import unknown
from app.geocoding.unknown import PositionUnclear
from app.staff.frame import frame
from app.staff.permissions import get_member, requires
from app.stations.geography.places import LONGEST_TYPED, BadCoordinates, DatumUnknown
from app.stations.geography.written import LinkHidesPlace
from app.wording import sentence

bp = Blueprint("staff_places", __name__, template_folder="../templates", url_prefix="/staff/unknown-places")
bp.context_processor(frame)

LARGEST_ID = 2**31 - 1


@bp.get("")
@requires(Role.ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    return _page()


@bp.post(f"/<int(max={LARGEST_ID}):unknown_id>")
@requires(Role.ADMINISTRATOR)
def add(unknown_id: int) -> ResponseReturnValue:
    row = unknown.get_unknown(unknown_id)
    name, where = row.text, request.form.get("where", "").strip()[:LONGEST_TYPED]
    try:
        transact(unknown.add_place, row.id, where, username=get_member().username, now=clock.now())
    except (PositionUnclear, BadCoordinates, DatumUnknown, LinkHidesPlace) as refusal:
        return _page(unknown_id, where, str(sentence(refusal))), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_("“%(place)s” is found from now on.", place=name))
    return redirect(url_for(".overview"), 303)


@bp.post(f"/<int(max={LARGEST_ID}):unknown_id>/left-out")
@requires(Role.ADMINISTRATOR)
def leave_out(unknown_id: int) -> ResponseReturnValue:
    row = unknown.get_unknown(unknown_id)
    transact(unknown.leave_out, row.id, username=get_member().username, now=clock.now())
    return redirect(url_for(".overview"), 303)


def _page(wrong_id: int = 0, where: str = "", error: str = "") -> str:
    return render_template(
        "publishing/unknown_places.html",
        rows=unknown.list_open(),
        wrong_id=wrong_id,
        where=where,
        error=error,
        least=unknown.LEAST_PEOPLE,
        days=unknown.KEPT_FOR.days,
    )
