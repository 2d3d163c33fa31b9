"""The shapes of requests and answers. Requests are checked by them; answers are described by them."""

from marshmallow import Schema, fields

from app.api.v1.fields import Body, Line, Moment, Whole
from app.localtext import LANGUAGES

MOST_PARTY = 1000  # more than any service takes; the service's own limit is checked by the rules


class Problem(Schema):
    """An answer of kind application/problem+json (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "stable; programs decide by it"})
    detail = fields.String(required=True, metadata={"description": "a sentence for people"})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "with invalid_request: sentences by field"},
    )


class Slot(Schema):
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    remaining = fields.Integer(required=True, metadata={"description": "how many people still fit"})


class SlotTaken(Problem):
    """A problem with the nearest free slots."""

    alternatives = fields.List(fields.Nested(Slot))


class NewHold(Body):
    station = Line(required=True, most=60, metadata={"example": "jiangdong"})
    service = Line(required=True, most=40, metadata={"example": "document-check"})
    starts_at = Moment(
        required=True,
        metadata={"description": "start of a free slot", "example": "2026-11-24T09:00:00+08:00"},
    )
    party_size = Whole(least=1, most=MOST_PARTY, load_default=1)
    collection_code = Line(
        most=40, allow_none=True, load_default=None, metadata={"description": "for services that need a case"}
    )
    passport_last4 = Line(
        most=10, allow_none=True, load_default=None, metadata={"description": "goes with collection_code"}
    )


class Hold(Schema):
    hold_id = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class NewAppointment(Body):
    hold_id = Line(required=True, least=1, most=64)
    name = Line(most=200, allow_none=True, load_default=None)
    email = Line(most=254, allow_none=True, load_default=None)
    phone = Line(most=40, allow_none=True, load_default=None)
    language = Line(most=5, allow_none=True, load_default=None, among=LANGUAGES)


class IdempotencyHeader(Body):
    key = Line(
        data_key="Idempotency-Key",
        required=True,
        least=1,
        most=255,
        metadata={"description": "your own name of this request; sent again, it gets the same answer"},
    )


class Appointment(Schema):
    reference = fields.String(required=True)
    status = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    station = fields.String(required=True, metadata={"description": "the slug"})
    service = fields.String(required=True, metadata={"description": "the code"})
    party_size = fields.Integer(required=True)


class BookedAppointment(Appointment):
    manage_token = fields.String(required=True, metadata={"description": "opens this visit; keep it secret"})


class Move(Body):
    starts_at = Moment(required=True, metadata={"example": "2026-11-25T09:00:00+08:00"})
    station = Line(most=60, allow_none=True, load_default=None, metadata={"description": "slug, if another"})
