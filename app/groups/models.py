"""Groups and their members. Whose case it is, and what visit it has, stays with the case and the visit."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.appointments.models import Appointment, Hold
from app.cases.models import Case
from app.crypto import Encrypted
from app.db import Model
from app.stations.models import Service


class Group(Model):
    """People for whom an employer books. Until `booked_at` it is a draft, and is deleted after a day."""

    __tablename__ = "groups"
    __table_args__ = (Index("ix_groups_booked_at_created_at", "booked_at", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime]
    booked_at: Mapped[datetime | None]

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_encrypted: Mapped[str] = mapped_column(Text)
    company_encrypted: Mapped[str | None] = mapped_column(Text)
    email_encrypted: Mapped[str | None] = mapped_column(Text)
    phone_encrypted: Mapped[str | None] = mapped_column(Text)

    token = Encrypted(bound_to="token_hash")
    company = Encrypted(bound_to="token_hash")
    email = Encrypted(bound_to="token_hash")
    phone = Encrypted(bound_to="token_hash")

    service: Mapped[Service] = relationship()
    members: Mapped[list["Member"]] = relationship(
        order_by="Member.position", cascade="all, delete-orphan", back_populates="group"
    )


class Member(Model):
    """One visit of a group: of a case, or for an open service of so many people."""

    __tablename__ = "group_members"
    __table_args__ = (UniqueConstraint("group_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    party_size: Mapped[int] = mapped_column(SmallInteger, default=1)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("holds.id", ondelete="SET NULL"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)

    group: Mapped[Group] = relationship(back_populates="members")
    case: Mapped[Case | None] = relationship()
    hold: Mapped[Hold | None] = relationship()
    appointment: Mapped[Appointment | None] = relationship()
