"""Somebody on the waiting list, as they are once they opened the link of our message."""

from datetime import datetime

from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.models import WaitingEntry
from app.appointments.waitlist.operations import JoinRequest
from app.db import transact


def join_list(request: JoinRequest, *, now: datetime) -> WaitingEntry:
    """Put a person on the list, and confirm it."""
    entry = transact(waitlist.join, request, now=now)
    return transact(waitlist.confirm, entry.token, now=now)
