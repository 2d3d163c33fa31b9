"""The shapes of what approval systems tell, and of the answer."""

from marshmallow import fields

from app.api.v1.fields import Body, Line, Whole
from app.api.v1.schemas import Answer


class SignatureHeaders(Body):
    key = Line(data_key="X-Key", required=True, least=1, most=40, metadata={"description": "id of the key"})
    timestamp = Line(
        data_key="X-Timestamp",
        required=True,
        least=1,
        most=20,
        metadata={"description": "seconds since 1970, at most 300 from now"},
    )
    signature = Line(
        data_key="X-Signature",
        required=True,
        least=1,
        most=64,
        metadata={"description": "HMAC-SHA256 over time stamp, method, path and body, in hexadecimal"},
    )


class ToldEmployer(Body):
    code = Line(most=40, allow_none=True, load_default=None, metadata={"description": "social credit code"})
    name = Line(most=200, allow_none=True, load_default=None)
    registered_on = Line(most=10, allow_none=True, load_default=None, metadata={"example": "2023-02-20"})


class ToldLeg(Body):
    state = Line(
        most=20,
        allow_none=True,
        load_default=None,
        metadata={"description": "received, in_review, papers_asked, approved or refused"},
    )
    on = Line(most=10, allow_none=True, load_default=None, metadata={"description": "since when"})
    reason = Line(most=1000, allow_none=True, load_default=None)


class ToldCase(Body):
    """A case as a bureau knows it. `number` and `version` are those of the application, for both bureaus."""

    number = Line(required=True, least=1, most=60, metadata={"example": "WP-2026-000123"})
    version = Whole(
        least=1, most=2**31 - 1, required=True, metadata={"description": "goes up with each change"}
    )
    name = Line(required=True, least=1, most=400, metadata={"description": "as in the passport"})
    passport = Line(required=True, least=1, most=40)
    visit_type = Line(most=40, allow_none=True, load_default=None)
    nationality = Line(most=3, allow_none=True, load_default=None, metadata={"description": "ISO 3166"})
    language = Line(most=10, allow_none=True, load_default=None)
    email = Line(most=254, allow_none=True, load_default=None)
    phone = Line(most=40, allow_none=True, load_default=None)
    received_on = Line(most=10, allow_none=True, load_default=None, metadata={"example": "2026-11-16"})
    consented_on = Line(most=10, allow_none=True, load_default=None)
    employer = fields.Nested(ToldEmployer, allow_none=True, load_default=None)
    work = fields.Nested(ToldLeg, allow_none=True, load_default=None)
    residence = fields.Nested(ToldLeg, allow_none=True, load_default=None)
    papers_station = Line(most=60, allow_none=True, load_default=None, metadata={"description": "slug"})
    shelf = Line(most=40, allow_none=True, load_default=None)
    collect_before = Line(most=10, allow_none=True, load_default=None)
    passport_expires_on = Line(most=10, allow_none=True, load_default=None)


class TakenCase(Answer):
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    case = fields.String(required=True, metadata={"description": "our number of the case"})
    result = fields.String(required=True, metadata={"description": "new, updated or same"})
    left_out = fields.List(
        fields.String(),
        metadata={"description": "fields that were not used: a bad phone, another bureau's permit"},
    )
