"""What a person is choosing a time for, found from the session and the address."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import abort, redirect, url_for

from app import clock
from app.appointments import queries
from app.appointments.availability.agenda import FreeTime, offers_of
from app.appointments.availability.free_times import soonest_of_days
from app.appointments.availability.reach import Reach, reach_of
from app.appointments.entry import session as journey
from app.appointments.models import Appointment, Hold
from app.appointments.states import Status
from app.cases.models import Case, VisitItem, VisitItemKind
from app.cases.readiness import Readiness, readiness
from app.db import db
from app.errors import DomainError
from app.stations import queries as stations
from app.stations.finding.listing import Question, list_page
from app.stations.finding.wanted import Wanted
from app.stations.models import Service, Station

COLLECT, BOOK = "collect", "book"
MOST_PLACES = 30


@dataclass(frozen=True, slots=True)
class Errand:
    """A service, the places that offer it in published order, and for whom or for which visit."""

    kind: str
    service: Service
    places: list[Station]
    home: Station
    case: Case | None = None
    moving: Appointment | None = None
    fields: dict[str, Any] = field(default_factory=dict)  # what its forms and links carry along
    reach: Mapping[int, Reach] = field(default_factory=dict)  # of a case's papers, by station
    people: int = 1  # who come together

    @property
    def asks_people(self) -> bool:
        """Say whether one may come with others: permits are handed to one person, a visit keeps its party."""
        return self.kind == BOOK and self.moving is None and self.service.max_party > 1

    def fitting(self, offers: Iterable[FreeTime]) -> list[FreeTime]:
        """Return the times at which the papers are there; of them those in time, if there are any.

        The time that a visit has already is none to move it to.
        """
        there = [offer for offer in offers if self.is_possible(offer)]
        in_time = [offer for offer in there if not self.is_late(offer)]
        return in_time or there

    def is_possible(self, offer: FreeTime) -> bool:
        """Say whether the papers are there by then, and the visit is not at this very time already."""
        reach, had = self.reach.get(offer.station.id), self.moving
        there = reach is None or offer.starts >= reach.earliest
        return there and (had is None or (had.station_id, had.starts_at) != (offer.station.id, offer.starts))

    def is_late(self, offer: FreeTime) -> bool:
        """Say whether the time is past the day before which the case is to be collected."""
        reach = self.reach.get(offer.station.id)
        return reach is not None and reach.is_late(offer.starts)


def get_errand(kind: str, given: Mapping[str, str]) -> Errand:
    """Return what the person is here for, or send them to the page where that is settled."""
    return _collection(given) if kind == COLLECT else _open_service(given)


def _collection(given: Mapping[str, str]) -> Errand:
    case = journey.find_case()
    if case is None:
        abort(redirect(url_for(".enter_code", lost=1), 303))
    live = queries.find_live_for_case(case.id)
    if live is None and readiness(case) is not Readiness.READY:
        abort(redirect(url_for(".collect"), 303))
    service = db.session.get_one(Service, case.visit_type.service_id)
    reach = reach_of(case, now=clock.now())
    home = live.station if live else db.session.get(Station, case.papers_station_id or 0)
    offered = places_of(service, around=_asked_for(given) or home)
    places = [station for station in offered if station.id in reach or station is home]
    chosen = _chosen(places, given) or (home if home in places else None)
    movable = _movable(live)
    people = live.party_size if live else 1
    return Errand(
        COLLECT, service, places, chosen or _first(places), case, movable, reach=reach, people=people
    )


def _open_service(given: Mapping[str, str]) -> Errand:
    visit = journey.find_visit() if given.get("move") else None
    code = visit.service.code if visit else given.get("service", "")
    if not code:
        kept = journey.find_hold()
        code = kept.service.code if kept else ""
    if not code:
        abort(redirect(url_for(".collect"), 303))
    service = stations.get_service(code)
    if service.needs_case:
        abort(redirect(url_for(".collect"), 303))
    places = places_of(service, around=_asked_for(given) or (visit.station if visit else None))
    home = _chosen(places, given) or (visit.station if visit and visit.station in places else None)
    people = visit.party_size if visit else _people(given.get("people", ""), service)
    fields: dict[str, Any] = {"service": service.code}
    if visit:
        fields["move"] = "1"
    elif people > 1:
        fields["people"] = people
    return Errand(BOOK, service, places, home or _first(places), None, _movable(visit), fields, people=people)


def _people(typed: str, service: Service) -> int:
    """Return how many come together, as the address says: one, unless it is a number that one may be."""
    asked = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 1
    return asked if 1 <= asked <= service.max_party else 1


def places_of(service: Service, *, around: Station | None = None) -> list[Station]:
    """Return the places that offer a service in published order; of a large network those around one."""
    listing = list_page(Question(Wanted(service.id), around), count=MOST_PLACES)
    return sorted(listing.stations, key=lambda station: (station.number, station.id))


def _asked_for(given: Mapping[str, str]) -> Station | None:
    with suppress(DomainError):  # whatever is wrong with it, the page is there
        return stations.get_station(given["place"]) if given.get("place") else None
    return None


def _chosen(places: list[Station], given: Mapping[str, str]) -> Station | None:
    return next((station for station in places if station.slug == given.get("place")), None)


def _first(places: list[Station]) -> Station:
    if not places:
        abort(404)
    return places[0]


def _movable(visit: Appointment | None) -> Appointment | None:
    return visit if visit and visit.status == Status.BOOKED else None


def soonest_offers(
    errand: Errand, *, count: int, now: datetime, place: Station | None = None
) -> list[FreeTime]:
    """Return the first free time of each of the next days at the errand's place."""
    station = place or errand.home
    free = soonest_of_days(
        station,
        errand.service,
        count=count,
        now=now,
        party_size=errand.people,
        fits=lambda starts_at: errand.is_possible(FreeTime(station, starts_at)),
    )
    return errand.fitting(offers_of(station, free))


def soonest_elsewhere(errand: Errand, *, count: int, now: datetime) -> list[FreeTime]:
    """Return the first free times at the other places, for when this one has none."""
    offers = [
        offer
        for station in errand.places
        if station is not errand.home
        for offer in soonest_offers(errand, count=count, now=now, place=station)
    ]
    return sorted(offers, key=lambda offer: offer.starts)[:count]


def errand_of_hold(kept: Hold) -> Errand:
    """Return the errand a hold belongs to, at the hold's place."""
    given = {
        "service": kept.service.code,
        "place": kept.station.slug,
        "people": str(kept.party_size),
    }
    if kept.appointment_id:
        given["move"] = "1"
    return get_errand(kind_of(kept), given)


def kind_of(owner: Hold | Appointment) -> str:
    return COLLECT if owner.case_id else BOOK


def papers_of(case: Case | None) -> list[VisitItem]:
    return items_of(case, VisitItemKind.PAPER)


def items_of(case: Case | None, kind: VisitItemKind) -> list[VisitItem]:
    return [item for item in case.visit_type.items if item.kind == kind] if case else []
