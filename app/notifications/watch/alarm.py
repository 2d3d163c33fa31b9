"""Telling the operators, past the outbox: it is the outbox that may be stuck."""

import json
import logging
import secrets
from collections.abc import Callable
from datetime import datetime

from app.notifications import signature
from app.notifications.channels.registry import channels_of
from app.notifications.channels.web import Web
from app.notifications.letter import DeliveryError, Letter
from app.notifications.watch.troubles import TroubleNews
from app.settings import Settings

log = logging.getLogger(__name__)


def sound(news: TroubleNews, settings: Settings, *, now: datetime) -> bool:
    """Tell ALERT_EMAIL and ALERT_URL; returns False when nobody could be told, though somebody should."""
    for trouble in news.began:
        log.error("alert: %s", trouble.words, extra={"alert": trouble.name})
    for name in news.ended:
        log.info("alert over", extra={"alert": name})
    tries: list[Callable[[], None]] = []
    if settings.alert_email:
        tries.append(lambda: _mail(news, settings, now))
    if settings.alert_url:
        tries.append(lambda: _post(news, settings, now))
    told = [_tried(each) for each in tries]
    return any(told) or not told


def _tried(tell: Callable[[], None]) -> bool:
    try:
        tell()
    except DeliveryError as error:
        log.error("an alert could not be sent: %s", error.detail)  # noqa: TRY400 - the detail says it
        return False
    return True


def _lines(news: TroubleNews) -> list[str]:
    return [*(trouble.words for trouble in news.began), *(f"Over: {name}" for name in news.ended)]


def _mail(news: TroubleNews, settings: Settings, now: datetime) -> None:
    first = _lines(news)[0]
    where = f"{settings.public_url}/staff/system"
    text = "\n".join([*_lines(news), "", where, "docs/runbook.md says what to do."])
    channel = channels_of(settings).get("email")
    if channel is None:
        raise DeliveryError("no SMTP_URL is set")
    try:
        letter = Letter(to=settings.alert_email, subject=f"[alert] {first}", text=text + "\n")
        channel.send(letter, key=f"0-{secrets.randbelow(10**9)}", now=now)
    finally:
        channel.close()


def _post(news: TroubleNews, settings: Settings, now: datetime) -> None:
    began = [{"name": trouble.name, "text": trouble.words} for trouble in news.began]
    body = json.dumps({"began": began, "ended": news.ended, "text": "\n".join(_lines(news))}).encode()
    headers = {"Content-Type": "application/json"}
    if secret := settings.alert_secret or settings.hook_secret:
        headers[signature.HEADER] = signature.sign(secret, body, now=now)
    web = Web(settings.smtp_timeout_seconds)
    answer = web.post(settings.alert_url, headers=headers, body=body)
    web.close()
    if answer.status >= 300:
        raise DeliveryError(str(answer.status))
