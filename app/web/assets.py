"""Addresses of our own static files, marked by their contents so that browsers may keep them for long."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

YEAR_SECONDS = 365 * 24 * 3600


def asset_url(filename: str) -> str:
    """Return the address of a file under static/, changing whenever its contents change."""
    return url_for("static", filename=filename, v=_mark(Path(current_app.static_folder or ""), filename))


@cache
def _mark(folder: Path, filename: str) -> str:
    return hashlib.sha256((folder / filename).read_bytes()).hexdigest()[:10]


def _keep_marked_files(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code in {200, 304}:
        response.cache_control.public = True
        response.cache_control.no_cache = None
        response.cache_control.max_age = YEAR_SECONDS
        response.cache_control.immutable = True
    return response


def init_app(app: Flask) -> None:
    app.jinja_env.globals["asset_url"] = asset_url
    app.after_request(_keep_marked_files)
