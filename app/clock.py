"""The only reader of the wall clock. Views, commands and jobs call it; everything below takes `now`."""

from datetime import UTC, datetime, timedelta

from flask import current_app


def now() -> datetime:
    """Return the current instant as aware UTC, moved by the test clock's shift."""
    shift = timedelta(seconds=current_app.config["CLOCK_SHIFT_SECONDS"])
    return datetime.now(UTC) + shift
