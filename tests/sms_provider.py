"""A stand-in for a provider of text messages, as documented: it checks signatures and answers in turn.

It speaks Alibaba Cloud's `SendSms` and `QuerySendDetails`, and takes our own signed requests at /hook.
"""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

KEY_ID, SECRET = "test-key-id", "test-key-secret"
OK = {"Code": "OK", "Message": "OK", "RequestId": "R", "BizId": "900619746936498440^0"}


@dataclass
class Provider:
    """What it has taken, and what it answers next: a function of the request, or a status and a body."""

    taken: list[dict[str, str]] = field(default_factory=list)
    answers: list[Callable[["Handler", dict[str, str]], None]] = field(default_factory=list)
    asked: int = 0
    nonces: set[str] = field(default_factory=set)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def keys(self) -> list[str]:
        return [each["OutId"] for each in self.taken]


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        if parts.path == "/hook":
            self._take(json.loads(body), {"status": "taken"})
            return
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        trouble = self._trouble(parts.query)
        if trouble:
            self.answer(400, {"Code": trouble, "Message": "", "RequestId": "R"})
        elif self.headers["x-acs-action"] == "QuerySendDetails":
            self.answer(200, self._details(asked))
        else:
            self._take(asked, OK)

    def _take(self, asked: dict[str, Any], answer: dict[str, str]) -> None:
        if self.provider.answers:
            self.provider.answers.pop(0)(self, asked)
            return
        self.provider.taken.append(asked)
        self.answer(200, answer)

    def _details(self, asked: dict[str, str]) -> dict[str, Any]:
        self.provider.asked += 1
        found = [
            {"OutId": each["OutId"], "PhoneNum": each["PhoneNumbers"], "SendStatus": 3}
            for each in self.provider.taken
            if each["PhoneNumbers"] == asked["PhoneNumber"]
        ]
        return {"Code": "OK", "TotalCount": len(found), "SmsSendDetailDTOs": {"SmsSendDetailDTO": found}}

    def _trouble(self, query: str) -> str:
        """Check the request as the documentation of the signature says, by code of its own."""
        given = dict(part.split("=", 1) for part in self.headers["Authorization"].split(" ", 1)[1].split(","))
        names = given["SignedHeaders"].split(";")
        at = datetime.fromisoformat(self.headers["x-acs-date"])
        if given["Credential"] != KEY_ID:
            return "InvalidAccessKeyId.NotFound"
        if self.headers["x-acs-signature-nonce"] in self.provider.nonces:
            return "SignatureNonceUsed"
        if abs(datetime.now(UTC) - at) > timedelta(minutes=15):
            return "InvalidTimeStamp.Expired"
        self.provider.nonces.add(self.headers["x-acs-signature-nonce"])
        pairs = sorted(parse_qsl(query, keep_blank_values=True))
        canonical = "\n".join(
            [
                "POST",
                "/",
                "&".join(f"{quote(name, '-_.~')}={quote(value, '-_.~')}" for name, value in pairs),
                *(f"{name}:{self.headers[name].strip()}" for name in names),
                "",
                given["SignedHeaders"],
                self.headers["x-acs-content-sha256"],
            ]
        )
        text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
        right = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
        return "" if hmac.compare_digest(right, given["Signature"]) else "SignatureDoesNotMatch"

    def answer(self, status: int, body: Any) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: Any) -> None:
        pass


def says(status: int, body: Any) -> Callable[[Handler, dict[str, str]], None]:
    """Answer this and take nothing."""
    return lambda handler, _asked: handler.answer(status, body)


def takes_and_says(status: int, body: Any) -> Callable[[Handler, dict[str, str]], None]:
    """Take the message, and answer as if it had not."""

    def answer(handler: Handler, asked: dict[str, str]) -> None:
        handler.provider.taken.append(asked)
        handler.answer(status, body)

    return answer


def takes_and_hangs(seconds: float) -> Callable[[Handler, dict[str, str]], None]:
    """Take the message, and answer when nobody waits any more."""

    def answer(handler: Handler, asked: dict[str, str]) -> None:
        handler.provider.taken.append(asked)
        time.sleep(seconds)
        handler.close_connection = True

    return answer


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()
    handler = type("Bound", (Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
