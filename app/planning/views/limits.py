"""Notice, horizon, cut-off, visits of one person, parties: for all, a station, a service, or one at one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.accounts.models import Role
from app.db import transact
from app.errors import NotFound
from app.staff.frame import frame
from app.staff.permissions import get_member, requires
from app.stations import limits, queries
from app.stations.limits import Limits, LimitsChange, Rule
from app.stations.models import Service, Station
from app.stations.party import PartyServed, PartyServedUnknown, read_party_served
from app.wording import sentence

bp = Blueprint("staff_limits", __name__, template_folder="../templates", url_prefix="/staff")
bp.context_processor(frame)

MOST = {
    "lead_minutes": 60 * 24 * 60,
    "horizon_days": 366,
    "cutoff_minutes": 60 * 24 * 14,
    "contact_visits": 999,
    "case_share": 100,
    "unproved_share": 100,
}
LEAST = {
    "lead_minutes": 0,
    "horizon_days": 1,
    "cutoff_minutes": 0,
    "contact_visits": 1,
    "case_share": 0,
    "unproved_share": 0,
}
LABELS = {
    "lead_minutes": _l("Shortest notice, in minutes"),
    "horizon_days": _l("Days ahead that can be booked"),
    "cutoff_minutes": _l("Minutes before the visit until which people can change it"),
    "contact_visits": _l("Visits ahead that one address or phone number may hold"),
    "case_share": _l("Share of a day's desks kept for services with a collection code, in percent"),
    "unproved_share": _l("Share of a day's desks from which new visits are provisional, in percent"),
}
PARTY = "party_served"
OF_A_SERVICE = ("lead_minutes", "horizon_days", PARTY)  # what the service itself says, if nobody else does
PARTIES = {
    PartyServed.SIDE_BY_SIDE: _l("Side by side: each has a desk, all at the same time"),
    PartyServed.IN_A_ROW: _l("One after another at one desk: the visit is longer"),
}


@dataclass
class LimitsForm:
    """The figures and the choice as sent; an empty one is decided by a wider rule."""

    values: dict[str, str]
    errors: list[tuple[str, str]] = field(default_factory=list)
    limits: Limits | None = None

    @classmethod
    def shown(cls, found: Limits) -> "LimitsForm":
        said = {name: getattr(found, name) for name in (*MOST, PARTY)}
        return cls({name: "" if value is None else str(value) for name, value in said.items()})

    @classmethod
    def typed(cls) -> "LimitsForm":
        form = cls({name: request.form.get(name, "").strip()[:20] for name in (*MOST, PARTY)})
        read, served = {name: form._read(name) for name in MOST}, form._read_party()
        if not form.errors:
            form.limits = Limits(**read, party_served=served)
        return form

    def _read_party(self) -> PartyServed | None:
        try:
            return read_party_served(self.values[PARTY])
        except PartyServedUnknown as refusal:
            self.errors.append((PARTY, sentence(refusal)))
            return None

    def _read(self, name: str) -> int | None:
        text = self.values[name]
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) < 9 and LEAST[name] <= int(text) <= MOST[name]:
            return int(text)
        words = _("%(label)s: enter a number from %(least)s to %(most)s, or nothing.", label=LABELS[name],
                  least=LEAST[name], most=MOST[name])  # fmt: skip
        self.errors.append((name, words))
        return None


@bp.get("/limits")
@requires(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    station, service = _scope(request.args.get("station", ""), request.args.get("service", ""))
    own = limits.read_own(station.id if station else None, service.id if service else None)
    return _page(LimitsForm.shown(own), station, service)


@bp.post("/limits")
@requires(Role.ADMINISTRATOR)
def change() -> ResponseReturnValue:
    slug, code = request.form.get("station", ""), request.form.get("service", "")
    station, service = _scope(slug, code)
    form = LimitsForm.typed()
    if form.limits is None:
        return _page(form, station, service), 422
    ids = (station.id if station else None, service.id if service else None)
    transact(limits.save, LimitsChange(*ids, form.limits, get_member().username), now=clock.now())
    flash(_("The limits are saved. They count for new bookings from now on."))
    return redirect(url_for(".show", station=slug or None, service=code or None), 303)


def _scope(slug: str, code: str) -> tuple[Station | None, Service | None]:
    """Return the station and the service by name, None for all of them. Raises NotFound."""
    if not (slug + code).isprintable():
        raise NotFound
    return queries.get_station(slug) if slug else None, queries.get_service(code) if code else None


def _page(form: LimitsForm, station: Station | None, service: Service | None) -> str:
    rules = limits.read_rules()
    scope = (station.id if station else None, service.id if service else None)
    wider = limits.resolve(limits.applying([rule for rule in rules if rule[0] != scope], *scope))
    base = {name: getattr(service, name) for name in OF_A_SERVICE} if service else {}
    otherwise = {
        f.name: value if (value := getattr(wider, f.name)) is not None else base.get(f.name)
        for f in fields(Limits)
    }
    stations, services = queries.list_stations(), queries.list_services()
    return render_template(
        "planning/limits.html",
        form=form,
        errors=form.errors,
        station=station,
        service=service,
        stations=stations,
        services=services,
        rules=list(_named(rules, stations, services)),
        labels=LABELS,
        parties=PARTIES,
        otherwise=otherwise,
    )


def _named(
    rules: Sequence[Rule], stations: Sequence[Station], services: Sequence[Service]
) -> Iterator[tuple[Station | None, Service | None, Limits]]:
    """Yield the rules with what they are for, None for all; those of a retired station are left out."""
    places: dict[int | None, Station | None] = {None: None, **{place.id: place for place in stations}}
    offered: dict[int | None, Service | None] = {None: None, **{one.id: one for one in services}}
    for (station_id, service_id), said in rules:
        if station_id in places:
            yield places[station_id], offered[service_id], said
