"""The first page, the search for the nearest point, one point, and the card for the taxi driver."""

import json
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, render_template, request, url_for
from markupsafe import Markup

from app import clock
from app.appointments.availability.free_times import soonest_of_days
from app.appointments.availability.rules import days_ahead
from app.geocoding import unknown
from app.i18n import LANGUAGE_PREFIX, current_language, text
from app.locator import correction_views, linked_data, links, sitemap, widget, wording
from app.locator.asked import MOST_PAGES, NETWORK_ZONE, PointSearch
from app.locator.finding import ON_A_PAGE, find_points, first_points
from app.locator.hours import coming_days
from app.locator.points import ListedPoint, first_service, notices, state_of
from app.qr import qr_picture
from app.stations.finding.search import name_index
from app.stations.geography.suggesting import suggest
from app.stations.hours.plans import plan_of
from app.stations.models import Service, Station
from app.stations.photos import get_published, photo_answer, size_of
from app.stations.queries import get_station, list_services

TIMES_SHOWN = 3
FOR_EMPLOYERS = "recruitment-advice"  # the one open service that employers come for

bp = Blueprint("locator", __name__, template_folder="templates")


@bp.get(f"{LANGUAGE_PREFIX}/")
def home() -> str:
    points, more = first_points(now=clock.now())
    open_services = [service for service in list_services() if not service.needs_case]
    return render_template(
        "locator/home.html",
        points=points,
        more=more,
        notices=notices(points),
        services=[service for service in open_services if service.code != FOR_EMPLOYERS],
        employer_services=[service for service in open_services if service.code == FOR_EMPLOYERS],
    )


@bp.get(f"{LANGUAGE_PREFIX}/find")
def find() -> tuple[str, int]:
    now = clock.now()
    search = PointSearch.parse(request.args)
    answer = find_points(search, now=now)
    refused = answer.refusal not in ("", "place_ambiguous")
    if answer.refusal == "place_unknown" and search.near:
        unknown.note(search.near, address=request.remote_addr or "", now=now)
    page = render_template(
        "locator/find.html",
        search=search,
        answer=answer,
        services=list_services(),
        errors=refused,
        refusal=wording.refusal_words(answer, search.near or search.place),
        question=wording.question_words(answer, search.near or search.place),
        today=now.astimezone(NETWORK_ZONE).date(),
        find_languages=wording.HELP_LANGUAGES,
        ON_A_PAGE=ON_A_PAGE,
        MOST_PAGES=MOST_PAGES,
    )
    return page, HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK


@bp.get(f"{LANGUAGE_PREFIX}/suggest")
def suggestions() -> Response:
    """Return the places whose names begin as the text does, for the box that asks where people are."""
    found = suggest(name_index(), request.args.get("q", ""))
    body = [{"name": text(one.name), "slug": one.slug, "more": wording.beside_name(one)} for one in found]
    response = Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")
    response.cache_control.private = True
    response.cache_control.max_age = 300
    return response


@bp.get(f"{LANGUAGE_PREFIX}/places/<slug>")
def place(slug: str) -> str:
    return place_page(get_station(slug), now=clock.now())


def place_page(station: Station, *, now: datetime, photo_route: str = "locator.photo") -> str:
    """Return the page of one point, which may be a draft that no table has."""
    service = _chosen_service(station)
    point = _point(station, service, now=now)
    times = soonest_of_days(station, service, count=TIMES_SHOWN, now=now) if service else []
    public = links.public_links(station, service)
    plan, language = plan_of(station), current_language()
    return render_template(
        "locator/place.html",
        station=station,
        point=point,
        service=service,
        services=sorted((o.service for o in station.offers), key=lambda s: s.position),
        times=[slot.interval.start for slot in times],
        days_ahead=days_ahead(station, service) if service else 0,
        hours=coming_days(plan, point.today),
        linked_data=linked_data.office(station, plan, public, language=language, today=point.today),
        permalink=public.page,
        qr=_printed_code(public.page, text(station.name)),
        facts={fact.field: fact for fact in station.facts},
        checked_on=max((f.checked_on for f in station.facts if f.checked_on), default=None),
        photo=_photo(station, photo_route),
        is_draft=photo_route != "locator.photo",
    )


def _photo(station: Station, route: str) -> dict[str, Any] | None:
    """Return where the photo is and how large, so that the page does not jump when it comes."""
    size = size_of(station)
    if size is None or not station.photo:
        return None
    where: dict[str, Any] = {"slug": station.slug} if route != "locator.photo" else {}
    return {"address": url_for(route, digest=station.photo, **where), "width": size[0], "height": size[1]}


@bp.get("/photos/<digest>.webp")
def photo(digest: str) -> Response:
    return photo_answer(get_published(digest))


@bp.get(f"{LANGUAGE_PREFIX}/places/<slug>/taxi")
def taxi(slug: str) -> str:
    return render_template("locator/taxi.html", station=get_station(slug))


@lru_cache(maxsize=1024)
def _printed_code(address: str, label: str) -> Markup:
    """Return the page's address as a picture; drawing it takes longer than all the rest of the page."""
    return qr_picture(address, label)


def _chosen_service(station: Station) -> Service | None:
    """Return the service asked for, if this station offers it, else its first."""
    wanted = request.args.get("service", "")
    offered = {offer.service.code: offer.service for offer in station.offers}
    return offered.get(wanted) or first_service(station)


def _point(station: Station, service: Service | None, *, now: datetime) -> ListedPoint:
    return ListedPoint(station, state_of(station, now=now), now, service, None)


def init_app(app: Flask) -> None:
    for blueprint in (bp, correction_views.bp, widget.bp, sitemap.bp):
        app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        door_words=wording.door_words,
        opening_words=wording.opening_words,
        filter_words=wording.filter_words,
        distance_words=wording.distance_words,
        length_words=wording.length_words,
        order_words=wording.order_words,
        day_note=wording.day_note,
        language_names=wording.language_names,
        confidence_words=lambda confidence: wording.CONFIDENCE.get(confidence, ""),
        booking_link=links.booking_link,
        directions=links.directions,
        knows_door=links.knows_door,
    )
