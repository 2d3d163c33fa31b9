"""A secret shared with a provider, and requests signed with it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from app.notifications import signature

SECRET = "shared with the provider, long enough"


@pytest.fixture
def shared_secret(app: Flask) -> Iterator[str]:
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"hook_secret": SECRET})
    yield SECRET
    app.extensions["settings"] = settings


@pytest.fixture
def tell(client: Any, clock: Any, shared_secret: str) -> Callable[..., Any]:
    """Send a signed request; any part of it can be made wrong."""

    def post(path: str, body: Any, *, secret: str = SECRET, signed_at: Any = None, **more: Any) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        header = signature.sign(secret, content, now=signed_at or clock.now())
        headers = {signature.HEADER: header, **more}
        return client.post(path, data=content, headers=headers, content_type="application/json")

    return post
