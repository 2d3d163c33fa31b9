"""Limits on tries, counted in the database so that every process counts together."""

from datetime import datetime, timedelta

from sqlalchemy import String, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from app.crypto import keyring
from app.db import Model, db
from app.errors import TooManyTries


class ThrottleBucket(Model):
    """Hits on one key in its current window. Keys are fingerprints: they name addresses and accounts."""

    __tablename__ = "throttle_buckets"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    hits: Mapped[int]
    resets_at: Mapped[datetime] = mapped_column(index=True)


def check(key: str, *, limit: int, now: datetime) -> None:
    """Raise TooManyTries when the key has used up its tries in the current window."""
    bucket = db.session.get(ThrottleBucket, _fingerprint(key))
    if bucket and bucket.resets_at > now and bucket.hits >= limit:
        raise TooManyTries(retry_after=int((bucket.resets_at - now).total_seconds()) + 1)


def count(key: str, *, window: timedelta, now: datetime) -> int:
    """Count one hit and return the hits of the window. Call inside `transact()`, in one of its own."""
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgresql_insert
    statement = insert(ThrottleBucket).values(key=_fingerprint(key), hits=1, resets_at=now + window)
    over = ThrottleBucket.resets_at <= now
    upsert = statement.on_conflict_do_update(
        index_elements=[ThrottleBucket.key],
        set_={
            "hits": db.case((over, 1), else_=ThrottleBucket.hits + 1),
            "resets_at": db.case((over, now + window), else_=ThrottleBucket.resets_at),
        },
    ).returning(ThrottleBucket.hits)
    return int(db.session.execute(upsert).scalar_one())


def forget(key: str) -> None:
    """Drop the key's count, after a success. Call inside `transact()`."""
    bucket = db.session.get(ThrottleBucket, _fingerprint(key))
    if bucket:
        db.session.delete(bucket)


def take_back(key: str) -> None:
    """Uncount one hit that turned out to be no failure. Call inside `transact()`."""
    statement = update(ThrottleBucket).where(ThrottleBucket.key == _fingerprint(key), ThrottleBucket.hits > 0)
    db.session.execute(statement.values(hits=ThrottleBucket.hits - 1))


def _fingerprint(key: str) -> str:
    # Keyed: whoever has the table alone cannot try all addresses there are.
    return keyring().blind_index(key, purpose="throttle")
