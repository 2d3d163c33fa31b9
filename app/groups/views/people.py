"""Who books, and the list of people."""

from collections.abc import Sequence
from itertools import islice

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from app import clock
from app.db import transact
from app.errors import TooManyTries
from app.groups import checking, operations
from app.groups.checking import CheckedRow, RowState
from app.groups.forms import ListForm, WhoForm
from app.groups.models import Group
from app.groups.operations import GroupDraft
from app.groups.reading import MOST_LINES, MOST_ROWS, ListReading, ListRow, merged, read_text
from app.groups.sheets import read_upload
from app.groups.views.blueprint import PREFIX, bp, draft_or_start, find_group, keeps_typed, remember
from app.i18n import current_language, text
from app.stations.queries import get_service, list_services
from app.wording import sentence

SOME_ROWS, MORE_ROWS = 3, 5


@bp.route(PREFIX, methods=["GET", "POST"])
def who() -> ResponseReturnValue:
    form = _who_form()
    if request.method != "POST":
        return _who_page(form)
    if not form.validate():
        return _who_page(form, status=422)
    service = get_service(form.service.data)
    if not service.needs_case and not form.people.data:
        form.people.errors = [_("Enter a number from 1 to %(most)s.", most=MOST_ROWS)]
        return _who_page(form, status=422)
    draft = GroupDraft(form.contact.name, form.contact, service, current_language())
    known = find_group()
    group = transact(operations.start, draft, now=clock.now(), group_id=known.id if known else None)
    remember(group)
    if service.needs_case:
        return redirect(url_for(".people"), 303)
    transact(operations.set_party, group.id, form.people.data or 1)
    return redirect(url_for(".times"), 303)


def _who_form(**options: object) -> WhoForm:
    services = list_services()
    known: dict[str, object] = {"service": next((s.code for s in services if s.needs_case), "")}
    group = find_group()
    if group and not group.booked_at:
        known = {"company": group.company, "email": group.email, "phone": group.phone,
                 "service": group.service.code}  # fmt: skip
    form = WhoForm(data=known, **options)
    form.service.choices = [SelectChoice(s.code, text(s.name)) for s in services]
    return form


def _who_page(form: WhoForm, *, status: int = 200) -> ResponseReturnValue:
    return render_template("groups/who.html", form=form, most=MOST_ROWS), status


def _who_again() -> ResponseReturnValue:
    form = _who_form(meta={"csrf": False})
    form.form_errors.append(_("This page was open for a long time. Press Continue again."))
    return _who_page(form, status=400)


keeps_typed("who", _who_again)


@bp.route(f"{PREFIX}/people", methods=["GET", "POST"])
def people() -> ResponseReturnValue:
    """Read the list, say what each row is, and go on with those who are ready."""
    group = draft_or_start()
    if not group.service.needs_case:
        return redirect(url_for(".times"), 303)
    form = ListForm()
    if request.method != "POST":
        return _people_page(form, rows=[ListRow("", "")] * SOME_ROWS)
    reading = _read(form)
    if form.form_errors:
        return _people_page(form, rows=list(reading.rows), status=422)
    if "more" in request.form:
        return _people_page(form, rows=[*reading.rows, *[ListRow("", "")] * MORE_ROWS])
    return _judge(form, reading, group)


def _read(form: ListForm) -> ListReading:
    """Return all rows that were typed, pasted or uploaded. What is wrong is said in the form."""
    pairs = zip(request.form.getlist("code"), request.form.getlist("last4"), strict=False)
    typed = [ListRow(code.strip()[:40], end.strip()[:40]) for code, end in islice(pairs, MOST_LINES)]
    pasted = read_text((form.paste.data or "")[:20_000])
    reading = merged([*typed, *pasted, *_uploaded(form)])
    # Its rows are shown below, each to be corrected on its own; those for which there is no room stay here.
    form.paste.data = "\n".join(f"{row.code}\t{row.last4}" for row in reading.rows[MOST_ROWS:])
    if reading.too_many:
        message = _("A group has at most %(most)s people. Remove some rows.", most=MOST_ROWS)
        form.form_errors.append(message)
    return reading.first(MOST_ROWS)


def _uploaded(form: ListForm) -> list[ListRow]:
    file = request.files.get("file")
    if file is None or not file.filename:
        return []
    try:
        return read_upload(file.filename, file.read())
    except ValueError:
        form.form_errors.append(_("We cannot read this file. Upload a CSV or XLSX file of at most 500 KB."))
        return []


def _judge(form: ListForm, reading: ListReading, group: Group) -> ResponseReturnValue:
    if not reading.rows:
        form.form_errors.append(_("Paste a list, upload a file, or fill in a row."))
        return _people_page(form, rows=[ListRow("", "")] * SOME_ROWS, status=422)
    try:
        checked = checking.check_rows(reading.rows, address=request.remote_addr or "", now=clock.now())
    except TooManyTries as refusal:
        form.form_errors.append(sentence(refusal))
        return _people_page(form, rows=list(reading.rows), status=429)
    ready = [found.case for found in checked if found.state is RowState.READY and found.case]
    if "go" in request.form and ready:
        transact(operations.set_cases, group.id, ready)
        return redirect(url_for(".times"), 303)
    return _people_page(form, checked=checked, repeated=reading.repeated)


def _people_page(
    form: ListForm,
    *,
    rows: Sequence[ListRow] = (),
    checked: Sequence[CheckedRow] = (),
    repeated: int = 0,
    status: int = 200,
) -> ResponseReturnValue:
    ready = sum(found.state is RowState.READY for found in checked)
    page = render_template(
        "groups/people.html",
        form=form,
        rows=checked or [CheckedRow(row, RowState.UNREADABLE) for row in rows],
        checked=bool(checked),
        ready=ready,
        repeated=repeated,
        most=MOST_ROWS,
    )
    return page, status


def _people_again() -> ResponseReturnValue:
    form = ListForm(meta={"csrf": False})
    reading = _read(form)
    form.form_errors.append(_("This page was open for a long time. Press Continue again."))
    return _people_page(form, rows=list(reading.rows), status=400)


keeps_typed("people", _people_again)


@bp.get(f"{PREFIX}/list.csv")
def template() -> ResponseReturnValue:
    """Give an empty list to fill in."""
    head = ",".join((_("Collection code"), _("Last 4 characters of the passport number")))
    answer = Response(f"\ufeff{head}\r\n", mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="list.csv"'
    return answer
