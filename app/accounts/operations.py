"""Accounts and sessions change here. Every function is called inside `transact()`."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select, update

from app import throttle
from app.accounts import passwords, queries
from app.accounts.models import Role, StaffSession, User
from app.crypto import token_hash
from app.db import db, locking
from app.errors import DomainError
from app.web.networks import address_block

FAILURES = 5  # of one account, from one address
ADDRESS_FAILURES = 20  # of all accounts, from one address: an office may share it
PAUSE = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)


class UsernameTaken(DomainError):
    code = "username_taken"


class UsernameUnfit(DomainError):
    """A user name is 1 to 60 of a–z, 0–9, dot, dash and underline."""

    code = "username_unfit"
    status = 422


class PasswordUnfit(DomainError):
    code = "password_unfit"
    status = 422


class PasswordCommon(DomainError):
    """The password is among those that are tried first."""

    code = "password_common"
    status = 422


class SignInRefused(DomainError):
    """User name and password do not open an account; which of the two is not told."""

    code = "sign_in_refused"
    status = 401


@dataclass(frozen=True)
class NewUser:
    username: str
    name: str
    role: Role
    password: str
    language: str = "en"
    demo: bool = False
    bureau: str | None = None


@dataclass(frozen=True)
class Attempt:
    """One try to sign in: which account, and from which network."""

    username: str
    address: str

    @property
    def keys(self) -> dict[str, int]:
        """Return the throttle keys of this try and how many failures each allows."""
        block = address_block(self.address)
        return {
            f"sign-in:{queries.normalised(self.username)}:{block}": FAILURES,
            f"sign-in:{block}": ADDRESS_FAILURES,
        }


@dataclass(frozen=True)
class Proof:
    """The password was right for the account with this hash; `new_hash` replaces an outdated one."""

    username: str
    password_hash: str
    new_hash: str | None = None


def create_user(new: NewUser, *, now: datetime) -> User:
    """Create an account. Raises UsernameTaken, UsernameUnfit, PasswordUnfit or PasswordCommon."""
    username = queries.normalised(new.username)
    if not queries.is_username(username):
        raise UsernameUnfit
    check_new_password(new.password, username, new.name)
    if queries.find_user(username):
        raise UsernameTaken
    user = User(
        username=username,
        name=new.name.strip() or username,
        password_hash=passwords.hash_password(new.password),
        role=new.role,
        active=True,
        language=new.language,
        demo=new.demo,
        bureau=new.bureau,
        created_at=now,
    )
    db.session.add(user)
    db.session.flush()
    return user


def disable_user(username: str, *, now: datetime) -> User:
    """Close the account and end its sessions. Raises NotFound."""
    user = _locked(username)
    user.active = False
    _end_all(user, now=now)
    return user


def set_password(username: str, password: str, *, now: datetime) -> User:
    """Replace the password and end every session opened with the old one."""
    user = _locked(username)
    check_new_password(password, user.username, user.name)
    user.password_hash = passwords.hash_password(password)
    _end_all(user, now=now)
    return user


def check_new_password(password: str, *own_words: str) -> None:
    """Raise PasswordUnfit or PasswordCommon for what must not become a password. Reads nothing."""
    if not passwords.is_long_enough(password):
        raise PasswordUnfit
    if passwords.is_common(password, *own_words):
        raise PasswordCommon


def replace_password(proof: Proof, new_hash: str, *, token: str, now: datetime) -> None:
    """Take the new hash in place of the one that was proved; only the session of this token goes on.

    Raises SignInRefused when the account changed meanwhile.
    """
    user = _locked(proof.username)
    if not user.active or user.password_hash != proof.password_hash:
        raise SignInRefused
    user.password_hash = new_hash
    end_other_sessions(user.id, token=token, now=now)


def end_session(user_id: int, session_id: int, *, now: datetime) -> None:
    """End one session of this account; one that is another's, or ended, stays as it is."""
    ending = update(StaffSession).where(StaffSession.id == session_id, StaffSession.user_id == user_id)
    db.session.execute(ending.where(StaffSession.ended_at.is_(None)).values(ended_at=now))


def end_other_sessions(user_id: int, *, token: str, now: datetime) -> None:
    """End all sessions of this account but the one of this token."""
    ending = update(StaffSession).where(
        StaffSession.user_id == user_id,
        StaffSession.token_hash != token_hash(token),
        StaffSession.ended_at.is_(None),
    )
    db.session.execute(ending.values(ended_at=now))


def set_language(username: str, language: str) -> None:
    _locked(username).language = language


def count_try(attempt: Attempt, *, now: datetime) -> None:
    """Count the try before its password is looked at, so that parallel tries cannot slip past."""
    for key in attempt.keys:
        throttle.count(key, window=PAUSE, now=now)


def check_tries(attempt: Attempt, *, now: datetime) -> None:
    """Raise TooManyTries when this try, already counted, is one too many. Reads only."""
    for key, failures in attempt.keys.items():
        throttle.check(key, limit=failures + 1, now=now)


def sign_in(proof: Proof, attempt: Attempt, *, now: datetime, device: str = "") -> str:
    """Open a session and return its token. Raises SignInRefused when the account changed meanwhile."""
    wanted = select(User).where(User.username == queries.normalised(proof.username))
    user = db.session.scalar(locking(wanted))
    if user is None or not user.active or user.password_hash != proof.password_hash:
        raise SignInRefused
    if user.demo and current_app.extensions["settings"].production:
        raise SignInRefused  # everybody knows that password
    if proof.new_hash:
        user.password_hash = proof.new_hash
    account_key, address_key = attempt.keys
    throttle.forget(account_key)
    throttle.take_back(address_key)
    token = secrets.token_urlsafe(32)
    db.session.add(
        StaffSession(
            token_hash=token_hash(token), user_id=user.id, device=device, created_at=now, last_seen_at=now
        )
    )
    return token


def sign_out(token: str, *, now: datetime) -> None:
    """End the session of this token; a copy of its cookie opens nothing any more."""
    ending = update(StaffSession).where(StaffSession.token_hash == token_hash(token))
    db.session.execute(ending.where(StaffSession.ended_at.is_(None)).values(ended_at=now))


def see(token: str, *, now: datetime) -> None:
    """Note that the session is in use."""
    seen = update(StaffSession).where(StaffSession.token_hash == token_hash(token))
    db.session.execute(seen.where(StaffSession.ended_at.is_(None)).values(last_seen_at=now))


def _locked(username: str) -> User:
    user_id = queries.get_user(username).id
    return db.session.scalars(locking(select(User).where(User.id == user_id))).one()


def _end_all(user: User, *, now: datetime) -> None:
    ending = update(StaffSession).where(StaffSession.user_id == user.id, StaffSession.ended_at.is_(None))
    db.session.execute(ending.values(ended_at=now))
