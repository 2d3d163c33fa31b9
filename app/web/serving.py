"""How the web server runs, as gunicorn reads it: `gunicorn -c python:app.web.serving wsgi:app`.

In a checkout `gunicorn.conf.py` brings it in by itself. WEB_PROCESSES and WEB_THREADS change its size,
BIND or PORT its address.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from flask import Flask
from prometheus_client import multiprocess, values

from app.web.figures import FOLDER
from app.web.worker import BufferingWorker


def _count(name: str, usual: int, most: int = 256) -> int:
    """Return a number of the environment. Ends the start with the variable's name when it is none."""
    text = os.environ.get(name) or str(usual)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= most):
        sys.stderr.write(f"Settings: {name}: must be a whole number from 1 to {most}, and is {text}\n")
        raise SystemExit(3)
    return int(text)


_count("PORT", 8000, most=65535)
bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = _count("WEB_PROCESSES", 2)
threads = _count("WEB_THREADS", 4)
worker_class = BufferingWorker
timeout = 60
graceful_timeout = 30  # more than the longest request: a write gives up after 5 seconds
# Whose X-Forwarded-* headers count is said once, by PROXY_HOPS; here nobody's do.
forwarded_allow_ips = ""
control_socket_disable = True  # it would lie in the home directory, one for all installations
if Path("/dev/shm").is_dir():  # noqa: S108 - the heartbeat of a worker must not wait for a disk
    worker_tmp_dir = "/dev/shm"  # noqa: S108

accesslog = "-"  # its lines are written by the worker
errorlog = "-"
loglevel = os.environ.get("WEB_LOG_LEVEL", "info")


def on_starting(_server: Any) -> None:
    """Let the processes count their requests together, in files of their own."""
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="stations-figures-")
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]


def post_worker_init(worker: Any) -> None:
    """Let the app refuse to serve: with keys that are not the database's, for example."""
    app = worker.wsgi
    if not isinstance(app, Flask):
        return  # the bare routes of the benchmark, which have no keys
    with app.app_context():
        app.extensions["before_serving"]()


def child_exit(_server: Any, worker: Any) -> None:
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
