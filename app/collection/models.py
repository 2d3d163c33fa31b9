"""The steps of reminding people, who may collect for them, and the record of what was handed over."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.crypto import Encrypted
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


class Relation(StrEnum):
    """Who a proxy is to the person."""

    EMPLOYER = "employer"
    SPOUSE = "spouse"
    RELATIVE = "relative"
    FRIEND = "friend"
    OTHER = "other"


_LIVE_PROXY = text("revoked_at IS NULL AND used_at IS NULL")


class Proxy(Model):
    """Somebody whom the person sends to collect. Of the code they show we keep a fingerprint."""

    __tablename__ = "proxies"
    __table_args__ = (
        Index("uq_proxies_live_case", "case_id", unique=True, postgresql_where=_LIVE_PROXY,
              sqlite_where=_LIVE_PROXY),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    relation: Mapped[str] = mapped_column(String(20))
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    name_encrypted: Mapped[str] = mapped_column(Text)

    name = Encrypted(bound_to="public_id")


class HandoverRecord(Model):
    """What the clerk received at a collection, and to whom things went; these are item by item elsewhere."""

    __tablename__ = "handover_records"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(
        ForeignKey("appointments.id", ondelete="CASCADE"), unique=True
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    handed_at: Mapped[datetime]
    handed_by: Mapped[str] = mapped_column(String(80))
    identity_seen: Mapped[bool]
    papers: Mapped[list[str]] = mapped_column(JSON)  # codes of the papers received
    proxy_id: Mapped[int | None] = mapped_column(ForeignKey("proxies.id"))  # None: the holder came

    proxy: Mapped[Proxy | None] = relationship()
