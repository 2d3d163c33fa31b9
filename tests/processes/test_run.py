"""`make run`: starts everything, says where, and leaves nothing behind when it is stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import ROOT, Client, environment, free_port

START_SECONDS = 60
STOP_SECONDS = 15


class Run:
    """One `tools/run.py`, with a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._output = folder / "output.txt"
        settings = environment(
            "", folder, PORT=str(self.port), CLOCK_SHIFT_SECONDS="0", APP_ENV="development"
        )
        settings.pop("DATABASE_URL")
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "tools/run.py"],
                cwd=ROOT,
                env=settings,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._output.read_text(errors="replace")

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with Client(f"http://127.0.0.1:{self.port}", timeout=2) as client:
                if client.get("/healthz").status == 200 and "worker" in self.output:
                    return
            time.sleep(0.1)
        raise AssertionError(f"not ready:\n{self.output[-4000:]}")

    def family(self) -> set[int]:
        """Return the processes that belong to this run: they all carry its port in their environment."""
        mark = f"PORT={self.port}".encode()
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.add(int(folder.name))
            except OSError:
                continue  # it ended meanwhile, or is not ours to read
        return found


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    started = Run(tmp_path)
    yield started
    for pid in started.family():
        os.kill(pid, signal.SIGKILL)
    started.process.wait()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_stop_ends_every_process_soon_and_cleanly(run, how):
    run.wait_until_ready()
    assert len(run.family()) >= 4, "run.py, gunicorn with its workers, and the worker"
    run.process.send_signal(how)
    assert run.process.wait(STOP_SECONDS) == 0, run.output[-4000:]
    assert run.family() == set()
    assert "Traceback" not in run.output, run.output[-4000:]


def test_a_start_tells_the_sign_ins_and_a_ready_link(run):
    run.wait_until_ready()
    assert f"http://127.0.0.1:{run.port}" in run.output
    assert "/c/" in run.output


def test_a_port_in_use_is_told_in_a_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "tools/run.py"],
            cwd=ROOT,
            env=environment("", tmp_path, PORT=str(port)),
            capture_output=True,
            check=False,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is in use. Choose another: make run PORT={port + 1}\n"
