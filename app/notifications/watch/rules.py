"""What the last tries of a channel say about the channel, and not about one person. PURE."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

SENT, REFUSED = "sent", ("failed", "refused")
NOT_SENT = ("retry", *REFUSED)

FAILURES_IN_A_ROW = 5
REFUSED_PEOPLE = 5  # so many people are not all unknown by chance
PROBE_EVERY = timedelta(minutes=1)  # how often a channel that refuses everybody is given one message
NOTHING_SENT_FOR = timedelta(minutes=8)  # with a look a minute, operators know within ten
SHARE_WITHIN = timedelta(hours=1)
SHARE_OF = 20  # fewer messages say nothing about a share
BAD_SHARE = 0.5


class ChannelTrouble(StrEnum):
    """What is wrong with a channel, the gravest first."""

    REFUSES = "refuses"  # its provider says no to everybody, for good
    STANDS = "stands"  # messages wait, and none went out for long
    FAILS = "fails"  # the last tries failed, whosever they were


@dataclass(frozen=True, slots=True)
class ChannelTry:
    """One try of a message: what came of it, when, and the fingerprint of whom it was for."""

    message_id: int
    outcome: str
    at: datetime
    contact_index: str | None


def since_last_sent(tries: Sequence[ChannelTry]) -> list[ChannelTry]:
    """Return the tries after the newest that was sent; `tries` are those of a channel, newest first."""
    return list(takewhile(lambda one: one.outcome != SENT, tries))


def refusals(tries: Sequence[ChannelTry]) -> Iterator[ChannelTry]:
    """Yield the refusals for good after the newest message that was sent."""
    return (one for one in since_last_sent(tries) if one.outcome in REFUSED)


def refuses_everybody(tries: Sequence[ChannelTry]) -> bool:
    """Return whether so many people were refused in a row that it is the channel, not the people."""
    return len({one.contact_index for one in refusals(tries) if one.contact_index}) >= REFUSED_PEOPLE


def may_probe(tries: Sequence[ChannelTry], now: datetime) -> bool:
    """Return whether it is time to give one message to a channel that refuses everybody."""
    silent = now - tries[0].at if tries else PROBE_EVERY
    return not timedelta() <= silent < PROBE_EVERY  # a last try in the future is of a clock that ran ahead


def failed_share(tries: Sequence[ChannelTry], now: datetime) -> float | None:
    """Return the share of the messages tried within the hour that did not go out; None if they are few."""
    last: dict[int, str] = {}
    for one in tries:
        if now - one.at <= SHARE_WITHIN:
            last.setdefault(one.message_id, one.outcome)
    if len(last) < SHARE_OF:
        return None
    return sum(outcome != SENT for outcome in last.values()) / len(last)


def trouble_of(
    tries: Sequence[ChannelTry], waiting_since: datetime | None, *, now: datetime
) -> tuple[ChannelTrouble, int] | None:
    """Return what is wrong with a channel and its number: of people, minutes or tries.

    `waiting_since` is when the oldest message that has not gone out should have gone.
    """
    failed = since_last_sent(tries)
    if refuses_everybody(tries):
        people = {one.contact_index for one in refusals(tries)}
        return ChannelTrouble.REFUSES, len(people)
    if waiting_since and failed:
        quiet_since = max(waiting_since, failed[-1].at)
        if now - quiet_since >= NOTHING_SENT_FOR:
            return ChannelTrouble.STANDS, int((now - quiet_since).total_seconds() // 60)
    return (ChannelTrouble.FAILS, len(failed)) if len(failed) >= FAILURES_IN_A_ROW else None
