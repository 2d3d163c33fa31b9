"""Answers sent small: static files packed once and as well as can be, all others quickly.

BREACH guesses a secret of a page by making the reader's browser ask for it many times with words of the
attacker's own in the address, and watching how long the packed answer is. So an answer with something of
the reader's in it, or a form token, is packed only when the reader came from our own pages, from a bookmark
or from a message: a browser says so itself, and another site cannot make it say otherwise.
"""

import gzip
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import brotli
from flask import Flask, Response, current_app, g, request
from flask_compress import Compress

MEDIA_TYPES = (
    "text/html", "text/css", "text/javascript", "text/plain", "text/csv", "text/calendar",
    "application/json", "application/problem+json", "application/geo+json", "image/svg+xml",
)  # fmt: skip
LEAST_BYTES = 500  # below, packing saves nothing
BEST: dict[str, Callable[[bytes], bytes]] = {
    "br": partial(brotli.compress, quality=11),
    "gzip": partial(gzip.compress, compresslevel=9),
}
FROM_HERE = {"same-origin", "none"}  # what Sec-Fetch-Site calls our own pages, and no page at all

_compress = Compress()


def _packed(response: Response) -> Response:
    if request.endpoint == "static":
        return _packed_file(response)
    if _can_be_guessed():
        response.vary.add("Sec-Fetch-Site")
        return response
    packed: Response = _compress.after_request(response)
    return packed


def _can_be_guessed() -> bool:
    """Say whether somebody else may have asked for this answer and can see its length."""
    secret = g.get("personal") or "csrf_token" in g
    return bool(secret) and request.is_secure and request.headers.get("Sec-Fetch-Site") not in FROM_HERE


def _packed_file(response: Response) -> Response:
    encoding = request.accept_encodings.best_match(tuple(BEST), default="")
    if response.mimetype not in MEDIA_TYPES:
        return response
    response.vary.add("Accept-Encoding")
    whole = response.status_code == 200 and "Range" not in request.headers
    if not encoding or not whole or (response.content_length or 0) < LEAST_BYTES:
        return response
    response.close()  # the file itself, of which a packed copy is sent
    response.direct_passthrough = False
    mark = response.get_etag()[0] or ""
    response.set_data(_best(Path(current_app.static_folder or "") / _file_name(), mark, encoding))
    response.headers["Content-Encoding"] = encoding
    response.set_etag(f"{mark}:{encoding}")
    return response.make_conditional(request)  # type: ignore[return-value]


def _file_name() -> str:
    name: str = (request.view_args or {})["filename"]
    return name


@cache
def _best(file: Path, _mark: str, encoding: str) -> bytes:
    return BEST[encoding](file.read_bytes())


def init_app(app: Flask) -> None:
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_STREAMS=False,
        COMPRESS_MIMETYPES=MEDIA_TYPES,
        COMPRESS_MIN_SIZE=LEAST_BYTES,
        COMPRESS_ALGORITHM=list(BEST),
        COMPRESS_BR_LEVEL=5,
    )
    _compress.init_app(app)
    app.after_request(_packed)
