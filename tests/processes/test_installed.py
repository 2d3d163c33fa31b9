"""The service as a package: built into a wheel, installed into a folder, started far from the checkout."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.system.version import __version__
from tests.server import BIN, ROOT, environment

PAGES = "from wsgi import app; c = app.test_client(); print(*(c.get(p).status_code for p in {pages!r}))"


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    site = folder / "site"
    wheel = next(folder.glob("*.whl"))
    subprocess.run([*pip, "install", "--no-deps", "--target", str(site), str(wheel)], check=True)
    return site


def test_the_wheel_serves_pages_far_from_its_checkout(installed, tmp_path):
    own = environment("", tmp_path, PYTHONPATH=str(installed), PYTHONDONTWRITEBYTECODE="1")
    del own["DATABASE_URL"], own["INSTANCE_PATH"]

    def run(*command: str) -> str:
        done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    flask = (str(BIN / "flask"), "--app", "wsgi")
    assert run(*flask, "version").strip() == __version__
    run(*flask, "db", "upgrade")
    run(*flask, "seed", "load")
    pages = ("/zh/", "/ru/places/central-window", "/api/v1/stations", "/static/css/site.css", "/readyz")
    assert run(sys.executable, "-c", PAGES.format(pages=pages)).split() == ["200"] * len(pages)
    run(sys.executable, "-m", "gunicorn", "--check-config", "-c", "python:app.web.serving", "wsgi:app")
    assert (tmp_path / "instance" / "stations.db").is_file()  # where it was started, not among the packages
    assert not (installed / "instance").exists()
