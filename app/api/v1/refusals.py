"""How requests are read, and how a no is told: application/problem+json with what helps to go on."""

import json
from typing import Any, ClassVar, NoReturn

from flask import Request, Response
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from app.api.v1.places import candidate
from app.appointments.availability.policy import SlotUnavailable
from app.appointments.refusals import TokenWrong
from app.errors import DomainError, NotFound
from app.problems import problem
from app.stations.geography.places import NamedPlace, PlaceAmbiguous, PlaceUnknown
from app.wording import sentence


class InvalidRequest(DomainError):
    """The request does not have the shape of the contract; `errors` has the sentences per field."""

    code: ClassVar[str] = "invalid_request"

    def __init__(self, errors: dict[str, Any], status: int = 422) -> None:
        super().__init__()
        self.errors = errors
        self.answer_status = status


class Parser(FlaskParser):
    """Reads arguments; whatever is wrong with them becomes one InvalidRequest."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        body = req.get_data(cache=True)
        if not body.strip():
            return core.missing
        if not req.is_json:
            raise UnsupportedMediaType(_("Send JSON, with the header Content-Type: application/json."))
        return _read_json(body)

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Any,
    ) -> NoReturn:
        found: Any = error.messages
        errors: dict[str, Any] = {}
        for location in found.values() if isinstance(found, dict) else ():
            errors |= location if isinstance(location, dict) else {"body": location}
        raise InvalidRequest(errors, error_status_code or self.DEFAULT_VALIDATION_STATUS)


def _read_json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_constant)
    # A deep nest ends in RecursionError, a number of thousands of digits in ValueError.
    except (ValueError, RecursionError):
        raise InvalidRequest({"body": [_("This is not JSON.")]}, status=400) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _invalid(error: InvalidRequest) -> Response:
    return problem(error.answer_status, error.code, sentence(error), errors=error.errors)


def _not_found(error: NotFound) -> Response:
    # Programs name things in their requests; what people are told speaks of pages.
    if error.code != NotFound.code:
        return problem(error.status, error.code, sentence(error))
    return problem(
        error.status, error.code, _("Nothing here has this name. Check the names in your request.")
    )


def _token_wrong(error: TokenWrong) -> Response:
    answer = problem(error.status, error.code, sentence(error))
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _ambiguous(error: PlaceAmbiguous) -> Response:
    return problem(error.status, error.code, sentence(error), candidates=_offered(error.candidates))


def _unknown(error: PlaceUnknown) -> Response:
    return problem(
        error.status,
        error.code,
        sentence(error),
        districts=_offered(error.districts),
        candidates=_offered(error.candidates),
    )


def _offered(places: tuple[NamedPlace, ...]) -> list[dict[str, Any]]:
    return [candidate(place) for place in places]


def slot_unavailable(error: SlotUnavailable, alternatives: list[dict[str, Any]]) -> Response:
    """Return the 409 that names the nearest free slots."""
    return problem(error.status, error.code, sentence(error), alternatives=alternatives)


HANDLERS: tuple[tuple[type[DomainError], Any], ...] = (
    (InvalidRequest, _invalid),
    (NotFound, _not_found),
    (TokenWrong, _token_wrong),
    (PlaceAmbiguous, _ambiguous),
    (PlaceUnknown, _unknown),
)
