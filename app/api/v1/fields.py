"""Fields of requests that take what the contract says and nothing that only looks like it."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from app import clock

YEARS = range(2000, 2200)  # what a calendar can be asked for; beyond it date arithmetic would overflow
MOST_SECONDS = 64
PATTERN = r"^[^\x00-\x1F]*$"  # of one line, as the document tells it
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DIGITS = re.compile(r"-?[0-9]{1,18}")


class Body(Schema):
    """A request's fields; what is not known is left aside, so that a newer client is understood."""

    class Meta:
        unknown = EXCLUDE


class Line(fields.String):
    """A text that every database and every letter can carry: no control characters, no half characters."""

    def __init__(
        self, *, most: int, least: int = 0, among: Iterable[str] = (), metadata: Any = None, **options: Any
    ) -> None:
        allowed = OneOf(list(among)) if among else Length(min=least, max=most)
        told = {**(metadata or {}), **({} if among else {"pattern": PATTERN})}
        super().__init__(validate=allowed, metadata=told, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **more)
        if any(sign < " " or "\ud800" <= sign <= "\udfff" for sign in text):
            raise ValidationError("Not a text of one line.")
        return text


class Whole(fields.Integer):
    """A whole number within bounds; no true, no 2.0, no "2"."""

    def __init__(self, *, least: int, most: int, **options: Any) -> None:
        super().__init__(strict=True, validate=Range(min=least, max=most), **options)

    def _validated(self, value: Any) -> Any:
        if isinstance(value, (bool, str)):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class QueryWhole(Whole):
    """The same, as an address writes it: ASCII digits and nothing else."""

    def _validated(self, value: Any) -> Any:
        if not (isinstance(value, str) and _DIGITS.fullmatch(value)):
            raise self.make_error("invalid", input=value)
        return super()._validated(int(value))


class Moment(fields.Field[datetime]):
    """An instant: ISO 8601 with an offset, given to us in any zone and kept as aware UTC."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any
    ) -> datetime:
        try:
            moment = datetime.fromisoformat(value) if len(value) <= MOST_SECONDS else None
        except (TypeError, ValueError):
            moment = None
        if moment is None or not isinstance(value, str):
            raise ValidationError("Not a time. Write it as 2026-11-24T09:00:00+08:00.")
        if moment.tzinfo is None:
            raise ValidationError("The time needs an offset, as in 2026-11-24T09:00:00+08:00.")
        if moment.year not in YEARS:
            raise ValidationError("The time is out of range.")
        return moment.astimezone(UTC)


class NowOrMoment(Moment):
    """The same, or the word "now"."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any
    ) -> datetime:
        return clock.now() if value == "now" else super()._deserialize(value, attr, data, **more)


class Truth(fields.Boolean):
    """true or false, as an address writes them, and nothing else."""

    truthy = {"true", "1"}  # noqa: RUF012
    falsy = {"false", "0"}  # noqa: RUF012


class Day(fields.Field[date]):
    """A date on the station's calendar, as YYYY-MM-DD."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> date:
        try:
            day = date.fromisoformat(value) if _DAY.fullmatch(value) else None
        except (TypeError, ValueError):
            day = None
        if day is None:
            raise ValidationError("Not a date. Write it as 2026-11-24.")
        if day.year not in YEARS:
            raise ValidationError("The date is out of range.")
        return day
