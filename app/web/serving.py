"""How the web server runs, as gunicorn reads it: `gunicorn -c python:app.web.serving wsgi:app`.

In a checkout `gunicorn.conf.py` brings it in by itself. WEB_PROCESSES and WEB_THREADS change its size,
BIND or PORT its address.
"""

import os
from pathlib import Path

from app.web.worker import BufferingWorker

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
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
