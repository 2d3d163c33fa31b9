"""Reading a signed request: nothing in it is looked at before its signature is right."""

import json
from typing import Any

from flask import abort, current_app, request

from app import clock
from app.notifications import signature
from app.settings import Settings

MOST_BYTES = 256 * 1024


def read_signed(own: str = "hook_secret") -> dict[str, Any]:
    """Return the JSON object of a request signed with the hook's own secret, or with HOOK_SECRET without one.

    Raises SignatureWrong; 404 while there is no secret.
    """
    settings: Settings = current_app.extensions["settings"]
    secret = getattr(settings, own) or settings.hook_secret
    if not secret:
        abort(404)
    if (request.content_length or 0) > MOST_BYTES:
        abort(413)
    body = request.get_data()
    header = request.headers.get(signature.HEADER, "")
    signature.check(secret, header, body, now=clock.now())
    try:
        found = _whole(json.loads(body))
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(found, dict):
        abort(400)
    return found


def _whole(found: Any) -> Any:
    """Return what was read with a question mark for each half of a sign: no database keeps such a half.

    JSON can name one, and a provider that cuts a long text may leave one at its end.
    """
    return json.loads(json.dumps(found, ensure_ascii=False).encode(errors="replace"))
