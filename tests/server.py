"""Real server processes for tests and benchmarks: gunicorn on a free port, and a small client."""

import contextlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TUESDAY = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SECRET_KEY = "a secret for tests only, long enough"
DATA_KEY = "test:" + "5a" * 32
START_SECONDS = 30
# One machine plays all the clients of a test, so no network is too busy unless the test says so.
UNLIMITED = json.dumps(
    {
        f"{name}{width}": 100 if name == "of_day_percent" else 1_000_000
        for name in ("few", "most", "of_day_percent")
        for width in ("", "_56", "_48")
    }
)


@dataclass(frozen=True)
class Answer:
    """What a server said; status 0 means that it said nothing at all."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One keep-alive connection. A broken one is opened again at the next call."""

    def __init__(self, address: str, *, timeout: float = 30) -> None:
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request and return its answer; header names are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        try:
            self._connection.request(method, path, data, sent)
            response = self._connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        except (OSError, http.client.HTTPException):
            self.close()
            return Answer(0, {}, b"")

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, {} if body is None else body, **headers)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def free_port() -> int:
    """Return a port below those the system gives to clients, from the own share of each test process."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 12_000 + 1_000 * (worker % 16)
    while True:
        port = first + secrets.randbelow(1_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def environment(database_url: str, instance_path: Path, **more: str) -> dict[str, str]:
    """Return the environment of a process of the app whose clock believes it is TUESDAY now."""
    shift = (TUESDAY - datetime.now(UTC)).total_seconds()
    return {
        "PATH": f"{BIN}:{os.environ.get('PATH', '')}",
        "HOME": str(instance_path),
        "LANG": "C.UTF-8",
        "APP_ENV": "test",
        "DATABASE_URL": database_url,
        "INSTANCE_PATH": str(instance_path),
        "SECRET_KEY": SECRET_KEY,
        "DATA_KEY": DATA_KEY,
        "CLOCK_SHIFT_SECONDS": f"{shift:.0f}",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


class Server:
    """gunicorn with 2 processes × 4 threads, as `make run` starts it, on a port of its own."""

    def __init__(
        self,
        database_url: str,
        folder: Path,
        *,
        wsgi: str = "wsgi:app",
        access_log: str = "/dev/null",
        **settings: str,
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._wsgi = wsgi
        self._access_log = access_log
        self._log = folder / "server.log"
        given = {"PORT": str(self.port), "PUBLIC_URL": self.url, "WEB_LOG_LEVEL": "info"}
        given |= {"ORIGINS": UNLIMITED, "LETTERS": '{"to_one": 1000000, "of_network": 1000000}', **settings}
        self.environment = environment(database_url, folder, **given)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, ready: str = "/healthz") -> float:
        """Start and wait until `ready` answers 200. Returns the seconds it took."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(BIN / "gunicorn"), "--access-logfile", self._access_log, self._wsgi],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while time.monotonic() - began < START_SECONDS:
            if self._process.poll() is not None:
                break
            with self.client(timeout=2) as client:
                if client.get(ready).status == 200:
                    return time.monotonic() - began
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"the server did not get ready:\n{self.log()[-4000:]}")

    @property
    def pid(self) -> int:
        assert self._process, "the server was not started"
        return self._process.pid

    def client(self, *, timeout: float = 30) -> Client:
        return Client(self.url, timeout=timeout)

    def workers(self) -> list[int]:
        """Return the process ids of the web workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(child) for child in children.split()]

    def terminate(self, within: float = 35) -> float:
        """Send SIGTERM and wait for the end. Returns the seconds it took."""
        began = time.monotonic()
        assert self._process
        self._process.terminate()
        self._process.wait(within)
        return time.monotonic() - began

    def kill(self) -> None:
        """Kill -9 every process of the server at once."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()
