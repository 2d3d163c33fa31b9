"""Cases, their two permit legs, and the visit types that say what is handed over."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.crypto import Encrypted
from app.db import Model
from app.localtext import LocalText


class VisitType(Model):
    """What a visit hands over and which papers it needs: data, not code."""

    __tablename__ = "visit_types"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    title: Mapped[LocalText]  # the news, as a sentence: "Your work permit and residence permit are ready"
    lead: Mapped[LocalText]  # the sentence below it
    note: Mapped[LocalText | None]

    items: Mapped[list["VisitItem"]] = relationship(
        order_by="VisitItem.position", cascade="all, delete-orphan"
    )


class VisitItemKind(StrEnum):
    HANDOVER = "handover"  # a tick at the counter
    PAPER = "paper"  # the applicant brings it


class VisitItem(Model):
    __tablename__ = "visit_items"
    __table_args__ = (UniqueConstraint("visit_type_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_types.id"))
    kind: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[LocalText]


class Permit(StrEnum):
    WORK = "work"
    RESIDENCE = "residence"


class LegState(StrEnum):
    RECEIVED = "received"
    IN_REVIEW = "in_review"
    PAPERS_ASKED = "papers_asked"
    APPROVED = "approved"
    REFUSED = "refused"


class Case(Model):
    """One applicant's pair of permits. Personal data is encrypted and bound to the case number."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_passport_index", "passport_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_types.id"))
    papers_station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    collect_before: Mapped[date | None]
    collected_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime]
    demo: Mapped[bool] = mapped_column(default=False)

    code_index: Mapped[str] = mapped_column(String(64), unique=True)
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    passport_index: Mapped[str] = mapped_column(String(64))
    code_encrypted: Mapped[str] = mapped_column(Text)
    link_encrypted: Mapped[str] = mapped_column(Text)
    passport_encrypted: Mapped[str] = mapped_column(Text)
    full_name_encrypted: Mapped[str] = mapped_column(Text)
    email_encrypted: Mapped[str | None] = mapped_column(Text)
    phone_encrypted: Mapped[str | None] = mapped_column(Text)

    code = Encrypted(bound_to="number")
    link = Encrypted(bound_to="number")
    passport = Encrypted(bound_to="number")
    full_name = Encrypted(bound_to="number")
    email = Encrypted(bound_to="number")
    phone = Encrypted(bound_to="number")

    visit_type: Mapped[VisitType] = relationship()
    legs: Mapped[list["PermitLeg"]] = relationship(order_by="PermitLeg.permit", cascade="all, delete-orphan")

    @property
    def passport_last4(self) -> str:
        return self.passport[-4:]


class PermitLeg(Model):
    """One permit within a case, approved by one bureau."""

    __tablename__ = "permit_legs"
    __table_args__ = (UniqueConstraint("case_id", "permit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    permit: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    decided_on: Mapped[date | None]


class CaseNotice(Model):
    """That the person was told to collect, and who wants no more messages. One row per case."""

    __tablename__ = "case_notices"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    round: Mapped[int] = mapped_column(default=0)  # goes up each time the case becomes ready
    told_at: Mapped[datetime | None]  # of this round; None while the case is not ready
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str] = mapped_column(String(80), default="")  # "person", or the staff user name
    called_at: Mapped[datetime | None]
    called_by: Mapped[str] = mapped_column(String(80), default="")
