"""The list of points, and the form that keeps a draft."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.accounts.models import Role
from app.db import transact
from app.locator.wording import language_names
from app.publishing import operations, queries, wording
from app.publishing.cells import (
    FIELDS,
    FOR_ADMINISTRATORS,
    GROUPS,
    MOST_PHONES,
    ORIGINS,
    Cells,
    differences,
    list_of,
    localised,
)
from app.publishing.operations import DraftSave, PointChanged
from app.publishing.pictures import PhotoUnfit, StoredPicture, take_in
from app.publishing.queries import Editing
from app.publishing.reading import CellUnfit, CheckedCells, check, check_slug, clean
from app.publishing.views.blueprint import administrates, bp, conflict, get_editing_or_404, known
from app.staff.permissions import get_member, list_own_stations, requires
from app.stations.geography.datum import Datum
from app.stations.models import Confidence, StationKind
from app.wording import sentence

SPOKEN = ("en", "zh", "ru", "ja", "ko", "fr", "de", "es", "it", "pt", "ar", "vi", "th", "id", "yue")


@bp.get("")
@requires(Role.MANAGER)
def overview() -> ResponseReturnValue:
    stations = list_own_stations()
    drafts = queries.list_drafts()
    known_slugs = {station.slug for station in stations}
    return render_template(
        "publishing/overview.html",
        stations=stations,
        drafts=drafts,
        new_drafts=[d for slug, d in sorted(drafts.items()) if slug not in known_slugs and administrates()],
        retired=queries.list_retired() if administrates() else [],
        administrates=administrates(),
    )


@bp.get("/new")
@requires(Role.ADMINISTRATOR)
def ask_new() -> ResponseReturnValue:
    return render_template("publishing/new.html", slug="", name="", error="")


@bp.post("/new")
@requires(Role.ADMINISTRATOR)
def begin() -> ResponseReturnValue:
    typed, name = request.form.get("slug", ""), clean(request.form.get("name", ""))[:80]
    try:
        slug = check_slug(typed)
        first = {"name_en": name, "kind": StationKind.STATION, "number": str(_next_number())}
        transact(operations.begin, slug, first, username=get_member().username, now=clock.now())
    except CellUnfit as unfit:
        return render_template("publishing/new.html", slug=typed, name=name, error=unfit.words), 422
    except PointChanged:
        taken = _("Another point has this address already. Choose another one.")
        return render_template("publishing/new.html", slug=typed, name=name, error=taken), 409
    return redirect(url_for(".edit", slug=slug), 303)


def _next_number() -> int:
    return max((station.number for station in list_own_stations()), default=0) + 1


@bp.get("/<slug>")
@requires(Role.MANAGER)
def edit(slug: str) -> ResponseReturnValue:
    editing = get_editing_or_404(slug)
    return _form(editing, CheckedCells(editing.cells))


@bp.post("/<slug>")
@requires(Role.MANAGER)
def save(slug: str) -> ResponseReturnValue:
    editing = get_editing_or_404(slug)
    typed, stamp = _typed(editing), request.form.get("stamp", "")
    picture, photo_problem = _picture()
    typed["photo"] = picture.digest if picture else _photo_kept(editing)
    checked = check(typed, editing.published, known())
    if photo_problem:
        checked.problems["photo_file"] = photo_problem
    if checked.problems:
        _keep(slug, picture)
        return _form(editing, checked, stamp=stamp), 422
    wish = DraftSave(slug, checked.cells, stamp, get_member().username, picture)
    try:
        transact(operations.save_draft, wish, now=clock.now())
    except PointChanged as refusal:
        _keep(slug, picture)
        return _form(get_editing_or_404(slug), checked, theirs=conflict(refusal)), 409
    return _saved(slug)


def _keep(slug: str, picture: StoredPicture | None) -> None:
    """Keep the photo of a form that is shown again: no browser sends a file a second time by itself."""
    if picture:
        transact(operations.keep_picture, slug, picture, now=clock.now())


def _photo_kept(editing: Editing) -> str:
    """Return the photo that the form showed, unless it was taken away or is none of this point's."""
    shown = request.form.get("photo_shown", editing.cells["photo"])
    if request.form.get("photo_gone") or not (shown.isalnum() and shown.isascii()):
        return ""
    return shown if queries.find_photo(editing.slug, shown) else ""


def _saved(slug: str) -> ResponseReturnValue:
    if queries.find_draft(slug) is None:
        flash(_("Nothing differs from what is published, so there is no draft."))
        return redirect(url_for(".edit", slug=slug), 303)
    return redirect(url_for(".preview", slug=slug), 303)


def _typed(editing: Editing) -> Cells:
    """Return the cells of the form; what it does not have stays as in the draft."""
    form = request.form
    typed = dict(editing.cells)
    typed |= {name: form[name] for name in (*FIELDS, "datum") if name in form and name != "photo"}
    for name in ("services", "languages"):
        typed[name] = "; ".join([*form.getlist(name), form.get(f"{name}_more", "")])
    if not administrates():
        typed |= {name: editing.cells[name] for name in FOR_ADMINISTRATORS}
    return typed


def _picture() -> tuple[StoredPicture | None, str]:
    """Return the uploaded photo made small, and what is wrong with it."""
    file = request.files.get("photo_file")
    if file is None or not file.filename:
        return None, ""
    try:
        return take_in(file.read()), ""
    except PhotoUnfit as refusal:
        return None, sentence(refusal)


def _form(
    editing: Editing, checked: CheckedCells, *, stamp: str = "", theirs: list[dict[str, str]] | None = None
) -> str:
    """Return the form; `stamp` says what it was filled with first, when it is shown again for mending."""
    services = queries.services_by_code()
    spoken = dict.fromkeys((*SPOKEN, *list_of(editing.cells["languages"])))
    context: dict[str, Any] = {
        "editing": editing,
        "stamp": stamp or editing.stamp,
        "cells": checked.cells,
        "problems": checked.problems,
        "theirs": theirs,
        "last_change": queries.find_last_change(editing.station),
        "services": services.values(),
        "chosen": {name: list_of(checked.cells[name]) for name in ("services", "languages")},
        "spoken": {code: language_names([code]) for code in spoken},
        "more_languages": request.form.get("languages_more", "") if checked.problems else "",
        "kinds": wording.KINDS,
        "confidences": [c for c in Confidence if c is not Confidence.NOT_FOUND],
        "datums": list(Datum),
        "datum": Datum.WGS84 if "position" not in checked.problems else request.form.get("datum", ""),
        "groups": GROUPS,
        "origins": ORIGINS,
        "localised": localised,
        "phones": _phones_shown(checked.cells),
        "label": wording.field_label,
        "group_words": wording.GROUPS,
        "administrates": administrates(),
        "drafted": {d.field for d in differences(editing.published, editing.cells)},
    }
    return render_template("publishing/edit.html", **context)


def _phones_shown(cells: Cells) -> range:
    used = max((n for n in range(1, MOST_PHONES + 1) if cells.get(f"phone_{n}")), default=0)
    return range(1, min(used + 2, MOST_PHONES + 1))
