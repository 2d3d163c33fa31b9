"""Pages that belong to no topic: the language door, accessibility, privacy, contact, display settings."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.i18n import LANGUAGE_PREFIX, current_language, preferred_language
from app.localtext import LANGUAGES
from app.settings import Settings
from app.stations.finding.listing import Question, list_page
from app.web import assets, headers
from app.web.addresses import opens

DISPLAY_COOKIES = {"text": ("larger",), "contrast": ("high",)}
MOST_CONTACTS = 30
SECURITY_TXT_LASTS = timedelta(days=180)
COOKIE_SECONDS = 365 * 24 * 3600

LARGEST_ID = 2**31 - 1

bp = Blueprint("pages", __name__)


class RowNumber(IntegerConverter):
    """A whole number in an address, as large as a row may have; a larger one is no such page."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:  # noqa: A002 - as it is called
        super().__init__(map, *args, **{"max": LARGEST_ID, **options})


@bp.get("/")
def door() -> AnyResponse:
    """Send a newcomer to the pages in the browser's language; it is asked only here."""
    response = redirect(f"/{preferred_language()}/")
    response.headers["Vary"] = "Accept-Language"
    return response


@bp.get(f"{LANGUAGE_PREFIX}/accessibility")
def accessibility() -> str:
    return render_template("pages/accessibility.html")


@bp.get(f"{LANGUAGE_PREFIX}/privacy")
def privacy() -> str:
    settings: Settings = current_app.extensions["settings"]
    return render_template("pages/privacy.html", asks_geocoder=bool(settings.geocoder))


@bp.get(f"{LANGUAGE_PREFIX}/contact")
def contact() -> str:
    listing = list_page(Question(), count=MOST_CONTACTS)
    reachable = [station for station in listing.stations if station.phones]
    return render_template("pages/contact.html", stations=reachable)


@bp.get(f"{LANGUAGE_PREFIX}/display")
def display() -> AnyResponse:
    """Remember larger text or high contrast in this browser, then go back to the page."""
    response = redirect(local_path(request.args.get("back", "")) or f"/{current_language()}/")
    for name, values in DISPLAY_COOKIES.items():
        wish = request.args.get(name)
        if wish in values:
            response.set_cookie(
                name, wish, max_age=COOKIE_SECONDS, samesite="Lax", httponly=True, secure=request.is_secure
            )
        elif wish == "normal":
            response.delete_cookie(name)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/favicon.ico")
def favicon() -> Response:
    return current_app.send_static_file("img/favicon.svg")


@bp.get("/robots.txt")
def robots() -> Response:
    closed = [f"Disallow: {path}" for path in ("/c/", "/g/", "/o/", "/v/", "/w/", "/staff", "/api/")]
    sitemap = f"Sitemap: {public_base()}/sitemap.xml"
    response = Response("\n".join(["User-agent: *", *closed, sitemap, ""]), mimetype="text/plain")
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.get("/.well-known/security.txt")
def security_contact() -> Response:
    """Say where to report a weakness (RFC 9116); there is no such page where no contact is set."""
    contact = current_app.extensions["settings"].security_contact
    if not contact:
        abort(404)
    until = (clock.now() + SECURITY_TXT_LASTS).replace(microsecond=0).isoformat()
    lines = (
        f"Contact: {contact}",
        f"Expires: {until}",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
        f"Canonical: {public_base()}/.well-known/security.txt",
    )
    return Response("\n".join([*lines, ""]), mimetype="text/plain")


def local_path(address: str) -> str | None:
    """Return the address when it is a path on this site; None for anything that leads elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:  # a half-open bracket, as of an IPv6 address
        return None
    elsewhere = parts.scheme or parts.netloc or not address.startswith("/") or address.startswith("//")
    if elsewhere or "\\" in address or any(ord(sign) < 32 for sign in address):
        return None
    return address


def display_classes() -> str:
    """Return the CSS classes of the reader's display settings, for the html element."""
    chosen = (name for name, values in DISPLAY_COOKIES.items() if request.cookies.get(name) in values)
    return " ".join({"text": "larger", "contrast": "contrast"}[name] for name in chosen)


def _lead_on() -> AnyResponse | None:
    """Send who typed an address with capitals, a slash too many or no language to what is meant."""
    path = request.path
    if request.method not in ("GET", "HEAD") or path.startswith("/api/"):
        return None
    if isinstance(request.routing_exception, NotFound):
        meant = next((each for each in _meant_by(path) if each != path and opens(each)), None)
    else:
        slug = str((request.view_args or {}).get("slug", ""))
        meant = path.replace(slug, slug.lower()) if slug != slug.lower() else None
    if meant is None:
        return None
    query = request.query_string.decode("ascii", "replace")
    response = redirect(f"{quote(meant)}?{query}" if query else quote(meant))
    response.headers["Vary"] = "Accept-Language"
    headers.personal()  # the address may be somebody's own
    return response


def _meant_by(path: str) -> Iterator[str]:
    """Yield what an address may stand for; tokens stay as they are for as long as can be."""
    first, *rest = [part for part in path.split("/") if part] or [""]
    for begin, others in ((first, rest), (first.lower(), rest), (first.lower(), [p.lower() for p in rest])):
        whole = "/".join(("", begin, *others))
        yield from (whole, f"{whole}/")
    yield f"/{preferred_language()}{path.rstrip('/').lower()}"


def page_in(language: str) -> str:
    """Return the address of this same page, with the same query, in another language."""
    rule = request.url_rule
    if rule is None or "lang" not in rule.arguments or "GET" not in (rule.methods or ()):
        return f"/{language}/"
    query: dict[str, Any] = request.args.to_dict(flat=False)
    query.pop("lang", None)
    return url_for(rule.endpoint, **{**query, **(request.view_args or {}), "lang": language})


def same_pages() -> dict[str, str]:
    """Return where this page is in each language, for search engines; nothing for what is somebody's own."""
    rule = request.url_rule
    if rule is None or "lang" not in rule.arguments or request.method != "GET" or g.get("personal"):
        return {}
    named = {**(request.view_args or {})}
    return {
        language: public_base() + url_for(rule.endpoint, **{**named, "lang": language})
        for language in LANGUAGES
    }


def public_base() -> str:
    """Return the beginning of an address by which we are reached from anywhere."""
    settings: Settings = current_app.extensions["settings"]
    return settings.public_url.rstrip("/")


def this_page() -> str:
    """Return this page's path and query, to come back to; the home page when it cannot be got again."""
    if request.method != "GET" or request.url_rule is None:
        return f"/{current_language()}/"
    return request.full_path.rstrip("?")


def init_app(app: Flask) -> None:
    assets.init_app(app)
    app.url_map.converters["int"] = RowNumber
    app.register_blueprint(bp)
    app.before_request(_lead_on)
    app.jinja_env.globals.update(
        display_classes=display_classes,
        page_in=page_in,
        this_page=this_page,
        same_pages=same_pages,
        help_phone=app.extensions["settings"].help_phone,
    )
