"""Telling the operators that the database takes nothing, remembered in a file beside our own data."""

import logging
from datetime import datetime, timedelta

from app.notifications.watch import alarm
from app.notifications.watch.troubles import TELL_AGAIN_AFTER, Trouble, TroubleNews
from app.settings import Settings

log = logging.getLogger(__name__)

FILE = "told-without-the-database"


def tell(trouble: Trouble, settings: Settings, *, now: datetime) -> None:
    """Tell it once, and again after hours. Where nothing can be remembered, each time."""
    name, told_at = _told(settings)
    if name == trouble.name and told_at and timedelta() <= now - told_at < TELL_AGAIN_AFTER:
        return
    if alarm.sound(TroubleNews([trouble], []), settings, now=now):
        try:
            (settings.instance_path / FILE).write_text(f"{trouble.name} {now.isoformat()}")
        except OSError as error:
            log.warning("it is not remembered that this was told: %s", error.strerror)


def tell_return(settings: Settings, *, now: datetime) -> None:
    """Tell that it is over, if it was told that it began."""
    name, told_at = _told(settings)
    if told_at and alarm.sound(TroubleNews([], [name]), settings, now=now):
        (settings.instance_path / FILE).unlink(missing_ok=True)


def _told(settings: Settings) -> tuple[str, datetime | None]:
    try:
        name, _space, at = (settings.instance_path / FILE).read_text().partition(" ")
        return name, datetime.fromisoformat(at.strip())
    except (OSError, ValueError):
        return "", None
