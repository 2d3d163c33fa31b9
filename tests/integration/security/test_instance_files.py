"""What the service keeps on disk is for its own user only, and its access log is one line a request."""

import json
import os
import runpy
import stat
import subprocess
import sys
import time
from pathlib import Path

from app.web.worker import access_line
from tests.server import ROOT

FLASK = (str(Path(sys.executable).parent / "flask"), "--app", "wsgi")


def others_may(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) & 0o077


def test_no_other_user_can_read_keys_or_database(tmp_path):
    instance = tmp_path / "instance"
    own = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(instance)}

    subprocess.run([*FLASK, "db", "upgrade"], cwd=ROOT, env=own, check=True, capture_output=True, umask=0o022)

    kept = [instance, *instance.rglob("*")]
    assert {"secret_key", "data_key", "stations.db"} <= {path.name for path in kept}
    assert [path.name for path in kept if others_may(path)] == []


def test_an_address_cannot_forge_a_line_of_the_access_log():
    asked = {"PATH_INFO": "/\nPOST /staff 200\r\u2028", "REQUEST_METHOD": "GET", "QUERY_STRING": "near=home"}

    line = access_line(asked, "404", "12", 3)

    said = json.loads(line)
    assert "\n" not in line
    assert (said["path"], said["status"], said["bytes"]) == ("/\\nPOST /staff 200\\r\\u2028", 404, 12)
    assert (said["milliseconds"], said["route"]) == (3, "none")
    assert "home" not in line


def test_a_long_address_costs_the_log_nothing():
    asked = {"PATH_INFO": "/" + "a" * 4_000_000, "REQUEST_METHOD": "GET"}
    began = time.process_time()

    assert len(access_line(asked, "404", "-", 3)) < 800
    assert time.process_time() - began < 0.1


def test_the_server_believes_no_forwarding_header_by_itself():
    assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["forwarded_allow_ips"] == ""
