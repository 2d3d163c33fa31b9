"""A provider that refuses everybody says nothing about the people: nobody is given up for it.

Runs inside `transact()`, in the transaction that records the try.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from app.db import db
from app.notifications.delivery.outbox import ClaimedMessage, Outcome, Result, count_of
from app.notifications.delivery.retry import next_try
from app.notifications.models import FailingContact, MessageStatus, OutboxMessage
from app.notifications.watch import last_tries, rules
from app.notifications.watch.rules import ChannelTry


def believed(message: ClaimedMessage, result: Result, *, chance: float, now: datetime) -> Result:
    """Return the result, or a try later if the channel refuses everybody; then those before wait again."""
    if result.outcome is not Outcome.FAILED or not result.contact_index:
        return result
    this = ChannelTry(message.id, Outcome.FAILED, now, result.contact_index)
    tries = [this, *last_tries.last_tries(message.channel)]
    again_at = next_try(message.tries, now=now, expires_at=message.expires_at, chance=chance)
    if again_at is None or not rules.refuses_everybody(tries):
        return result
    _take_back(list(rules.refusals(tries[1:])), now=now)
    return replace(result, outcome=Outcome.RETRY, again_at=again_at, everybody=True, dead=False, instead="")


def _take_back(refused: list[ChannelTry], *, now: datetime) -> None:
    """Let the messages that were refused before wait again, and their addresses be good ones."""
    ids = [one.message_id for one in refused]
    if not ids:
        return
    given_up = update(OutboxMessage).where(
        OutboxMessage.id.in_(ids), OutboxMessage.status == MessageStatus.FAILED
    )
    count_of(given_up.values(status=MessageStatus.WAITING, finished_at=None, due_at=now + _rest(len(ids))))
    since = min(one.at for one in refused)
    people = {one.contact_index for one in refused if one.contact_index}
    marked = FailingContact.contact_index.in_(people), FailingContact.since >= since
    db.session.execute(delete(FailingContact).where(*marked))


def _rest(count: int) -> timedelta:
    """Let other messages be tried first: one of them tells soonest whether the channel works again."""
    return rules.PROBE_EVERY * max(1, count)
