"""The only reader of the wall clock. Views, commands and jobs call it; everything below takes `now`."""

from datetime import UTC, datetime, timedelta

from flask import current_app

_ahead = timedelta()  # of the clock that this process follows, against the machine's


def now() -> datetime:
    """Return the current instant as aware UTC, moved by the test clock's shift."""
    return of_machine() + _ahead + timedelta(seconds=current_app.config["CLOCK_SHIFT_SECONDS"])


def follow(ahead: timedelta) -> None:
    """Let this process go by a clock that is so far ahead of the machine's."""
    global _ahead  # noqa: PLW0603 - a process has one clock
    _ahead = ahead


def of_machine() -> datetime:
    """Return what the machine's own clock says, where there is no application yet."""
    return datetime.now(UTC)
