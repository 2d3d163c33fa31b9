"""Security headers of every answer."""

from flask import Flask, Response, g, request

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def _written(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())


_USUAL = _written(POLICY)


def init_app(app: Flask) -> None:
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    # A view may widen one directive, for example for map tiles.
    headers["Content-Security-Policy"] = _written(POLICY | g.csp) if "csp" in g else _USUAL
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer" if g.get("personal") else "same-origin"
    headers["Permissions-Policy"] = "geolocation=(self)"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if g.get("personal"):
        headers["Cache-Control"] = "no-store"
        headers["X-Robots-Tag"] = "noindex, nofollow"
    elif "Cache-Control" not in headers:
        # A page follows language, text size and what is free now: ask again, and keep it for nobody else.
        headers["Cache-Control"] = "private, no-cache"
    return response


def personal() -> None:
    """Mark the answer as somebody's own: stored by no cache, listed by no search engine, no address leaks."""
    g.personal = True
