"""The periodic jobs, the state of delivery and what the nightly check found, for administrators."""

from flask import Blueprint, Flask, current_app, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.notifications import queries
from app.notifications.channels.registry import channels_of
from app.notifications.watch import heartbeat
from app.notifications.watch import troubles as watch
from app.reports import checks
from app.staff.frame import frame
from app.staff.permissions import requires
from app.surroundings import looking as surroundings
from app.system import wording as system_wording

bp = Blueprint("staff_system", __name__, template_folder="templates", url_prefix="/staff/system")
bp.context_processor(frame)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("")
@requires(Role.ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    now = clock.now()
    on = list(channels_of(current_app.extensions["settings"]))
    waiting = queries.count_open_by_channel()
    names = sorted({*on, *waiting, "email", "sms"})
    return render_template(
        "system/system.html",
        runs=heartbeat.list_runs(),
        troubles=[
            *watch.read_troubles(channels=on, now=now),
            *checks.read_troubles(now=now),
            *surroundings.read_troubles(now=now),
        ],
        channels=[(name, name in on, waiting.get(name, 0)) for name in names],
        job_words=system_wording.JOBS,
        outcome_words=system_wording.outcome,
        trouble_words=system_wording.trouble,
        now=now,
    )
