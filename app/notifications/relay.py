"""The relay: claims due messages, has each one written and sent, and records what became of it.

The order is claim (commit), read, send with no transaction open, record (commit). A sender that
dies leaves a lease that runs out, so nothing is lost; between sending and recording it may leave
one message to be sent again, under the same key.
"""

import logging
import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.db import end_read, transact
from app.notifications import outbox
from app.notifications.letter import Channel, DeliveryError, Letter, Skip
from app.notifications.outbox import ClaimedMessage, Outcome, Result
from app.notifications.retry import next_try

log = logging.getLogger(__name__)

Compose = Callable[[ClaimedMessage, datetime], Letter | Skip]


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Delivers due messages; any number of relays may run at once."""

    compose: Compose
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]
    lease: timedelta
    worker: str
    stopping: Callable[[], bool] = field(default=_never)

    def deliver_due(self, *, limit: int = 20) -> int:
        """Handle up to `limit` due messages and return how many were handled."""
        if self.stopping() or not self._anything_due():
            return 0
        # A name of its own for each claim tells a claim that ran out from the one that followed.
        name = f"{self.worker}/{secrets.token_hex(4)}"
        claimed_at = time.monotonic()
        batch = transact(outbox.claim_due, name, now=self.clock(), lease=self.lease, limit=limit)
        try:
            handled = self._handle_while_leased(batch, claimed_at)
        finally:
            for channel in self.channels.values():
                channel.close()
        if batch[handled:]:
            transact(outbox.give_back, batch[handled:], now=self.clock())
        return handled

    def _anything_due(self) -> bool:
        due = outbox.anything_due(now=self.clock())
        end_read()
        return due

    def _handle_while_leased(self, batch: list[ClaimedMessage], claimed_at: float) -> int:
        # Only the first half of a lease starts new sendings: the last of them ends well inside it.
        half = self.lease.total_seconds() / 2
        for index, message in enumerate(batch):
            if self.stopping() or time.monotonic() - claimed_at >= half:
                return index
            self._handle_safely(message)
        return len(batch)

    def _handle_safely(self, message: ClaimedMessage) -> None:
        try:
            self._handle(message)
        except Exception:
            # It stays claimed and is due again when its lease ends; the others must not wait for it.
            log.exception("a message was left for later", extra={"outbox_message": message.id})

    def _handle(self, message: ClaimedMessage) -> None:
        started_at = self.clock()
        result = self._try(message, started_at)
        kept = transact(outbox.record, message, result, started_at=started_at, now=self.clock())
        log.info(
            "message handled",
            extra={"outbox_message": message.id, "outcome": result.outcome.value, "kept": kept},
        )

    def _try(self, message: ClaimedMessage, now: datetime) -> Result:
        if message.expires_at and message.expires_at <= now:
            return Result(Outcome.SKIPPED, "too late")
        channel = self.channels.get(message.channel)
        if channel is None:
            return Result(Outcome.FAILED, f"no {message.channel} channel")
        try:
            letter = self._write(message, now)
            if isinstance(letter, Skip):
                return Result(Outcome.SKIPPED, letter.reason)
            return Result(Outcome.SENT, channel.send(letter, key=message.key, now=now))
        except DeliveryError as error:
            return self._after_failure(message, error.detail, permanent=error.permanent)
        except Exception as error:
            log.exception("a message could not be written or sent", extra={"outbox_message": message.id})
            return self._after_failure(message, f"error: {type(error).__name__}", permanent=False)

    def _write(self, message: ClaimedMessage, now: datetime) -> Letter | Skip:
        try:
            return self.compose(message, now)
        finally:
            end_read()

    def _after_failure(self, message: ClaimedMessage, detail: str, *, permanent: bool) -> Result:
        again_at = None
        if not permanent:
            again_at = next_try(
                message.tries,
                now=self.clock(),
                expires_at=message.expires_at,
                chance=random.random(),  # noqa: S311 - spreads load, guards nothing
            )
        if again_at is None:
            return Result(Outcome.FAILED, detail)
        return Result(Outcome.RETRY, detail, again_at)
