"""What the service keeps on disk is for its own user only, and its access log is one line a request."""

import os
import runpy
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

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
    logger = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["DiscreetLogger"]
    config = SimpleNamespace(
        errorlog="-", accesslog=None, loglevel="info", capture_output=False, logconfig=None,
        logconfig_dict=None, logconfig_json=None, syslog=False, syslog_facility="user", user=None, group=None,
    )  # fmt: skip
    environ = {
        "PATH_INFO": "/\nPOST /staff 200\r\u2028",
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/",
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    response = SimpleNamespace(status="404", sent=1, headers=[])
    request = SimpleNamespace(headers=[])
    atoms = logger(config).atoms(response, request, environ, timedelta(seconds=1))

    assert atoms["U"] == "/\\nPOST /staff 200\\r\\u2028"


def test_the_server_believes_no_forwarding_header_by_itself():
    assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["forwarded_allow_ips"] == ""
