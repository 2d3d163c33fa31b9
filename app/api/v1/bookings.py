"""Hold, book, look at, move and cancel a visit."""

from hashlib import sha256
from typing import Any

from flask import Response, request

from app import clock
from app.api.v1 import answers, schemas
from app.api.v1.answers import answer
from app.api.v1.caching import cached
from app.api.v1.refusals import InvalidRequest, slot_unavailable
from app.api.v1.spec import BEARER, PROBLEM, Blueprint
from app.appointments import queries
from app.appointments.availability import rules
from app.appointments.availability.policy import SlotUnavailable
from app.appointments.booking import operations
from app.appointments.booking.operations import BookingRequest, Target
from app.appointments.contacts import Contact
from app.appointments.entry import by_code
from app.appointments.holds import first_look
from app.appointments.holds import operations as holds
from app.appointments.holds import queries as hold_queries
from app.appointments.holds.operations import HoldRequest
from app.appointments.letters.calendar_file import calendar_for
from app.appointments.models import Appointment, Hold
from app.appointments.refusals import TokenWrong
from app.cases.models import Case
from app.cases.queries import CaseNotFound
from app.codes import UnreadableCode, read_code
from app.db import db, transact
from app.errors import NotFound
from app.i18n import current_language
from app.localtext import LANGUAGES
from app.stations import queries as stations
from app.web import headers

blueprint = Blueprint("visits", __name__, description="Hold a time, book it, move it, cancel it.")
blueprint.before_request(headers.personal)


@blueprint.post("/holds")
@blueprint.arguments(schemas.NewHold)
@blueprint.response(201, schemas.Hold)
@blueprint.alt_response(409, schema=schemas.SlotTaken, content_type=PROBLEM)
def create_hold(wish: dict[str, Any]) -> Response:
    """Keep a time for 15 minutes."""
    now = clock.now()
    case = _case_of(wish)
    offer = rules.get_offer(wish["station"], wish["service"])
    hold_request = HoldRequest(
        station_slug=wish["station"],
        service_code=wish["service"],
        starts_at=wish["starts_at"],
        party_size=wish["party_size"],
        case_id=case.id if case else None,
        asked_from=request.remote_addr or "unknown",
    )
    try:
        first_look.check(hold_request, offer, now=now)
        kept = transact(holds.hold, hold_request, now=now)
    except SlotUnavailable as gone:
        return _slot_unavailable(gone, offer.timezone)
    body = {"hold_id": kept.public_id, "expires_at": answers.iso(kept.expires_at, offer.timezone)}
    return answer(body, 201)


def _case_of(wish: dict[str, Any]) -> Case | None:
    if not wish["collection_code"] or not stations.get_service(wish["service"]).needs_case:
        return None
    if not wish["passport_last4"]:
        raise InvalidRequest({"passport_last4": ["Missing data for required field."]})
    address = request.remote_addr or ""
    try:
        return by_code.open_case(
            wish["collection_code"], wish["passport_last4"], address=address, now=clock.now()
        )
    except UnreadableCode:
        raise CaseNotFound from None


def _slot_unavailable(gone: SlotUnavailable, zone: str) -> Response:
    return slot_unavailable(gone, answers.slots(gone.alternatives, zone))


@blueprint.post("/appointments")
@blueprint.arguments(schemas.IdempotencyHeader, location="headers", error_status_code=400)
@blueprint.arguments(schemas.NewAppointment)
@blueprint.response(201, schemas.BookedAppointment)
@blueprint.alt_response(409, schema=schemas.SlotTaken, content_type=PROBLEM)
def create_appointment(header: dict[str, str], wish: dict[str, Any]) -> Response:
    """Turn a hold into a visit. The same Idempotency-Key again gives the same answer."""
    kept = hold_queries.get_hold(wish["hold_id"])
    contact = Contact.read(name=wish["name"] or "", email=wish["email"] or "", phone=wish["phone"] or "")
    booking = BookingRequest(kept.public_id, header["key"], contact, _language_of(wish, kept))
    try:
        visit = transact(operations.book, booking, now=clock.now())
    except SlotUnavailable as gone:
        return _slot_unavailable(gone, kept.station.timezone)
    return answer(answers.booked(visit, kept), 201)


def _language_of(wish: dict[str, Any], kept: Hold) -> str:
    if wish["language"]:
        return str(wish["language"])
    case = db.session.get(Case, kept.case_id) if kept.case_id else None
    return case.language if case else LANGUAGES[0]


@blueprint.get("/appointments/<reference>")
@blueprint.doc(security=BEARER)
@blueprint.response(200, schemas.Appointment)
@blueprint.alt_response(401, schema=schemas.Problem, content_type=PROBLEM)
def show_appointment(reference: str) -> Response:
    """Show a visit to whoever has its manage_token."""
    return answer(answers.appointment(_opened(reference)))


@blueprint.post("/appointments/<reference>/reschedule")
@blueprint.doc(security=BEARER)
@blueprint.arguments(schemas.Move)
@blueprint.response(200, schemas.Appointment)
@blueprint.alt_response(401, schema=schemas.Problem, content_type=PROBLEM)
@blueprint.alt_response(409, schema=schemas.SlotTaken, content_type=PROBLEM)
def reschedule(wish: dict[str, Any], reference: str) -> Response:
    """Move a visit to another time, or to another service point."""
    visit = _opened(reference)
    station = stations.get_station(wish["station"]) if wish["station"] else visit.station
    target = Target(station.slug, wish["starts_at"])
    try:
        moved = transact(operations.reschedule, visit.reference, target, now=clock.now())
    except SlotUnavailable as gone:
        return _slot_unavailable(gone, station.timezone)
    return answer(answers.appointment(moved))


@blueprint.post("/appointments/<reference>/cancel")
@blueprint.doc(security=BEARER)
@blueprint.response(200, schemas.Appointment)
@blueprint.alt_response(401, schema=schemas.Problem, content_type=PROBLEM)
def cancel(reference: str) -> Response:
    """Cancel a visit. Cancelling again changes nothing."""
    visit = _opened(reference)
    return answer(answers.appointment(transact(operations.cancel, visit.reference, now=clock.now())))


@blueprint.get("/appointments/<reference>/calendar.ics")
@blueprint.doc(security=BEARER)
@blueprint.response(200, {"type": "string"}, content_type="text/calendar")
@blueprint.alt_response(401, schema=schemas.Problem, content_type=PROBLEM)
def calendar(reference: str) -> Response:
    """Return the visit as a calendar file."""
    visit = _opened(reference)
    content, same = (
        calendar_for(visit, method="PUBLISH", language=current_language(), now=moment)
        for moment in (clock.now(), visit.created_at)
    )
    answered = Response(content, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    # Two files of one state differ in nothing but the moment at which they were made.
    answered.set_etag(sha256(same).hexdigest()[:32], weak=True)
    answered.headers["Content-Disposition"] = f'attachment; filename="visit-{visit.reference}.ics"'
    return cached(answered)


def _opened(reference: str) -> Appointment:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise TokenWrong
    try:
        return queries.get_for_manage(read_code(reference), token.strip())
    except (UnreadableCode, NotFound):
        raise TokenWrong from None
