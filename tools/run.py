"""Prepare the database and run the processes of the Procfile until one of them, or somebody, stops.

`make run` starts it. Ctrl-C and SIGTERM stop every process and end with success.
"""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType

from honcho import manager as honcho_manager
from honcho.environ import parse_procfile
from honcho.manager import Manager

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PREPARATION = (
    ("db", "upgrade"),
    ("seed", "load"),
    ("seed", "history"),
    ("seed", "demo"),
)
STOPPED_BY_SIGNAL = (130, 143)


def main() -> int:
    os.chdir(ROOT)
    text = os.environ.setdefault("PORT", "8000")
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        print(f"PORT must be a whole number from 1 to 65535, and is {text}", file=sys.stderr)
        return 2
    port = int(text)
    os.environ.setdefault("PUBLIC_URL", f"http://127.0.0.1:{port}")
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    os.environ["PYTHONUNBUFFERED"] = "1"
    signal.signal(signal.SIGTERM, _stop)
    if not _is_free(port):
        print(f"Port {port} is in use. Choose another: make run PORT={port + 1}", file=sys.stderr)
        return 1
    try:
        for command in PREPARATION:
            done = subprocess.run(["flask", "--app", "wsgi", *command], check=False)
            if done.returncode:
                print(f"`flask {' '.join(command)}` failed; nothing was started.", file=sys.stderr)
                return done.returncode
        return _run_processes()
    except KeyboardInterrupt:
        return 0


def _run_processes() -> int:
    honcho_manager.KILL_WAIT = 35  # longer than gunicorn's own grace; see gunicorn.conf.py
    manager = Manager()
    for name, command in parse_procfile(Path("Procfile").read_text()).processes.items():
        manager.add_process(name, command)
    manager.loop()
    return 0 if manager.returncode in STOPPED_BY_SIGNAL else manager.returncode or 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
