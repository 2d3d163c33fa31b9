"""POST /api/hooks/texts: a text message from a person, handed over by a provider or its gateway."""

from datetime import timedelta
from typing import Any

from flask import abort, jsonify
from flask.typing import ResponseReturnValue

from app import clock, throttle
from app.callbacks.blueprint import bp
from app.callbacks.signed import read_signed
from app.db import transact
from app.notifications import contacts
from app.replies import operations
from app.replies.operations import NewText

MOST_SIGNS = 1000
MOST_ID = 80
WINDOW = timedelta(hours=1)
MOST_IN_WINDOW = 10  # of one number: an answering machine must not talk with us all night


@bp.post("/texts")
def texts() -> ResponseReturnValue:
    new = _read(read_signed("text_hook_secret"))
    if _too_many(new.phone):
        return jsonify(answer="ignored")
    return jsonify(answer=transact(operations.take, new, now=clock.now()).answer)


def _read(body: dict[str, Any]) -> NewText:
    """Read `id`, `from` and `text`. The id is the provider's, the same when it hands a text over again."""
    found = [body.get(name) for name in ("id", "from", "text")]
    if not all(isinstance(text, str) and "\0" not in text for text in found):
        abort(400)
    number, phone, text = map(str, found)
    if not 0 < len(number) <= MOST_ID or not 0 < len(phone) <= 40:
        abort(400)
    return NewText(number, phone, text[:MOST_SIGNS])


def _too_many(phone: str) -> bool:
    key, now = f"texts-from:{contacts.index_of(phone)}", clock.now()
    return transact(throttle.count, key, window=WINDOW, now=now) > MOST_IN_WINDOW
