"""Who is at the door: the sign-in from start to end, and the cookie that Flask-Login keeps.

The cookie carries a random token; the session row holds its fingerprint (docs/adr: staff sessions).
"""

from dataclasses import dataclass
from datetime import datetime

from flask import request, session
from flask_login import UserMixin, current_user, login_user

from app import clock
from app.accounts import operations, passwords, queries
from app.accounts.models import Role, StaffSession
from app.accounts.operations import Attempt, Proof, SignInRefused
from app.db import end_read, transact
from app.extensions import login_manager
from app.web import security_log

COOKIE_KEY = "_user_id"  # where Flask-Login keeps what `get_id` returns
BY_ITSELF, BY_ITSELF_HEADER = "again", "X-Again"  # how a page that refreshes itself says so


@dataclass(frozen=True)
class StaffMember(UserMixin):  # type: ignore[misc]
    """The account that is signed in, and the token of its session."""

    user_id: int
    username: str
    name: str
    role: Role
    language: str
    token: str
    bureau: str | None = None  # the authority whose permits they decide

    def get_id(self) -> str:
        return self.token


def install() -> None:
    # Flask-Login's own guard compares browser texts, which change with every update of a browser.
    login_manager.session_protection = None
    login_manager.user_loader(find_staff_member)


def find_staff_member(token: str) -> StaffMember | None:
    """Return whose session this token opens, and note once a minute that it is in use."""
    now = clock.now()
    found = queries.find_session(token, now=now)
    if found is None:
        return None
    member = _member(found, token)
    if now - found.last_seen_at >= operations.SEEN_EVERY and not _loads_by_itself():
        transact(operations.see, token, now=now)
    return member


def _loads_by_itself() -> bool:
    """Say whether a page asks again by its own clock, and not because somebody is there."""
    return bool(request) and (BY_ITSELF in request.args or BY_ITSELF_HEADER in request.headers)


def _member(found: StaffSession, token: str) -> StaffMember:
    user = found.user
    return StaffMember(user.id, user.username, user.name, Role(user.role), user.language, token, user.bureau)


def find_current() -> StaffMember | None:
    """Return who sent this request, if signed in."""
    member = current_user._get_current_object() if current_user.is_authenticated else None  # noqa: SLF001
    if member:
        security_log.about(member.username)
    return member


def enter(attempt: Attempt, password: str, *, now: datetime, device: str = "") -> StaffMember:
    """Sign in. Raises TooManyTries, SignInRefused, or Busy while too many people sign in.

    The try is counted in a transaction of its own, so it stays counted when it is refused, and the
    slow hash is computed outside any transaction.
    """
    transact(operations.count_try, attempt, now=now)
    operations.check_tries(attempt, now=now)
    proof = _proof(attempt.username, password)
    token = transact(operations.sign_in, proof, attempt, now=now, device=device)
    member = find_staff_member(token)
    if member is None:
        raise SignInRefused
    session.clear()  # Nothing that was in the browser before, and no token somebody put there, stays.
    session.permanent = True
    session["lang"] = member.language
    login_user(member)
    return member


def change_password(member: StaffMember, current: str, new: str, attempt: Attempt, *, now: datetime) -> None:
    """Replace the own password and end the other sessions.

    Raises TooManyTries, SignInRefused for a wrong current password, PasswordUnfit, PasswordCommon, Busy.
    """
    operations.check_new_password(new, member.username, member.name)
    transact(operations.count_try, attempt, now=now)
    operations.check_tries(attempt, now=now)
    proof = _proof(member.username, current)
    new_hash = passwords.hash_password(new)
    transact(operations.replace_password, proof, new_hash, token=member.token, now=now)


def _proof(username: str, password: str) -> Proof:
    user = queries.find_user(username)
    known_hash = user.password_hash if user and user.active else None
    end_read()
    if not passwords.matches(password, known_hash) or known_hash is None:
        raise SignInRefused
    new_hash = passwords.hash_password(password) if passwords.is_outdated(known_hash) else None
    return Proof(username, known_hash, new_hash)


def leave(*, now: datetime) -> None:
    """End the session in the database, then forget it in the browser."""
    token = session.get(COOKIE_KEY)
    language = session.get("lang")
    if token:
        transact(operations.sign_out, token, now=now)
    session.clear()
    login_manager._update_request_context_with_user()  # noqa: SLF001
    if language:
        session["lang"] = language
