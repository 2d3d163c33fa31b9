"""The relay: claims due messages, has each one written and sent, and records what became of it.

The order is claim (commit), read, send with no transaction open, record (commit). A sender that
dies leaves a lease that runs out, so nothing is lost; between sending and recording it may leave
one message to be sent again, under the same key. That a message went out is committed without
waiting for the disk: if the whole machine falls, what was sent since the claim may go out again.
Letters are written a few ahead, but none goes out that is older than a moment: visits are moved
and cancelled all the time.
"""

import logging
import math
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from app.db import QuickWrites, end_read, quick_writes, transact
from app.errors import Busy
from app.notifications import contacts, pauses
from app.notifications.delivery import outbox, refusals
from app.notifications.delivery.outbox import ClaimedMessage, Outcome, Result
from app.notifications.delivery.retry import next_try
from app.notifications.letter import Askable, Channel, DeliveryError, Later, Letter, Skip
from app.notifications.watch import last_tries, rules

log = logging.getLogger(__name__)

Compose = Callable[[ClaimedMessage, datetime], Letter | Skip | Later]


# Reads at once what the letters of some messages will need.
Reading = Callable[[list[ClaimedMessage]], AbstractContextManager[object]]


def _never() -> bool:
    return False


MOST_AHEAD = 100  # letters written in one read: one by one they take longer than sending
FEW_AHEAD = 10  # before it is known how fast they go out
FRESH_SECONDS = 1.0  # older ones are written anew, from what is true by then
ADDRESS_FAILS = Skip("address bounced before")


@dataclass(frozen=True, slots=True)
class WrittenAhead:
    """Letters written ahead, by message, and when: soon after, the world may be another."""

    at: float
    letters: dict[int, Letter | Skip | Later | Exception] = field(default_factory=dict)
    indexes: dict[int, str] = field(default_factory=dict)  # fingerprints of the addresses
    told: set[int] = field(default_factory=set)  # messages that a letter before them has told as well

    def covers(self, message: ClaimedMessage) -> bool:
        """Return whether the letter of this message is there and still true."""
        return message.id in self.letters and time.monotonic() - self.at <= FRESH_SECONDS


@dataclass(slots=True)
class Pace:
    """How many letters go out while they are fresh, by how many just did."""

    letters: int = FEW_AHEAD
    since: float = field(default_factory=time.monotonic)

    def ahead(self, done: int) -> int:
        """Return how many letters to write ahead, when so many were handled since the last of them."""
        seconds, self.since = time.monotonic() - self.since, time.monotonic()
        if done:
            self.letters = max(1, min(MOST_AHEAD, int(0.7 * FRESH_SECONDS * done / max(seconds, 0.001))))
        return self.letters


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
    reading: Reading = nullcontext
    pace: Mapping[str, Pace] = field(default_factory=lambda: defaultdict(Pace))  # of each channel

    def deliver_due(self, *, limit: int = 20) -> int:
        """Handle up to `limit` due messages of each channel and return how many were handled."""
        return sum(self._deliver(name, limit) for name in self.channels)

    def _deliver(self, channel: str, limit: int) -> int:
        if self.stopping() or not self._anything_due(channel):
            return 0
        room = self._room(channel, limit)
        if not room:
            return 0
        claimed_at = time.monotonic()
        batch = self._claim(channel, room)
        try:
            handled = self._handle_while_leased(batch, claimed_at) if batch else 0
        finally:
            self.channels[channel].close()
        if batch[handled:]:
            transact(outbox.give_back, batch[handled:], now=self.clock())
        return handled

    def _anything_due(self, channel: str) -> bool:
        due = outbox.anything_due(channel, now=self.clock())
        end_read()
        return due

    def _room(self, channel: str, limit: int) -> int:
        """Return how many messages the channel gets: one a while, as long as it refuses everybody."""
        tries = last_tries.last_tries(channel)
        end_read()
        if not rules.refuses_everybody(tries):
            return limit
        return int(rules.may_probe(tries, self.clock()))

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
        written, begun = WrittenAhead(at=-math.inf), 0
        with quick_writes() as quick:
            for index, message in enumerate(batch):
                if self.stopping() or time.monotonic() - claimed_at >= half:
                    return index
                if not written.covers(message):
                    ahead = self.pace[message.channel].ahead(index - begun)
                    written, begun = self._write_ahead(batch[index : index + ahead]), index
                if not self._handle_safely(message, written, quick):
                    return index + 1
        return len(batch)

    def _handle_safely(self, message: ClaimedMessage, written: WrittenAhead, quick: QuickWrites) -> bool:
        """Handle one message; the answer is no when the channel refuses everybody, the next ones too."""
        try:
            return self._handle(message, written, quick)
        except Exception:
            # It stays claimed and is due again when its lease ends; the others must not wait for it.
            log.exception("a message was left for later", extra={"outbox_message": message.id})
            return True

    def _handle(self, message: ClaimedMessage, written: WrittenAhead, quick: QuickWrites) -> bool:
        if message.id in written.told:
            return True
        started_at = self.clock()
        result = self._try(message, written, started_at)
        record = partial(self._record, message, result, quick, started_at=started_at, now=self.clock())
        kept, recorded = self._insist(record)
        log.info(
            "message handled",
            extra={"outbox_message": message.id, "outcome": recorded.outcome.value, "kept": kept},
        )
        return not recorded.everybody

    def _insist(self, record: Callable[[], tuple[bool, Result]]) -> tuple[bool, Result]:
        """Try on while the database is busy: what was sent and is not on record would be sent again."""
        # For most of a lease's time; past its end it does no harm, since a record goes by its claim's name.
        until = time.monotonic() + self.lease.total_seconds() / 3
        while True:
            try:
                return record()
            except Busy:
                if time.monotonic() >= until or self.stopping():
                    raise

    def _record(
        self,
        message: ClaimedMessage,
        result: Result,
        quick: QuickWrites,
        *,
        started_at: datetime,
        now: datetime,
    ) -> tuple[bool, Result]:
        """Write down what came of it, and return whether it was still ours, and what stands there now."""
        if result.alone:
            record = partial(outbox.record, message, result, started_at=started_at, now=now)
            return quick.transact(record), result
        return transact(self._record_with_more, message, result, started_at=started_at, now=now)

    def _record_with_more(
        self, message: ClaimedMessage, result: Result, *, started_at: datetime, now: datetime
    ) -> tuple[bool, Result]:
        result = refusals.believed(message, result, chance=_chance(), now=now)
        if result.dead and result.contact_index:
            contacts.mark_failing(result.contact_index, message.channel, reason=result.detail, now=now)
        return outbox.record(message, result, started_at=started_at, now=now), result

    def _write_ahead(self, messages: list[ClaimedMessage]) -> WrittenAhead:
        """Write the letters of some messages in one read; what goes wrong with one is kept for its turn."""
        written = WrittenAhead(at=time.monotonic())
        known: dict[int, list[str]] = {}  # by the message: its address under each key
        try:
            with self.reading(messages):
                for message in messages:
                    letter = written.letters[message.id] = self._write(message)
                    if isinstance(letter, Letter) and letter.to:
                        known[message.id] = contacts.indexes_of(letter.to)
            barred = self._barred({index for indexes in known.values() for index in indexes})
        finally:
            end_read()
        for number, indexes in known.items():
            written.indexes[number] = indexes[0]
            for index in barred.keys() & indexes:
                written.letters[number] = barred[index]
        return written

    def _barred(self, indexes: Collection[str]) -> dict[str, Skip]:
        """Return whom nothing may be sent, by fingerprint, and why."""
        paused = dict.fromkeys(pauses.paused_among(indexes), Skip(pauses.PAUSED))
        return dict.fromkeys(contacts.failing_among(indexes), ADDRESS_FAILS) | paused

    def _write(self, message: ClaimedMessage) -> Letter | Skip | Later | Exception:
        try:
            return self.compose(message, self.clock())
        except Exception as error:
            end_read()  # A statement that failed ends a transaction of PostgreSQL for all that follow.
            log.exception("a message could not be written", extra={"outbox_message": message.id})
            return error

    def _try(self, message: ClaimedMessage, written: WrittenAhead, now: datetime) -> Result:
        if message.expires_at and message.expires_at <= now:
            return Result(Outcome.SKIPPED, "too late")
        letter = written.letters[message.id]
        if not isinstance(letter, Letter):
            return self._without_letter(message, letter)
        index = written.indexes.get(message.id)
        try:
            how = self._send(message, letter, now)
            written.told.update(letter.tells)
            return Result(Outcome.SENT, how, contact_index=index, tells=letter.tells)
        except DeliveryError as error:
            return self._after_failure(message, error, index)
        except Exception as error:
            log.exception("a message could not be sent", extra={"outbox_message": message.id})
            return self._after_failure(message, _as_delivery_error(error), index)

    def _without_letter(self, message: ClaimedMessage, why: Skip | Later | Exception) -> Result:
        if isinstance(why, Skip):
            instead = self._instead(message) if why is ADDRESS_FAILS else ""
            return Result(Outcome.SKIPPED, why.reason, instead=instead)
        if isinstance(why, Later):
            return Result(Outcome.RETRY, why.reason, why.at, postponed=True)
        return self._after_failure(message, _as_delivery_error(why), None)

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

    def _after_failure(self, message: ClaimedMessage, error: DeliveryError, index: str | None) -> Result:
        again_at = None
        if not error.permanent:
            again_at = next_try(
                message.tries,
                now=self.clock(),
                expires_at=message.expires_at,
                chance=_chance(),
            )
        if again_at:
            return Result(Outcome.RETRY, error.detail, again_at)
        return Result(
            Outcome.FAILED,
            error.detail,
            contact_index=index,
            dead=error.dead,
            instead=self._instead(message),
        )


def _chance() -> float:
    return random.random()  # noqa: S311 - spreads load, guards nothing


def _as_delivery_error(error: Exception) -> DeliveryError:
    return error if isinstance(error, DeliveryError) else DeliveryError(f"error: {type(error).__name__}")
