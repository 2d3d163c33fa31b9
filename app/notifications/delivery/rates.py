"""How fast a channel may send, counted in the database so that all workers count together.

A bucket fills evenly and holds ten seconds' worth, so that a stop is not followed by a flood.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.db import db, locking
from app.notifications.models import ChannelRate

BURST = timedelta(seconds=10)
MINUTE = timedelta(minutes=1)


def most(per_minute: float) -> float:
    """Return how many messages may go out at once after a pause."""
    return max(1.0, per_minute * (BURST / MINUTE))


def filled(tokens: float, per_minute: float, passed: timedelta) -> float:
    """Return the bucket's contents after a time; a clock that was set back fills nothing."""
    return min(most(per_minute), tokens + per_minute * max(0.0, passed / MINUTE))


def allowed(channel: str, per_minute: float, *, now: datetime) -> int:
    """Return how many messages may go out now. Call inside `transact()`; `spend` says how many do."""
    bucket = _locked(channel) or ChannelRate(channel=channel, tokens=most(per_minute), counted_at=now)
    bucket.tokens = filled(bucket.tokens, per_minute, now - bucket.counted_at)
    bucket.counted_at = now
    db.session.add(bucket)
    db.session.flush()
    return int(bucket.tokens)


def spend(channel: str, number: int) -> None:
    """Take so many out of the bucket; a negative number puts back what was not sent after all."""
    bucket = _locked(channel)
    if bucket:
        bucket.tokens -= number


def _locked(channel: str) -> ChannelRate | None:
    # Locked until the claim is committed, or two workers would spend the same tokens.
    return db.session.scalar(locking(select(ChannelRate).where(ChannelRate.channel == channel)))


def read_tokens(channel: str) -> float | None:
    """Return what the bucket held when it was last counted."""
    return db.session.scalar(select(ChannelRate.tokens).where(ChannelRate.channel == channel))
