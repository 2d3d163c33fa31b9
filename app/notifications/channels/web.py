"""One HTTP request to a provider, with an end: whatever goes wrong becomes a DeliveryError."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

from app.notifications.letter import DeliveryError

MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A provider's answer; `json` is empty when the body is no JSON object."""

    status: int
    json: dict[str, Any]


class Web:
    """Keeps connections for a batch. No redirects, no tries of its own: both would send twice."""

    def __init__(self, timeout: float) -> None:
        # `total` is for the whole request: the lease of a message counts on that.
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(total=timeout), retries=False, maxsize=1)

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> HttpAnswer:
        """Return the answer. Raises DeliveryError when there is none, or it is a 5xx or 429."""
        try:
            answer = self._pool.request(
                "POST", url, headers=dict(headers), body=body, redirect=False, preload_content=False
            )
            content = answer.read(MOST_BYTES, decode_content=True)
            answer.release_conn()
        except (HTTPError, OSError, ValueError) as error:
            raise DeliveryError(f"no answer: {type(error).__name__}") from None
        found = HttpAnswer(answer.status, _object(content))
        if answer.status >= 500 or answer.status == 429:
            code = found.json.get("Code", "")
            raise DeliveryError(f"{answer.status} {code}"[:100].strip())
        return found

    def close(self) -> None:
        self._pool.clear()


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
