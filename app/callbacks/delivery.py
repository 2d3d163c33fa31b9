"""POST /api/hooks/delivery: what became of messages that a provider took."""

from typing import Any

from flask import abort, current_app, jsonify
from flask.typing import ResponseReturnValue

from app import clock
from app.callbacks.blueprint import bp
from app.callbacks.signed import read_signed
from app.db import transact
from app.notifications.channels.bounces import BounceReport
from app.notifications.channels.registry import channels_of
from app.notifications.delivery import arrivals

MOST_REPORTS = 500


@bp.post("/delivery")
def delivery() -> ResponseReturnValue:
    reports = read_signed().get("reports")
    if not isinstance(reports, list) or len(reports) > MOST_REPORTS:
        abort(400)
    channels = list(channels_of(current_app.extensions["settings"]))
    known = sum(
        transact(arrivals.note, _report(each), channels=channels, now=clock.now()) for each in reports
    )
    return jsonify(noted=known, unknown=len(reports) - known)


def _report(each: Any) -> BounceReport:
    """Read one report: `key`, `address`, `status` (delivered or bounced), `detail`, `dead`."""
    if not isinstance(each, dict) or each.get("status") not in ("delivered", "bounced"):
        abort(400)
    texts = {name: each.get(name, "") for name in ("key", "address", "detail")}
    if not all(isinstance(text, str) and "\0" not in text for text in texts.values()):
        abort(400)
    bounced = each["status"] == "bounced"
    return BounceReport(delivered=not bounced, dead=bounced and each.get("dead") is True, **texts)
