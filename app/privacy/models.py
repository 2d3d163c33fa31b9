"""How long each kind of personal data stays, where the operator has decided otherwise than we."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class RetentionRule(Model):
    __tablename__ = "retention_rules"
    __table_args__ = (CheckConstraint("days >= 0", name="days"),)

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    days: Mapped[int]
    changed_at: Mapped[datetime]
