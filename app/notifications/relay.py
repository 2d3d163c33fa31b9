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
from app.notifications import contacts, outbox
from app.notifications.letter import Askable, Channel, DeliveryError, Later, Letter, Skip
from app.notifications.outbox import ClaimedMessage, Outcome, Result
from app.notifications.retry import next_try

log = logging.getLogger(__name__)

Compose = Callable[[ClaimedMessage, datetime], Letter | Skip | Later]


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Delivers due messages; any number of relays may run at once.

    A channel that is not among `channels` is off: its messages wait. `per_minute` limits a channel,
    over all relays together.
    """

    compose: Compose
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]
    lease: timedelta
    worker: str
    stopping: Callable[[], bool] = field(default=_never)
    per_minute: Mapping[str, float] = field(default_factory=dict)

    def deliver_due(self, *, limit: int = 20) -> int:
        """Handle up to `limit` due messages of each channel and return how many were handled."""
        return sum(self._deliver(name, limit) for name in self.channels)

    def _deliver(self, channel: str, limit: int) -> int:
        if self.stopping() or not self._anything_due(channel):
            return 0
        claimed_at = time.monotonic()
        batch = self._claim(channel, limit)
        try:
            handled = self._handle_while_leased(batch, claimed_at)
        finally:
            self.channels[channel].close()
        if batch[handled:]:
            transact(outbox.give_back, batch[handled:], now=self.clock())
        return handled

    def _anything_due(self, channel: str) -> bool:
        due = outbox.anything_due(channel, now=self.clock())
        end_read()
        return due

    def _claim(self, channel: str, limit: int) -> list[ClaimedMessage]:
        return transact(
            outbox.claim_due,
            # A name of its own for each claim tells a claim that ran out from the one that followed.
            f"{self.worker}/{secrets.token_hex(4)}",
            now=self.clock(),
            lease=self.lease,
            limit=limit,
            channel=channel,
            per_minute=self.per_minute.get(channel, 0),
        )

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
        kept = transact(self._record, message, result, started_at=started_at, now=self.clock())
        log.info(
            "message handled",
            extra={"outbox_message": message.id, "outcome": result.outcome.value, "kept": kept},
        )

    def _record(
        self, message: ClaimedMessage, result: Result, *, started_at: datetime, now: datetime
    ) -> bool:
        if result.dead and result.contact_index:
            contacts.mark_failing(result.contact_index, message.channel, reason=result.detail, now=now)
        return outbox.record(message, result, started_at=started_at, now=now)

    def _try(self, message: ClaimedMessage, now: datetime) -> Result:
        if message.expires_at and message.expires_at <= now:
            return Result(Outcome.SKIPPED, "too late")
        to = ""
        try:
            written = self._write(message, now)
            if isinstance(written, Result):
                return written
            to = written.to
            word = self._send(message, written, now)
            return Result(Outcome.SENT, word, contact_index=_index(to), tells=written.tells)
        except DeliveryError as error:
            return self._after_failure(message, error, to)
        except Exception as error:
            log.exception("a message could not be written or sent", extra={"outbox_message": message.id})
            return self._after_failure(message, DeliveryError(f"error: {type(error).__name__}"), to)

    def _write(self, message: ClaimedMessage, now: datetime) -> Letter | Result:
        try:
            letter = self.compose(message, now)
            if isinstance(letter, Skip):
                return Result(Outcome.SKIPPED, letter.reason)
            if isinstance(letter, Later):
                return Result(Outcome.RETRY, letter.reason, letter.at)
            if contacts.is_failing(letter.to):
                return Result(Outcome.SKIPPED, "address bounced before", instead=self._instead(message))
            return letter
        finally:
            end_read()

    def _send(self, message: ClaimedMessage, letter: Letter, now: datetime) -> str:
        channel = self.channels[message.channel]
        if (
            message.tries > 1
            and isinstance(channel, Askable)
            and channel.was_taken(letter, key=message.key, now=now)
        ):
            return "taken at an earlier try"
        return channel.send(letter, key=message.key, now=now)

    def _instead(self, message: ClaimedMessage) -> str:
        """Return another channel that is on, or nothing."""
        return next((name for name in self.channels if name != message.channel), "")

    def _after_failure(self, message: ClaimedMessage, error: DeliveryError, to: str) -> Result:
        again_at = None
        if not error.permanent:
            again_at = next_try(
                message.tries,
                now=self.clock(),
                expires_at=message.expires_at,
                chance=random.random(),  # noqa: S311 - spreads load, guards nothing
            )
        if again_at:
            return Result(Outcome.RETRY, error.detail, again_at)
        return Result(
            Outcome.FAILED,
            error.detail,
            contact_index=_index(to),
            dead=error.dead,
            instead=self._instead(message),
        )


def _index(to: str) -> str | None:
    return contacts.index_of(to) if to else None
