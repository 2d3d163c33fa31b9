"""Cases, their two permit legs, and the visit types that say what is handed over."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.crypto import Encrypted
from app.db import Model
from app.localtext import LocalText
from app.stations.models import Station


class VisitType(Model):
    """What a visit hands over and which papers it needs: data, not code."""

    __tablename__ = "visit_types"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    title: Mapped[LocalText]  # the news, as a sentence: "Your work permit and residence permit are ready"
    lead: Mapped[LocalText]  # the sentence below it
    note: Mapped[LocalText | None]
    # Working days: what is promised for both permits, and what one bureau after the other needed.
    promised_days: Mapped[int | None] = mapped_column(SmallInteger)
    sequential_days: Mapped[int | None] = mapped_column(SmallInteger)
    # Whether something may be handed over while another thing is missing; else it is all or nothing.
    in_parts: Mapped[bool] = mapped_column(default=True, server_default=true())

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
    hint: Mapped[LocalText | None]  # of a paper: who issues it, and where to copy it


class Bureau(Model):
    """An authority that decides one permit of every case. Its name is data: authorities are reorganised."""

    __tablename__ = "bureaus"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    permit: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[LocalText]


class Employer(Model):
    """A registered unit that may recruit foreign talent. `code` is its unified social credit code."""

    __tablename__ = "employers"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(400), index=True)  # what a search compares
    registered_on: Mapped[date | None] = mapped_column(index=True)
    demo: Mapped[bool] = mapped_column(default=False)


class Case(Model):
    """One applicant's pair of permits. Personal data is encrypted and bound to the case number."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_passport_index", "passport_index"),
        Index("ix_cases_due_on", "due_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_types.id"))
    papers_station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    shelf: Mapped[str] = mapped_column(String(40), default="")
    collect_before: Mapped[date | None]
    received_on: Mapped[date | None]
    due_on: Mapped[date | None]  # by the promise; None while the clock stands or the calendar is unknown
    ready_at: Mapped[datetime | None] = mapped_column(index=True)
    collected_at: Mapped[datetime | None]
    emptied_at: Mapped[datetime | None] = mapped_column(index=True)  # its personal data served their time
    # The bureaus' own number of the application; which of its versions we know is told by the legs.
    external_number: Mapped[str | None] = mapped_column(String(60), unique=True, index=True)
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employers.id"), index=True)
    nationality: Mapped[str | None] = mapped_column(String(2))  # ISO 3166, as in the passport
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    passport_expires_on: Mapped[date | None]
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime]
    demo: Mapped[bool] = mapped_column(default=False)

    code_index: Mapped[str] = mapped_column(String(64), unique=True)
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # A shorter link of earlier days, which people have in their messages: it opens until then.
    old_link_hash: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)
    old_link_until: Mapped[datetime | None]
    passport_index: Mapped[str] = mapped_column(String(64))
    code_encrypted: Mapped[str] = mapped_column(Text)
    link_encrypted: Mapped[str] = mapped_column(Text)
    old_link_encrypted: Mapped[str | None] = mapped_column(Text)
    left_at: Mapped[datetime | None]  # what browsers entered before this is over
    passport_encrypted: Mapped[str] = mapped_column(Text)
    full_name_encrypted: Mapped[str] = mapped_column(Text)
    email_encrypted: Mapped[str | None] = mapped_column(Text)
    phone_encrypted: Mapped[str | None] = mapped_column(Text)

    code = Encrypted(bound_to="number")
    link = Encrypted(bound_to="number")
    old_link = Encrypted(bound_to="number")
    passport = Encrypted(bound_to="number")
    full_name = Encrypted(bound_to="number")
    email = Encrypted(bound_to="number")
    phone = Encrypted(bound_to="number")

    visit_type: Mapped[VisitType] = relationship()
    employer: Mapped[Employer | None] = relationship()
    papers_station: Mapped[Station | None] = relationship(viewonly=True)
    legs: Mapped[list["PermitLeg"]] = relationship(order_by="PermitLeg.permit", cascade="all, delete-orphan")

    @property
    def passport_last4(self) -> str:
        return self.passport[-4:]


class PermitLeg(Model):
    """One permit within a case, decided by one bureau. How it came to its state is in the events."""

    __tablename__ = "permit_legs"
    __table_args__ = (UniqueConstraint("case_id", "permit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    permit: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    decided_on: Mapped[date | None]
    # When it came into its state, and who saw to that.
    changed_on: Mapped[date | None]
    changed_by: Mapped[str] = mapped_column(String(80), default="")
    # The newest version of the application that this permit's bureau told, and its keyed fingerprint.
    external_version: Mapped[int] = mapped_column(default=0)
    external_hash: Mapped[str] = mapped_column(String(64), default="")
    issued_at: Mapped[datetime | None]  # with all legs of the case at once, when everything is handed over


class CaseToken(Model):
    """A blind index of something a case is found by: a word of the name, a telephone number, an address."""

    __tablename__ = "case_tokens"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)


class Consent(Model):
    """That a person agreed to one use of their data, where that was told, and until when it holds."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(30))
    notice: Mapped[str] = mapped_column(String(40))  # which wording they agreed to
    given_on: Mapped[date]
    source: Mapped[str] = mapped_column(String(80))  # a file and its sender, a key, or a staff user name
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(80), default="")


class CaseEventKind(StrEnum):
    OPENED = "opened"
    UPDATED = "updated"  # by the bureaus' system or file
    LEG = "leg"  # a permit leg came into another state
    PAPERS_PLACED = "papers_placed"
    READY = "ready"
    NOT_READY = "not_ready"
    VIEWED = "viewed"  # somebody of the staff opened the page
    SHOWN = "shown"  # somebody asked for the passport number and the contact, with a reason
    NOTED = "noted"
    MERGED = "merged"
    EXPORTED = "exported"  # all that is kept was written out, for the person themselves


class CaseEvent(Model):
    """One line of a case's history, past tense, never changed. What people wrote is encrypted."""

    __tablename__ = "case_events"
    __table_args__ = (Index("ix_case_events_case_id_kind", "case_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    happened_at: Mapped[datetime]
    on_day: Mapped[date]  # the bureaus' day it counts for; a file may bring it later
    kind: Mapped[str] = mapped_column(String(30))
    actor: Mapped[str] = mapped_column(String(80))  # "system", a file and its sender, a key, or a user name
    permit: Mapped[str | None] = mapped_column(String(20))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    text_encrypted: Mapped[str | None] = mapped_column(Text)

    text = Encrypted(bound_to="public_id")


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
    chased: Mapped[str] = mapped_column(String(40), default="")  # the last reminder that was asked for
    removed_at: Mapped[datetime | None]  # somebody said "this is not me", and a contact was removed


class PaperTransfer(Model):
    """That the papers of a case can be brought from one station to another. None: only where they lie."""

    __tablename__ = "paper_transfers"
    __table_args__ = (UniqueConstraint("from_station_id", "to_station_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    from_station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    to_station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    working_days: Mapped[int] = mapped_column(SmallInteger)
