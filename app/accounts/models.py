"""Staff accounts and their sessions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Model


class Role(StrEnum):
    """Clerks work the day; managers also plan their own stations; administrators plan all."""

    CLERK = "clerk"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class User(Model):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    bureau: Mapped[str | None] = mapped_column(String(40))  # code of the authority whose permits they decide
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5), default="en")
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class StaffSession(Model):
    """One sign-in. The cookie holds a random token, the row its fingerprint; ending the row ends it."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    device: Mapped[str] = mapped_column(String(60), default="")  # browser and system, in words
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]  # by a person; what a page loads by itself does not count
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)
