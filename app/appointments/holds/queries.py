"""Reading a hold."""

from sqlalchemy import bindparam, select

from app.appointments.holds.refusals import HoldNotFound
from app.appointments.models import Hold
from app.db import db

_HOLD = select(Hold).where(Hold.public_id == bindparam("public_id"))


def get_hold(public_id: str) -> Hold:
    hold = db.session.scalar(_HOLD, {"public_id": public_id})
    if hold is None:
        raise HoldNotFound
    return hold
