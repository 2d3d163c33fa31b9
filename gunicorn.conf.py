"""How the web server runs: `gunicorn wsgi:app` reads this file by itself.

WEB_PROCESSES and WEB_THREADS change its size, BIND or PORT its address.
"""

import os
from pathlib import Path

from gunicorn.glogging import Logger

from app.log import one_line, redacted


class DiscreetLogger(Logger):  # type: ignore[misc]
    """Writes addresses of pages without what opens somebody's own page."""

    def atoms(self, resp: object, req: object, environ: dict[str, object], request_time: object) -> object:
        quiet = {**environ, "PATH_INFO": one_line(redacted(str(environ.get("PATH_INFO", ""))))}
        return super().atoms(resp, req, quiet, request_time)


bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 60
graceful_timeout = 30  # more than the longest request: a write gives up after 5 seconds
keepalive = 15
# Whose X-Forwarded-* headers count is said once, by PROXY_HOPS; here nobody's do.
forwarded_allow_ips = ""
control_socket_disable = True  # it would lie in the home directory, one for all installations
if Path("/dev/shm").is_dir():  # noqa: S108 - the heartbeat of a worker must not wait for a disk
    worker_tmp_dir = "/dev/shm"  # noqa: S108

logger_class = DiscreetLogger
accesslog = "-"
# %(U)s is the path without the query string: what people look for is nobody's business.
access_log_format = "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"
errorlog = "-"
loglevel = os.environ.get("WEB_LOG_LEVEL", "info")
