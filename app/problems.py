"""Errors as people and programs see them: a page, or application/problem+json (RFC 9457)."""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InternalError, OperationalError
from werkzeug.exceptions import HTTPException

from app.db import end_read
from app.errors import Busy, DomainError, TooManyTries
from app.i18n import HTML_LANG, current_language
from app.wording import sentence

log = logging.getLogger(__name__)

# Written here because Python renames its own from version to version, and codes are made of them.
PHRASES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    408: "Request Timeout",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    415: "Unsupported Media Type",
    416: "Requested Range Not Satisfiable",
    422: "Unprocessable Entity",
    428: "Precondition Required",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def phrase_of(status: int) -> str:
    """Return the phrase of a status; one without its own has that of its class."""
    return PHRASES.get(status) or PHRASES[status // 100 * 100]


def code_of(status: int) -> str:
    """Return the stable code of an HTTP error."""
    return phrase_of(status).replace("-", " ").replace(" ", "_").lower()


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """Return a problem+json answer; `code` is stable, `detail` is for people."""
    body = {"type": "about:blank", "title": phrase_of(status), "status": status, "code": code}
    text = json.dumps({**body, "detail": detail, **more}, ensure_ascii=False)
    response = Response(text, status=status, mimetype="application/problem+json")
    response.content_language.add(HTML_LANG[current_language()])
    return response


def wants_json() -> bool:
    return request.path.startswith("/api/")


def _answer(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    if wants_json():
        response = problem(status, code, detail)
    else:
        response = Response(
            render_template("errors/error.html", status=status, code=code, detail=detail), status
        )
    response.headers.update(headers or {})
    return response


def _refused(error: DomainError) -> Response:
    headers = {}
    if isinstance(error, TooManyTries):
        headers["Retry-After"] = str(error.retry_after)
    elif error.status == 503:
        headers["Retry-After"] = "1"
    return _answer(error.status, error.code, sentence(error), headers)


def _http_error(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    code = "form_expired" if isinstance(error, CSRFError) else code_of(status)
    headers = {"Allow": ", ".join(error.valid_methods or ())} if hasattr(error, "valid_methods") else {}
    return _answer(status, code, error.description or "", headers)


def _failed(error: Exception) -> Response:
    log.error("unhandled error", exc_info=error, extra={"endpoint": request.endpoint})
    return _answer(500, "internal_error", "")


class Storm:
    """Lets one line a second through, which says how many it stands for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next, self._times = 0.0, 0

    def told(self) -> int:
        """Count one more, and return how many a line may tell of now, or 0."""
        with self._lock:
            self._times += 1
            if self._clock() < self._next:
                return 0
            told, self._times, self._next = self._times, 0, self._clock() + 1
            return told


_storm = Storm()


def _database_failed(error: OperationalError | InternalError) -> Response:
    """Answer as for a busy database: it is full, restarting or out of reach, and nothing was kept."""
    told = _storm.told()
    if told:
        why = str(error.orig).strip().partition("\n")[0]
        log.error("database failed: %s", why, extra={"endpoint": request.endpoint, "times": told})
    end_read()
    return _refused(Busy())


def _refuse_nul() -> None:
    """Refuse the one sign that no text has and that PostgreSQL cannot look for; JSON has its own reader."""
    typed = () if wants_json() else request.form.values()
    if any("\0" in text for text in (request.path, *request.args.values(), *typed)):
        abort(400)


def init_app(app: Flask) -> None:
    app.before_request(_refuse_nul)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_failed)
    app.register_error_handler(InternalError, _database_failed)  # psycopg: ended for idling
    app.register_error_handler(Exception, _failed)
