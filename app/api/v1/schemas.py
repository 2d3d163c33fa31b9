"""The shapes of requests and answers. Requests are checked by them; answers are described by them."""

from marshmallow import EXCLUDE, Schema, fields, validate

from app.api.v1.fields import Body, Day, Line, Moment, NowOrMoment, QueryWhole, Truth, Whole
from app.localtext import LANGUAGES
from app.stations.geography.datum import Datum
from app.stations.party import PartyServed

MOST_ON_A_PAGE = 1000
MOST_OFFSET = 1000
MOST_PARTY = 1000  # more than any service takes; the service's own limit is checked by the rules


class Answer(Schema):
    """What is sent: more may come with a later release, so that the document closes none of it."""

    class Meta:
        unknown = EXCLUDE


class Problem(Answer):
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


class Slot(Answer):
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    remaining = fields.Integer(required=True, metadata={"description": "how many people still fit"})


class SlotTaken(Problem):
    """A problem with the nearest free slots."""

    alternatives = fields.List(fields.Nested(Slot))


class NewHold(Body):
    station = Line(required=True, most=60, metadata={"example": "jiangdong"})
    service = Line(required=True, most=40, metadata={"example": "permit-advice"})
    starts_at = Moment(
        required=True,
        metadata={"description": "start of a free slot", "example": "2026-11-24T09:00:00+08:00"},
    )
    party_size = Whole(
        least=1,
        most=MOST_PARTY,
        load_default=1,
        metadata={"description": "people who come together; ask for the free times of as many"},
    )
    collection_code = Line(
        most=40, allow_none=True, load_default=None, metadata={"description": "for services that need a case"}
    )
    passport_last4 = Line(
        most=10, allow_none=True, load_default=None, metadata={"description": "goes with collection_code"}
    )


class Hold(Answer):
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


class Appointment(Answer):
    reference = fields.String(required=True)
    status = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    station = fields.String(required=True, metadata={"description": "the slug"})
    service = fields.String(required=True, metadata={"description": "the code"})
    party_size = fields.Integer(required=True)
    asked_to_choose = fields.Boolean(
        metadata={"description": "this time is not possible any more: move the visit to another one"}
    )


class BookedAppointment(Appointment):
    manage_token = fields.String(required=True, metadata={"description": "opens this visit; keep it secret"})
    provisional_until = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "the time is given back then unless the link in our message is opened"},
    )


class Move(Body):
    starts_at = Moment(required=True, metadata={"example": "2026-11-25T09:00:00+08:00"})
    station = Line(most=60, allow_none=True, load_default=None, metadata={"description": "slug, if another"})


# --- open data ---------------------------------------------------------------------------------


class LanguageQuery(Body):
    lang = Line(most=5, among=LANGUAGES, metadata={"description": "of names; else by Accept-Language"})


class StationsQuery(LanguageQuery):
    near = Line(
        most=200,
        load_default=None,
        metadata={
            "description": "latitude,longitude; or marked with their datum, as gcj02:20.03,110.31",
            "example": "20.04,110.32",
        },
    )
    datum = Line(
        most=5,
        among=list(Datum),
        load_default=Datum.WGS84,
        metadata={"description": "of near where it is not marked; answers are always WGS-84"},
    )
    place = Line(
        most=200,
        load_default=None,
        metadata={"description": "a name in any writing, or a postcode", "example": "Haikou Railway Station"},
    )
    service = Line(most=40, load_default=None, metadata={"description": "only points that offer it"})
    language = Line(
        most=5,
        among=["", *LANGUAGES],
        load_default="",
        metadata={"description": "only points known to help in it"},
    )
    step_free = Truth(load_default=False, metadata={"description": "only points known to be step-free"})
    open_at = NowOrMoment(
        load_default=None,
        metadata={
            "description": "now, or a time with its offset: only points whose confirmed hours hold it; "
            "of the 200 nearest",
            "anyOf": [{"const": "now"}, {"format": "date-time"}],
            "example": "now",
        },
    )
    limit = QueryWhole(least=1, most=MOST_ON_A_PAGE, load_default=100)
    offset = QueryWhole(least=0, most=MOST_OFFSET, load_default=0)


class SheetQuery(LanguageQuery):
    variant = Line(
        most=10,
        load_default="sheet",
        among=("sheet", "machine"),
        metadata={"description": "sheet is safe in a spreadsheet; machine leaves cells as they are"},
    )


class AvailabilityQuery(Body):
    service = Line(required=True, most=40, metadata={"example": "permit-advice"})
    from_ = Day(
        data_key="from",
        attribute="from",
        load_default=None,
        metadata={"description": "first day; else today"},
    )
    days = QueryWhole(least=1, most=60, load_default=7)
    party_size = QueryWhole(
        least=1,
        most=MOST_PARTY,
        load_default=1,
        metadata={"description": "people who come together: only times that take all of them, to their end"},
    )


Texts = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "by language"})


class Phone(Answer):
    number = fields.String(required=True)
    label = fields.String(required=True)


class Place(Answer):
    """A service point. What is not known is null."""

    slug = fields.String(required=True)
    number = fields.Integer(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    names = Texts
    address = fields.String(allow_none=True)
    addresses = Texts
    district = fields.String(allow_none=True)
    lat = fields.Float(required=True, metadata={"description": "WGS-84 degrees"})
    lon = fields.Float(required=True)
    precision_m = fields.Integer(required=True, metadata={"description": "the place is within this radius"})
    phones = fields.List(fields.Nested(Phone))
    services = fields.List(fields.String(), required=True)
    languages = fields.List(fields.String())
    step_free = fields.Boolean(allow_none=True)
    timezone = fields.String(required=True)
    hours_confirmed_on = fields.Date(allow_none=True)


class Station(Place):
    distance_m = fields.Integer(allow_none=True, metadata={"description": "null without an origin"})
    uncertainty_m = fields.Integer(allow_none=True, metadata={"description": "both radii together"})
    could_be_nearest = fields.Boolean(allow_none=True)
    open_now = fields.Boolean(allow_none=True, metadata={"description": "null where hours are not confirmed"})
    closes_at = fields.AwareDateTime(allow_none=True, metadata={"description": "of a door that is open"})
    last_number_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "when today's last call number is given out, where known"}
    )
    opens_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "of a closed door whose hours are confirmed"}
    )
    next_available = fields.AwareDateTime(allow_none=True)


class Candidate(Answer):
    slug = fields.String(required=True)
    name = fields.String(required=True)
    district = fields.String(required=True)
    lat = fields.Float(required=True)
    lon = fields.Float(required=True)


class Origin(Answer):
    lat = fields.Float(required=True)
    lon = fields.Float(required=True)
    precision_m = fields.Integer(required=True)
    label = fields.String(required=True)
    guessed = fields.Boolean(
        required=True, metadata={"description": "true: not what was typed, but most like it; ask the person"}
    )
    candidates = fields.List(
        fields.Nested(Candidate), required=True, metadata={"description": "what else a guess may be"}
    )


class PlaceQuestion(Problem):
    """A name of several places, or of none: what to choose from."""

    candidates = fields.List(fields.Nested(Candidate))
    districts = fields.List(fields.Nested(Candidate))


class Stations(Answer):
    stations = fields.List(fields.Nested(Station), required=True)
    origin = fields.Nested(Origin, allow_none=True, required=True)
    next = fields.String(
        allow_none=True, metadata={"description": "where the following points are; null after the last"}
    )


class Fact(Answer):
    field = fields.String(required=True)
    confidence = fields.String(required=True)
    source = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    checked_on = fields.Date(allow_none=True)


class OpenStretch(Answer):
    opens_at = fields.AwareDateTime(required=True)
    closes_at = fields.AwareDateTime(required=True)


class OpenDay(Answer):
    date = fields.Date(required=True)
    kind = fields.String(required=True, metadata={"description": "why the day is as it is"})
    reason = fields.String(allow_none=True)
    open = fields.List(fields.Nested(OpenStretch), required=True)


class StationDetails(Station):
    full_name = fields.String(allow_none=True)
    full_names = Texts
    notice = fields.String(allow_none=True)
    position_confirmed_on = fields.Date(allow_none=True)
    door = fields.String(metadata={"description": "open, closed, break or not_confirmed"})
    door_reason = fields.String(allow_none=True)
    hours = fields.List(
        fields.Nested(OpenDay),
        metadata={"description": "seven days; times that can be booked, opening hours only if confirmed"},
    )
    facts = fields.List(fields.Nested(Fact))


class PointGeometry(Answer):
    type = fields.String(required=True)
    coordinates = fields.List(fields.Float(), required=True, metadata={"description": "longitude, latitude"})


class Feature(Answer):
    type = fields.String(required=True)
    id = fields.String(required=True)
    geometry = fields.Nested(PointGeometry, required=True)
    properties = fields.Dict(required=True)


class FeatureCollection(Answer):
    type = fields.String(required=True)
    features = fields.List(fields.Nested(Feature), required=True)


class Service(Answer):
    code = fields.String(required=True)
    name = fields.String(required=True)
    names = Texts
    description = fields.String(required=True)
    descriptions = Texts
    needs_case = fields.Boolean(required=True, metadata={"description": "asks for a collection code"})
    minutes = fields.Integer(required=True)
    max_party = fields.Integer(required=True)
    party_served = fields.String(
        required=True,
        validate=validate.OneOf([served.value for served in PartyServed]),
        metadata={
            "description": "side_by_side: a desk for each person of a party, in one slot; in_a_row: one "
            "desk, as many slots one after another. A service point may do otherwise: ends_at of its free "
            "times counts."
        },
    )
    lead_minutes = fields.Integer(required=True)
    horizon_days = fields.Integer(required=True)


class Services(Answer):
    services = fields.List(fields.Nested(Service), required=True)


class AvailableDay(Answer):
    date = fields.Date(required=True)
    slots = fields.List(fields.Nested(Slot), required=True)


class Availability(Answer):
    days = fields.List(fields.Nested(AvailableDay), required=True)
