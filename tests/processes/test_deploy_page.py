"""The commands of docs/deploy.md, taken from the page and run in their order on a folder that was empty."""

import os
import re
import signal
import site
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

from app.system.version import __version__
from tests.server import BIN, ROOT, Client, free_port

ANSWERS = (
    "https://visits.example.org",
    "1",
    "{database}",
    "-",
    "Service <no-reply@example.org>",
    "-",
    "12345",
)
PASSWORD = "the tide comes in twice a day"
PACKAGES = "pip install --require-hashes -r requirements.txt"


def commands(folder: Path) -> list[str]:
    """Return the blocks marked as shell, with the folder of the test in place of the page's."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", (ROOT / "docs" / "deploy.md").read_text(), re.M | re.S)
    return [block.replace("/srv/stations", str(folder)) for block in blocks]


def lend_packages(block: str, folder: Path) -> str:
    """Put this environment's packages in place of the one download, the same versions by the same file."""
    line = next(line for line in block.splitlines() if PACKAGES in line)
    lent = f"{folder}/lib/python{sysconfig.get_python_version()}/site-packages/lent.pth"
    own = next(path for path in site.getsitepackages() if path.startswith(sys.prefix))
    begin = f"sed -i '1s#.*#\\#!{folder}/bin/python#' {folder}/bin/flask {folder}/bin/gunicorn"
    scripts = f"cp {BIN}/gunicorn {BIN}/flask {folder}/bin/ && {begin}"
    return block.replace(line, f"echo '{own}' > {lent} && {scripts}")


def test_the_page_installs_and_starts_a_service(tmp_path, databases):
    folder = tmp_path / "stations"
    port = free_port()
    install, start = commands(folder)
    env = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(tmp_path), "PORT": str(port), "LANG": "C.UTF-8"}
    answers = "\n".join((*ANSWERS, "ada", PASSWORD, PASSWORD, "")).format(
        database=databases.make("postgresql")
    )
    ready = install.replace("make wheel", f"make -s wheel VENV={BIN.parent}")
    done = subprocess.run(
        ["sh", "-euc", lend_packages(ready, folder)],
        cwd=ROOT, env=env, input=answers, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "stations.env").stat().st_mode & 0o077 == 0

    with (tmp_path / "log").open("wb") as log:
        shell = subprocess.Popen(
            ["sh", "-euc", f"{start} wait"],
            cwd=tmp_path,
            env=env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        assert set(wait_until_ready(port).values()) == {"ok"}
        with Client(f"http://127.0.0.1:{port}") as client:
            assert client.get("/healthz").json["version"] == __version__
            pages = ("/zh/", "/ru/places/central-window", "/api/v1/stations", "/static/css/site.css")
            assert {client.get(page, Host="visits.example.org").status for page in pages} == {200}
    finally:
        os.killpg(shell.pid, signal.SIGTERM)
        shell.wait(40)


def wait_until_ready(port: int) -> dict[str, str]:
    """Return the checks of /readyz once the worker has run, too."""
    answer = None
    for _ in range(150):
        with Client(f"http://127.0.0.1:{port}", timeout=5) as client:
            answer = client.get("/readyz")
            if answer.status == 200 and not any("worker" in words for words in answer.json["warnings"]):
                return answer.json["checks"]
        time.sleep(0.2)
    raise AssertionError(answer)
