"""The only reader of the wall clock. Views, commands and jobs call it; everything below takes `now`."""

from datetime import UTC, datetime, timedelta

from flask import current_app


def now() -> datetime:
    """Return the current instant as aware UTC, moved by the test clock's shift."""
    return of_machine() + timedelta(seconds=current_app.config["CLOCK_SHIFT_SECONDS"])


def of_machine() -> datetime:
    """Return what the machine's own clock says, where there is no application yet."""
    return datetime.now(UTC)
