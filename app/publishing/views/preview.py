"""A draft as people would see it, and making it what they see."""

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from app import clock
from app.accounts.models import Role
from app.db import transact
from app.errors import NotFound
from app.i18n import LANGUAGE, current_language
from app.locator.views import place_page
from app.publishing import operations, queries, writing
from app.publishing.cells import differences, is_complete
from app.publishing.operations import PointChanged
from app.publishing.queries import Editing
from app.publishing.views.blueprint import bp, conflict, described, get_editing_or_404
from app.staff.permissions import get_member, requires
from app.stations.models import Station
from app.stations.photos import photo_answer
from app.typed import read_number


@bp.get("/<slug>/preview")
@requires(Role.MANAGER)
def preview(slug: str) -> ResponseReturnValue:
    editing = get_editing_or_404(slug)
    if editing.draft is None or not is_complete(editing.cells):
        return redirect(url_for(".edit", slug=slug), 303)
    return _preview(editing)


def _preview(editing: Editing, theirs: list[dict[str, str]] | None = None) -> str:
    return render_template(
        "publishing/preview.html",
        editing=editing,
        changes=described(differences(editing.published, editing.cells)),
        theirs=theirs,
        shown=request.args.get("shown", current_language()),
    )


@bp.get(f"/<slug>/preview/<{LANGUAGE}:shown>")
@requires(Role.MANAGER)
def preview_page(slug: str, shown: str) -> ResponseReturnValue:
    """Return the public page of the draft, for a frame of the preview; nothing of it is saved."""
    editing = get_editing_or_404(slug)
    if not is_complete(editing.cells):
        raise NotFound
    g.csp = {"frame-ancestors": "'self'"}
    with force_locale(shown):
        return place_page(_as_drafted(editing), now=clock.now(), photo_route="points.photo")


def _as_drafted(editing: Editing) -> Station:
    station = writing.copied(editing.station) if editing.station else writing.blank(editing.slug)
    writing.write(station, editing.published, editing.cells, queries.services_by_code())
    return station


@bp.post("/<slug>/publish")
@requires(Role.MANAGER)
def publish(slug: str) -> ResponseReturnValue:
    editing = get_editing_or_404(slug)
    if editing.draft is None:
        flash(_("This draft was published or dropped already."))
        return redirect(url_for(".edit", slug=slug), 303)
    seen = request.form.get("version", 0, type=read_number)
    who = get_member().username
    try:
        transact(operations.publish, slug, seen_version=seen, username=who, now=clock.now())
    except PointChanged as refusal:
        return _preview(get_editing_or_404(slug), conflict(refusal)), 409
    flash(_("The changes are published."))
    return redirect(url_for(".history", slug=slug), 303)


@bp.post("/<slug>/discard")
@requires(Role.MANAGER)
def discard(slug: str) -> ResponseReturnValue:
    editing = get_editing_or_404(slug)
    seen = request.form.get("version", 0, type=read_number)
    try:
        transact(operations.discard, slug, seen_version=seen)
    except PointChanged as refusal:
        return _preview(get_editing_or_404(slug), conflict(refusal)), 409
    flash(_("The draft is dropped. What people see has not changed."))
    return redirect(url_for(".edit", slug=slug) if editing.station else url_for(".overview"), 303)


@bp.get("/<slug>/photo/<digest>.webp")
@requires(Role.MANAGER)
def photo(slug: str, digest: str) -> Response:
    """Return a photo that may not be published yet."""
    get_editing_or_404(slug)
    found = queries.find_photo(slug, digest)
    if found is None:
        raise NotFound
    return photo_answer(found)
