"""By which name the service is asked: in production that is PUBLIC_URL's, and no other gets an answer."""

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

from app.settings import Settings

# Asked by whoever watches over a process, by its address.
ANY_NAME = ("healthz", "readyz", "metrics")
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded")
_SEEN = "forwarded_seen"


def init_app(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    if not settings.proxy_hops:
        app.before_request(_note_forwarded)
    if settings.production:
        app.before_request(_refuse_other_names)


def _note_forwarded() -> None:
    """Remember that a proxy speaks of others, though we were told that there is none."""
    if any(name in request.headers for name in FORWARDED):
        current_app.extensions[_SEEN] = True


def is_proxy_unknown() -> bool:
    """Say whether forwarded headers arrive while PROXY_HOPS is 0: then all people have one address."""
    return bool(current_app.extensions.get(_SEEN))


def _refuse_other_names() -> Response | None:
    settings: Settings = current_app.extensions["settings"]
    if request.endpoint in ANY_NAME or _name_of(request.host) == _name_of(
        urlsplit(settings.public_url).netloc
    ):
        return None
    # What was sent is not repeated, and leads nowhere.
    words = "This name is not ours. If you run this service: see PUBLIC_URL and PROXY_HOPS.\n"
    return Response(words, status=421, mimetype="text/plain")


def _name_of(host: str) -> str:
    return host.casefold().removesuffix(":443")
