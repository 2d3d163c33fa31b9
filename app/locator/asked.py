"""What a person asked of the search for service points, read from the address of the page."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from app.localtext import LANGUAGES
from app.stations.geography.names import LONGEST_TEXT
from app.stations.geography.places import LONGEST_TYPED, DatumUnknown, with_datum

NETWORK_ZONE = ZoneInfo("Asia/Shanghai")  # of times that are typed for the whole network
YEARS = range(2000, 2200)
MOST_PAGES = 99


class Opened(StrEnum):
    """Whether a door must be open, and when."""

    ANY = ""
    NOW = "now"
    AT = "at"


class MomentUnreadable(ValueError):
    """The typed day and time are none."""


@dataclass(frozen=True, slots=True)
class PointSearch:
    """What a person asked: `near` as typed, `place` a slug chosen from a list, `service` a code.

    `datum` is of coordinates in `near`; it is empty when `near` itself says it. `open_at` is as typed.
    """

    near: str = ""
    place: str = ""
    service: str = ""
    datum: str = ""
    lang_help: str = ""
    step_free: bool = False
    opened: Opened = Opened.ANY
    open_at: str = ""
    page: int = 1
    asked: bool = False

    @classmethod
    def parse(cls, args: Mapping[str, Any]) -> "PointSearch":
        names = ("near", "place", "service", "datum", "lang_help", "open_at")
        given = {name: str(args.get(name, "")).strip()[:LONGEST_TEXT] for name in names}
        given["near"] = str(args.get("near", "")).strip()[:LONGEST_TYPED]
        with suppress(DatumUnknown):
            given["near"], given["datum"] = with_datum(given["near"], given["datum"]), ""
        if given["lang_help"] not in LANGUAGES:
            given["lang_help"] = ""
        return cls(
            **given,
            step_free=bool(args.get("step_free")),
            opened=_opened(str(args.get("open", "")), given["open_at"]),
            page=_page(str(args.get("page", ""))),
            asked="near" in args,
        )

    @property
    def filtered(self) -> bool:
        """Whether more than the service narrows the list."""
        return bool(self.lang_help or self.step_free or self.opened)

    def moment(self, now: datetime) -> datetime | None:
        """Return when the door must be open. Raises MomentUnreadable."""
        if self.opened is Opened.AT:
            return _typed_moment(self.open_at)
        return now if self.opened is Opened.NOW else None

    def moment_or_none(self) -> datetime | None:
        """Return the typed moment; None when it cannot be read."""
        with suppress(MomentUnreadable):
            return _typed_moment(self.open_at)
        return None

    def link(self, **changes: Any) -> dict[str, Any]:
        """Return what an address needs to ask the same again, but for the changes."""
        asked = {**asdict(self), **changes}
        asked["open"] = asked.pop("opened")
        asked.pop("asked")
        if asked["open"] != Opened.AT:
            asked["open_at"] = ""
        asked["page"] = asked["page"] if asked["page"] > 1 else ""
        asked["step_free"] = "1" if asked["step_free"] else ""
        return {name: str(value) for name, value in asked.items() if value}

    def unfiltered(self) -> dict[str, Any]:
        """Return the same for the same place without any filter."""
        return self.link(service="", lang_help="", step_free=False, opened=Opened.ANY, page=1)


def _opened(word: str, open_at: str) -> Opened:
    if word == Opened.NOW:
        return Opened.NOW
    return Opened.AT if open_at or word == Opened.AT else Opened.ANY


def _page(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 1
    return min(max(number, 1), MOST_PAGES)


def _typed_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise MomentUnreadable from None
    if moment.tzinfo is not None or moment.year not in YEARS:
        raise MomentUnreadable
    return moment.replace(tzinfo=NETWORK_ZONE).astimezone(UTC)
