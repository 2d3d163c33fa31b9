"""Answers that a client may ask for again without being sent them again."""

from datetime import datetime

from flask import Response, request


def cached(response: Response, *, changed_at: datetime | None = None) -> Response:
    """Let a client ask whether the answer has changed, by its ETag or by when it changed."""
    if not response.get_etag()[0]:
        response.add_etag()
    if changed_at:
        response.last_modified = changed_at
    response.vary.add("Accept-Language")
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
