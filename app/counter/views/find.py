"""The search box of every staff page. What is typed is POSTed: a name stands in no address."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.appointments.models import Appointment
from app.cases import history
from app.counter import finding
from app.counter.views.blueprint import bp
from app.staff.permissions import list_own_stations, may_see_cases, requires


@bp.post("/find")
@requires(Role.CLERK)
def find() -> ResponseReturnValue:
    now, typed = clock.now(), request.form.get("q", "")
    hits = finding.find(
        typed, list_own_stations(), sees_cases=may_see_cases(), today=history.today(now), now=now
    )
    one = hits.only_one
    if isinstance(one, Appointment):
        return redirect(url_for(".visit", reference=one.reference), 303)
    if one:
        return redirect(url_for("staff_cases.show", number=one.number), 303)
    return render_template("counter/find.html", hits=hits, typed=typed.strip()[: finding.LONGEST])
