"""Which addresses of ours open a page."""

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


def opens(path: str) -> bool:
    """Say whether a GET of this path is for a page, without being led on."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except (RequestRedirect, HTTPException):
        return False
    return True
