"""Cases from the approval systems: signed, once per version."""

from typing import Any

from flask import Response, request

from app import clock
from app.api.v1 import case_schemas, schemas
from app.api.v1.answers import answer
from app.api.v1.refusals import InvalidRequest
from app.api.v1.spec import PROBLEM, Blueprint
from app.cases.states import Permit
from app.db import transact
from app.intake import keys, runs, signed, wording
from app.intake.facts import KnownTypes, read_facts
from app.intake.keys import SignedRequest
from app.intake.models import IntakeKey, RowResult
from app.web import headers

blueprint = Blueprint("cases", __name__, description="For the bureaus' approval systems: tell a case.")
blueprint.before_request(headers.personal)


@blueprint.post("/cases")
@blueprint.arguments(case_schemas.SignatureHeaders, location="headers", error_status_code=401)
@blueprint.arguments(case_schemas.ToldCase)
@blueprint.response(200, case_schemas.TakenCase)
@blueprint.alt_response(201, schema=case_schemas.TakenCase)
@blueprint.alt_response(401, schema=schemas.Problem, content_type=PROBLEM)
@blueprint.alt_response(409, schema=schemas.Problem, content_type=PROBLEM)
def tell_case(header: dict[str, str], told: dict[str, Any]) -> Response:
    """Tell a case, or a newer version of one. The same version again changes nothing."""
    now = clock.now()
    key = _signed_by(header)
    known = runs.read_known(encoding="utf-8", bureau=key.bureau, now=now)
    facts, problems = read_facts(_cells(told), known)
    if facts is None:
        raise InvalidRequest({p.column: [wording.problem_text(p.code)] for p in problems if not p.warning})
    result, number = transact(signed.tell, facts, key.id, now=now)
    body = {
        "number": facts.number,
        "version": facts.version,
        "case": number,
        "result": result,
        "left_out": [problem.column for problem in problems] + _of_others(told, known),
    }
    return answer(body, 201 if result == RowResult.NEW else 200)


def _of_others(told: dict[str, Any], known: KnownTypes) -> list[str]:
    """Return the permits that the request tells and its key may not."""
    return [permit for permit in Permit if told[permit] and permit not in known.permits]


def _signed_by(header: dict[str, str]) -> IntakeKey:
    signed_request = SignedRequest(
        key_id=header["key"],
        timestamp=header["timestamp"],
        signature=header["signature"],
        method=request.method,
        path=request.path,
        body=request.get_data(cache=True),
    )
    return keys.check_signature(signed_request, now=clock.now())


def _cells(told: dict[str, Any]) -> dict[str, str]:
    """Return the request as the cells of a line, so that both doors ask for the same."""
    plain = {name: str(value) for name, value in told.items() if isinstance(value, str | int)}
    employer = told["employer"] or {}
    plain |= {
        "employer": employer.get("name") or "",
        "employer_code": employer.get("code") or "",
        "employer_registered_on": employer.get("registered_on") or "",
    }
    for permit in Permit:
        leg = told[permit.value] or {}
        plain |= {f"{permit}_{name}": leg.get(name) or "" for name in ("state", "on", "reason")}
    return plain
