"""What the pages of points share: the blueprint, who may change which point, how large a request may be."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request

from app import clock
from app.accounts import sign_in
from app.accounts.models import Role
from app.errors import NotFound
from app.i18n import text
from app.publishing import queries, wording
from app.publishing.cells import ChangedCell
from app.publishing.operations import PointChanged
from app.publishing.pictures import MOST_BYTES
from app.publishing.queries import Editing
from app.publishing.reading import KnownNetwork
from app.publishing.writing import DEFAULT_TIMEZONE
from app.staff.frame import frame
from app.staff.permissions import get_member, list_own_stations

FORM_BYTES = 256 * 1024  # of texts beside the photo

bp = Blueprint("points", __name__, template_folder="../templates", url_prefix="/staff/points")
bp.context_processor(frame)


@bp.url_value_preprocessor
def _let_photos_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let this one form be larger than others, before anybody reads it; of strangers we read less."""
    if endpoint == "points.save" and sign_in.find_current():
        request.max_content_length = MOST_BYTES + FORM_BYTES


def administrates() -> bool:
    return get_member().role is Role.ADMINISTRATOR


def get_editing_or_404(slug: str) -> Editing:
    """Return the point and its draft, if who is signed in may change it. Raises NotFound."""
    station, draft = queries.find_station(slug), queries.find_draft(slug)
    if station is None:
        if draft is None or not administrates():
            raise NotFound
    elif station.retired_at or station.id not in {own.id for own in list_own_stations()}:
        raise NotFound
    return Editing(slug, station, draft)


def known() -> KnownNetwork:
    today = clock.now().astimezone(ZoneInfo(DEFAULT_TIMEZONE)).date()
    return KnownNetwork(frozenset(queries.services_by_code()), today)


def described(changes: list[ChangedCell]) -> list[dict[str, str]]:
    """Return changes in the words of the page."""
    services = {code: text(service.name) for code, service in queries.services_by_code().items()}
    return [
        {
            "field": change.field,
            "label": wording.field_label(change.field),
            "before": wording.value_words(change.field, change.before, services),
            "after": wording.value_words(change.field, change.after, services),
        }
        for change in changes
    ]


def conflict(refusal: PointChanged) -> list[dict[str, str]]:
    """Return the cells in which two people differ: `before` is this person's, `after` the other's."""
    return described(refusal.theirs)
