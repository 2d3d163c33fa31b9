"""The shipped fronts, as real nginx and Caddy before a production server; the command of the web unit."""

import contextlib
import http.client
import http.server
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.server import BIN, ROOT, Answer, Client, Server, environment, free_port
from tests.slow_clients import slow_clients

NAME = "visits.example.org"
PRODUCTION = {
    "APP_ENV": "production",
    "PUBLIC_URL": f"https://{NAME}",
    "MAIL_AS_FILES": "true",
    "PROXY_HOPS": "1",
    "CLOCK_SHIFT_SECONDS": "0",
}


@dataclass
class Front:
    port: int
    plain_port: int
    trusted: ssl.SSLContext

    def get(self, path: str, *, source: str = "127.0.0.1", **headers: str) -> Answer:
        """Ask over TLS from one of this machine's own addresses, as a browser that looked the name up."""
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=10, source_address=(source, 0))
        with self.trusted.wrap_socket(raw, server_hostname=NAME) as safe:
            connection = http.client.HTTPConnection(NAME)
            connection.sock = safe
            connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            with connection.getresponse() as got:
                return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())


def nginx(folder: Path, front: Front, upstream: int) -> list[str]:
    site = (ROOT / "dist" / "nginx.conf").read_text()
    for shipped, here in (
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
        ("listen 80;", f"listen 127.0.0.1:{front.plain_port};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{front.port} ssl;"),
        ("/etc/ssl/stations/fullchain.pem", str(folder / "chain.pem")),
        ("/etc/ssl/stations/privkey.pem", str(folder / "key.pem")),
    ):
        assert site.count(shipped) == 1, shipped
        site = site.replace(shipped, here)
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; user root;"
        f"events {{ worker_connections 1024; }} http {{ access_log off; {temporary} {site} }}"
    )
    (folder / "nginx.conf").write_text(whole)
    return ["nginx", "-e", f"{folder}/error.log", "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, front: Front, upstream: int) -> list[str]:
    site = (ROOT / "dist" / "Caddyfile").read_text()
    site = site.replace("{\n", f"{{\n\tadmin off\n\thttp_port {front.plain_port}\n", 1)
    site = site.replace("{$SERVICE:127.0.0.1:8000}", f"127.0.0.1:{upstream}")
    site = site.replace("{$SITE:visits.example.org}", f"https://{NAME}:{front.port}")
    site = site.replace("\theader Strict", f"\ttls {folder}/chain.pem {folder}/key.pem\n\theader Strict", 1)
    (folder / "Caddyfile").write_text(site)
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@contextlib.contextmanager
def running(kind: str, folder: Path, upstream: int) -> Iterator[Front]:
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    own = authority.issue_cert(NAME)
    own.private_key_pem.write_to_path(folder / "key.pem")
    for part in own.cert_chain_pems:
        part.write_to_path(folder / "chain.pem", append=True)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    front = Front(free_port(), free_port(), trusted)
    command = {"nginx": nginx, "caddy": caddy}[kind](folder, front, upstream)
    with (folder / "front.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)}, cwd=folder
        )
    try:
        wait_for(front.port, process, folder)
        yield front
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    said = "".join(path.read_text() for path in folder.glob("*.log"))
    raise AssertionError(f"the front did not start:\n{said[-3000:]}")


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("production")
    server = Server(f"sqlite:///{folder / 'stations.db'}", folder, **PRODUCTION)
    for command in (("db", "upgrade"), ("seed", "load")):
        subprocess.run(
            [BIN / "flask", "--app", "wsgi", *command], cwd=ROOT, env=server.environment, check=True,
            capture_output=True,
        )  # fmt: skip
    with server:
        yield server


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def front(request, service, tmp_path_factory) -> Iterator[Front]:
    with running(request.param, tmp_path_factory.mktemp(request.param), service.port) as started:
        yield started


def test_people_get_pages_over_tls_and_nothing_of_the_inside(front):
    page = front.get("/zh/")
    assert page.status == 200
    assert page.headers["strict-transport-security"]
    assert f'href="https://{NAME}/en/"' in page.body.decode()
    assert front.get("/static/css/site.css", Accept_Encoding="br").headers["content-encoding"] == "br"
    # From another address than the machine's first: an operator on the machine itself may look.
    assert {front.get(path, source="127.0.0.9").status for path in ("/metrics", "/readyz")} == {403}
    with Client(f"http://127.0.0.1:{front.plain_port}") as client:
        answer = client.get("/zh/", Host=NAME)
        assert (answer.status, answer.headers["location"]) == (308, f"https://{NAME}{_port(answer)}/zh/")


def _port(answer) -> str:
    """Caddy names a port that is not 443, which only tests have."""
    found = re.search(r":\d+(?=/zh/)", answer.headers["location"])
    return found[0] if found else ""


def test_another_name_is_not_served(service, front):
    assert front.get("/zh/", Host="evil.example.org").status in (200, 421)  # 200: the front's own empty page
    with service.client() as client:
        assert client.get("/zh/", Host="evil.example.org").status == 421


def test_everybody_is_answered_while_hundreds_send_slowly(front):
    with (
        slow_clients(front.plain_port, "half a head", 200),
        slow_clients(front.port, "silent", 50),
    ):
        assert [front.get("/healthz").status for _ in range(5)] == [200] * 5


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with the headers that came."""

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        pass


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_what_a_client_claims_of_itself_is_not_handed_on(kind, tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as echo:
        threading.Thread(target=echo.serve_forever, daemon=True).start()
        with running(kind, tmp_path, echo.server_port) as front:
            claims = {"X_Forwarded_For": "6.6.6.6", "X_Forwarded_Proto": "http", "X_Forwarded_Host": "evil"}
            seen = json.loads(front.get("/", source="127.0.0.9", **claims).body)
        echo.shutdown()
    assert seen["x-forwarded-for"] == "127.0.0.9"
    assert seen["x-forwarded-proto"] == "https"
    assert seen["x-forwarded-host"].split(":")[0] == NAME


def healthy(port: int) -> int:
    with Client(f"http://127.0.0.1:{port}", timeout=20) as client:
        return client.get("/healthz").status


def test_the_units_command_serves_from_the_socket_that_systemd_holds(tmp_path):
    unit = (ROOT / "dist" / "systemd" / "stations-web.service").read_text()
    command = re.search(r"^ExecStart=/srv/stations/bin/(.*)$", unit, re.MULTILINE)
    assert command
    port = free_port()
    own = environment(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path, PORT=str(free_port()))
    program, *words = command[1].split()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            ["systemd-socket-activate", "-l", f"127.0.0.1:{port}",
             *(f"--setenv={name}" for name in own), sys.executable, str(BIN / program), *words],
            cwd=ROOT, env=own, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        wait_for(port, process, tmp_path)
        assert healthy(port) == 200
        process.send_signal(
            signal.SIGHUP
        )  # ExecReload: new workers, and nobody who comes meanwhile is refused
        assert [healthy(port) for _ in range(20)] == [200] * 20
    finally:
        process.terminate()
        assert process.wait(30) == 0
