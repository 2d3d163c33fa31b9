"""The steps by which people who were told to collect, and did not book, are reminded."""

from enum import StrEnum

from sqlalchemy import SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class StepKind(StrEnum):
    MESSAGE = "message"
    CALL = "call"  # by a member of staff


class ChaseStep(Model):
    """One step of reminding somebody who was told and has no visit: data, not code."""

    __tablename__ = "chase_steps"

    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10))
    after_days: Mapped[int] = mapped_column(SmallInteger)  # working days since the person was told
    again_days: Mapped[int | None] = mapped_column(SmallInteger)  # a call: working days until the next
    channels: Mapped[str] = mapped_column(String(40), default="email sms")
