"""All points as a file, and a file of changes looked at line by line before it is published."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app import clock
from app.accounts.models import Role
from app.db import transact
from app.errors import NotFound
from app.publishing import queries, sheet, sheets, wording
from app.publishing.cells import cells_of, differences
from app.publishing.models import StationSheet
from app.publishing.sheet import SheetUnfit
from app.publishing.sheets import CheckedLine, Editor, LinesChanged
from app.publishing.views.blueprint import administrates, bp, described, known
from app.staff.permissions import get_member, list_own_stations, requires


@bp.get("/sheet.csv")
@requires(Role.MANAGER)
def download() -> Response:
    rows = {s.slug: cells_of(s) for s in queries.list_whole(list_own_stations())}
    response = Response(sheet.write(rows), content_type="text/csv; charset=utf-8; header=present")
    response.headers["Content-Disposition"] = 'attachment; filename="service-points.csv"'
    return response


@bp.get("/sheet")
@requires(Role.MANAGER)
def ask_sheet() -> ResponseReturnValue:
    return _upload_page()


def _upload_page(error: str = "", lines: list[CheckedLine] | None = None) -> str:
    return render_template(
        "publishing/upload.html", error=error, lines=lines or [], most=sheet.MOST_LINES,
        label=wording.field_label,
    )  # fmt: skip


@bp.post("/sheet")
@requires(Role.MANAGER)
def upload() -> ResponseReturnValue:
    file = request.files.get("file")
    if file is None or not file.filename:
        return _upload_page(_("Choose the CSV file first.")), 422
    try:
        lines = sheet.read(file.read(sheet.MOST_BYTES + 1))
    except SheetUnfit as refusal:
        return _upload_page(unfit_words(refusal)), 422
    checked = sheets.check_lines(lines, _editor(), known())
    wrong = [line for line in checked if line.problems]
    if wrong:
        words = ngettext(
            "%(num)d line cannot be used. Nothing was changed.",
            "%(num)d lines cannot be used. Nothing was changed.",
            len(wrong),
        )
        return _upload_page(str(words), wrong), 422
    if not any(line.changes for line in checked):
        return _upload_page(_("This file changes nothing.")), 422
    username = get_member().username
    public_id = transact(sheets.keep, checked, username=username, now=clock.now())
    return redirect(url_for(".show_sheet", sheet_id=public_id), 303)


def _editor() -> Editor:
    stations = {station.slug: station for station in queries.list_whole(list_own_stations())}
    return Editor(get_member().username, stations, administrates())


@bp.get("/sheet/<sheet_id>")
@requires(Role.MANAGER)
def show_sheet(sheet_id: str) -> ResponseReturnValue:
    return _sheet_page(_get_sheet(sheet_id))


def _get_sheet(sheet_id: str) -> StationSheet:
    found = queries.find_sheet(sheet_id, get_member().username) if sheet_id.isalnum() else None
    if found is None:
        raise NotFound
    return found


def _sheet_page(found: StationSheet, changed: tuple[str, ...] = ()) -> str:
    lines = [
        {**line, "changes": described(differences(line["before"], line["after"]))} for line in found.lines
    ]
    return render_template("publishing/sheet.html", sheet=found, lines=lines, changed=changed)


@bp.post("/sheet/<sheet_id>/publish")
@requires(Role.MANAGER)
def publish_sheet(sheet_id: str) -> ResponseReturnValue:
    _get_sheet(sheet_id)
    try:
        count = transact(sheets.publish, sheet_id, _editor(), now=clock.now())
    except LinesChanged as refusal:
        return _sheet_page(_get_sheet(sheet_id), tuple(refusal.slugs)), 409
    flash(ngettext("%(num)d service point is changed.", "%(num)d service points are changed.", count))
    return redirect(url_for(".overview"), 303)


@bp.post("/sheet/<sheet_id>/discard")
@requires(Role.MANAGER)
def drop_sheet(sheet_id: str) -> ResponseReturnValue:
    _get_sheet(sheet_id)
    transact(sheets.drop, sheet_id, username=get_member().username)
    flash(_("The file is dropped. Nothing was changed."))
    return redirect(url_for(".overview"), 303)


def unfit_words(refusal: SheetUnfit) -> str:
    """Say why a file cannot be read, and what to do."""
    words = {
        "too_large": _("The file is larger than 1 MB. Send fewer lines."),
        "too_many_lines": _(
            "The file has more than %(most)s lines. Send it in parts.", most=sheet.MOST_LINES
        ),
        "no_lines": _("The file has no line below its header."),
        "not_text": _("This is not a CSV file. Save it as “CSV UTF-8” and send it again."),
        "not_csv": _("Line %(line)s is not CSV: a quotation mark is missing or too many.", line=refusal.line),
        "no_slug": _("The column “slug” is missing. It says which point a line is about."),
        "unknown_column": _(
            "We do not know the column “%(name)s”. Use the downloaded header.", name=refusal.name
        ),
        "column_twice": _("The column “%(name)s” is there twice.", name=refusal.name),
        "too_many_cells": _("Line %(line)s has more cells than the header.", line=refusal.line),
    }
    return str(words[refusal.reason])
