"""Reading accounts and their sessions."""

import re
from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import StaffSession, User
from app.crypto import token_hash
from app.db import db
from app.errors import NotFound

IDLE = timedelta(minutes=30)
LONGEST_SESSION = timedelta(hours=12)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


def find_user(username: str) -> User | None:
    if not is_username(normalised(username)):
        return None
    return db.session.scalar(select(User).where(User.username == normalised(username)))


def get_user(username: str) -> User:
    """Return the account. Raises NotFound."""
    user = find_user(username)
    if user is None:
        raise NotFound
    return user


def list_users() -> list[User]:
    return list(db.session.scalars(select(User).order_by(User.username)))


def find_session(token: str, *, now: datetime) -> StaffSession | None:
    """Return the session this token opens, unless it was ended, is too old or was idle too long."""
    found = db.session.scalar(select(StaffSession).where(StaffSession.token_hash == token_hash(token)))
    if found is None or found.ended_at is not None or not found.user.active:
        return None
    too_old = now >= found.created_at + LONGEST_SESSION or now >= found.last_seen_at + IDLE
    return None if too_old else found


def list_sessions(user_id: int, *, now: datetime) -> list[StaffSession]:
    """Return the sessions of an account that still open pages, the latest used first."""
    found = select(StaffSession).where(
        StaffSession.user_id == user_id,
        StaffSession.ended_at.is_(None),
        StaffSession.created_at > now - LONGEST_SESSION,
        StaffSession.last_seen_at > now - IDLE,
    )
    return list(db.session.scalars(found.order_by(StaffSession.last_seen_at.desc(), StaffSession.id)))


def is_username(text: str) -> bool:
    """Say whether the text is 1 to 60 of a–z, 0–9, dot, dash, underline, with a letter or digit first."""
    return _USERNAME.fullmatch(text) is not None


def normalised(username: str) -> str:
    return username.strip().lower()
