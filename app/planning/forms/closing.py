"""The form with which service points are closed at once: a typhoon, no power, an emergency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.interval import Interval
from app.localtext import LocalText
from app.planning.edits import ClosureEdit
from app.planning.forms.periods import ClosureForm, typed_reason
from app.stations.hours.opening_hours import ClosedInterval
from app.stations.models import Station
from app.typed import read_number

# Ready in all languages, so that nobody has to write while the wind rises. Any other can be typed.
REASONS = {
    "typhoon": LocalText("typhoon", "台风", "тайфун"),
    "power": LocalText("power cut", "停电", "нет электричества"),
    "network": LocalText("computer failure", "系统故障", "сбой компьютеров"),
    "emergency": LocalText("emergency", "突发事件", "чрезвычайная ситуация"),
}
SPANS = {
    "now": _l("From now until the end of today"),
    "morning": _l("Tomorrow morning, until 13:00"),
    "afternoon": _l("Tomorrow afternoon, from 13:00"),
    "tomorrow": _l("All day tomorrow"),
    "other": _l("Other times:"),
}
NOON = time(13)
EVERYWHERE = "all-of-them"  # in place of a slug


@dataclass
class CloseForm:
    """Which stations, when, why; as typed, and what it comes to."""

    stations: Sequence[Station]
    chosen: set[str]
    span: str = "now"
    cause: str = "typhoon"
    times: ClosureForm = field(default_factory=ClosureForm.blank)
    versions: Mapping[str, int] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    edits: list[tuple[Station, ClosureEdit]] = field(default_factory=list)

    @classmethod
    def blank(cls, slug: str, stations: Sequence[Station], *, now: datetime) -> "CloseForm":
        known = {station.slug for station in stations}
        chosen = {slug} & known or ({stations[0].slug} if len(stations) == 1 else set())
        return cls(stations, chosen, versions={s.slug: s.plan_version for s in stations})

    @classmethod
    def typed(cls, typed: Any, stations: Sequence[Station], *, now: datetime) -> "CloseForm":
        """Return the form as sent; `edits` has a closure for each station unless there are `errors`."""
        chosen = set(typed.getlist("station"))
        form = cls(
            stations,
            {station.slug for station in stations if station.slug in chosen or EVERYWHERE in chosen},
            typed.get("span", "") if typed.get("span") in SPANS else "now",
            typed.get("cause", "")[:20],
            versions={s.slug: typed.get(f"version-{s.slug}", 0, type=read_number) for s in stations},
        )
        form._read(typed, now)
        return form

    def seen_version(self, station: Station) -> int:
        return self.versions[station.slug]

    def look_again(self, stations: Sequence[Station]) -> None:
        """Take the plans as they are now for those that were seen."""
        self.versions = {station.slug: station.plan_version for station in stations}

    def _read(self, typed: Mapping[str, str], now: datetime) -> None:
        if not self.chosen:
            self.errors.append(("station-0", _("Choose at least one service point.")))
        reason = REASONS.get(self.cause) or LocalText.from_dict(typed_reason(typed))
        self.times = ClosureForm(
            {name: typed.get(name, "").strip()[:20] for name in ClosureForm.NAMES}, typed_reason(typed)
        )
        if not reason:
            self.errors.append(("close-reason-en", _("Write the reason in one language at least.")))
        for station in self.stations:
            if station.slug in self.chosen and not self.errors:
                interval = self._interval(typed, ZoneInfo(station.timezone), now)
                if interval:
                    self.edits.append((station, ClosureEdit(ClosedInterval(interval, reason))))

    def _interval(self, typed: Mapping[str, str], zone: ZoneInfo, now: datetime) -> Interval | None:
        if self.span != "other":
            return span_of(self.span, zone, now=now)
        read = ClosureForm.typed(typed, zone=zone, now=now, needs_reason=False)
        self.errors += read.errors
        return read.edit.closure.interval if read.edit else None


def span_of(name: str, zone: ZoneInfo, *, now: datetime) -> Interval:
    """Return the stretch of time that one of the ready choices means on this clock."""
    today = now.astimezone(zone).date()

    def at(day_offset: int, clock: time = time()) -> datetime:
        return datetime.combine(today + timedelta(days=day_offset), clock, zone).astimezone(now.tzinfo)

    return {
        "morning": Interval(at(1), at(1, NOON)),
        "afternoon": Interval(at(1, NOON), at(2)),
        "tomorrow": Interval(at(1), at(2)),
    }.get(name, Interval(now, at(1)))
