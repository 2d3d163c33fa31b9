"""The pages that search engines may list, each in every language (sitemaps.org)."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from flask import Blueprint, Response, url_for
from markupsafe import escape

from app.i18n import HTML_LANG
from app.localtext import LANGUAGES
from app.pages import public_base
from app.stations import open_data

LISTED = (
    "locator.home",
    "locator.find",
    "maps.network",
    "pages.contact",
    "pages.accessibility",
    "pages.privacy",
)
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)
MOST_PLACES = 16_000  # in three languages: a sitemap has 50,000 addresses at most

bp = Blueprint("sitemap", __name__)


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    pages = [_where(endpoint) for endpoint in LISTED]
    places = (_where("locator.place", slug=slug) for slug in islice(_slugs(), MOST_PLACES))
    entries = chain.from_iterable(_entries(where) for where in chain(pages, places))
    return Response("".join([HEAD, *entries, "</urlset>\n"]), mimetype="text/xml")


def _slugs() -> Iterator[str]:
    for stations, _verified in open_data.in_parts():
        yield from (station.slug for station in stations)


def _where(endpoint: str, **named: Any) -> dict[str, str]:
    return {
        language: str(escape(public_base() + url_for(endpoint, lang=language, **named)))
        for language in LANGUAGES
    }


def _entries(where: dict[str, str]) -> Iterator[str]:
    """Yield the entries of one page, each of which names all of its languages."""
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{HTML_LANG[language]}" href="{address}"/>'
        for language, address in where.items()
    )
    for address in where.values():
        yield f"<url><loc>{address}</loc>{others}</url>\n"
