"""Routes as the test of who may open what reads them, and those that change points."""

import re
from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Role
from app.appointments.models import Appointment, AppointmentEvent, Hold
from app.cases.models import CaseEvent
from app.db import db
from app.geocoding.models import UnknownPlace
from app.planning.models import PlanChange
from app.publishing.models import StationDraft, StationSheet
from app.stations.models import Station, StationPhoto, StationReport
from tests import factories

REPORTS = {
    "reports_of_work.overview": Role.MANAGER,
    "reports_of_work.sheet": Role.MANAGER,
    "reports_of_work.show_half_year": Role.ADMINISTRATOR,
    "reports_of_work.half_year_sheet": Role.ADMINISTRATOR,
}
# One's own, and a search in one's own stations: of what is another's nothing is told.
ACCOUNT = {"staff.find": Role.CLERK} | {
    f"staff_account.{name}": Role.CLERK for name in ("show", "change_password", "end_session", "end_others")
}
ORIGINS = {
    "staff.vouch": Role.CLERK,
    "staff.origin": Role.MANAGER,
    "staff.cancel_origin": Role.MANAGER,
    "staff.undo_origin": Role.MANAGER,
}
POINTS = {
    "points.ask_new": Role.ADMINISTRATOR,
    "points.begin": Role.ADMINISTRATOR,
    "points.ask_to_retire": Role.ADMINISTRATOR,
    "points.retire": Role.ADMINISTRATOR,
    "points.reopen": Role.ADMINISTRATOR,
    "points.overview": Role.MANAGER,
    "points.edit": Role.MANAGER,
    "points.save": Role.MANAGER,
    "points.preview": Role.MANAGER,
    "points.preview_page": Role.MANAGER,
    "points.publish": Role.MANAGER,
    "points.discard": Role.MANAGER,
    "points.photo": Role.MANAGER,
    "points.history": Role.MANAGER,
    "points.download": Role.MANAGER,
    "points.ask_sheet": Role.MANAGER,
    "points.upload": Role.MANAGER,
    "points.show_sheet": Role.MANAGER,
    "points.publish_sheet": Role.MANAGER,
    "points.drop_sheet": Role.MANAGER,
    "staff_places.overview": Role.ADMINISTRATOR,
    "staff_places.add": Role.ADMINISTRATOR,
    "staff_places.leave_out": Role.ADMINISTRATOR,
}
POINTS_IN_GENERAL = ("points.overview", "points.download", "points.ask_sheet", "points.upload")
# What a request that should have been refused could have made.
MADE_BY_POSTS = (
    AppointmentEvent,
    CaseEvent,
    Hold,
    Appointment,
    PlanChange,
    StationReport,
    StationDraft,
    StationSheet,
)


def a_sheet_and_a_photo(now: datetime) -> dict[str, object]:
    """Build what the routes name, and return the values of their variables."""
    sheet = StationSheet(public_id="A1", username="own-manager", uploaded_at=now)
    photo = StationPhoto(
        station_slug="central-window", digest="a1", width=1, height=1, data=b"", added_at=now
    )
    unknown = UnknownPlace(key="one", text="Some Lane", people=3, typed_at=now)
    factories.save(sheet, photo, unknown)
    return {
        "sheet_id": sheet.public_id,
        "digest": photo.digest,
        "shown": "en",
        "unknown_id": unknown.id,
    }


def retire(slug: str) -> None:
    station = db.session.scalars(select(Station).where(Station.slug == slug)).one()
    station.retired_at = factories.TUESDAY
    factories.save(station)


def address(rule: str) -> str:
    return re.sub(r"<[^>]*>", "<>", rule)


def methods_of(rule) -> set[str]:
    return set(rule.methods) - {"HEAD", "OPTIONS"}
