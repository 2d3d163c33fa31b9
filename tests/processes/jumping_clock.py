"""`flask` in a process whose wall clock somebody moves: `python -m tests.processes.jumping_clock worker`.

The file WALL_CLOCK says by how many seconds. It moves both readers of the wall clock, the app's and
APScheduler's; waits go by the monotonic clock, which no jump touches. A library that moves the clock
for the whole process (libfaketime 0.9.10) leaves Python 3.11 hanging in the waits of its threads.
"""

import os
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import apscheduler.schedulers.base
from flask.cli import main

from app import clock

MOVED_BY = Path(os.environ["WALL_CLOCK"])


class Moved(datetime):
    """A datetime whose `now` is what the moved wall clock shows."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(seconds=float(MOVED_BY.read_text()))


if __name__ == "__main__":
    clock.datetime = Moved  # type: ignore[misc]
    apscheduler.schedulers.base.datetime = Moved
    sys.argv[1:1] = ["--app", "wsgi"]
    main()
