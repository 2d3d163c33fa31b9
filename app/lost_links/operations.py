"""Ask for links again. Runs inside `transact()`: the tries are counted with what they ask for."""

from datetime import datetime, timedelta

from app import throttle
from app.appointments.contacts import Contact
from app.db import transact
from app.lost_links.letter_kinds import NAME
from app.lost_links.models import LinkOwner
from app.lost_links.queries import KnownDetails, find_owners
from app.notifications import contacts
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.web.networks import address_block

MOST_ASKED = 5  # by one network
PAUSE = timedelta(minutes=15)
MOST_A_DAY = 3  # to one address or number, whoever asks
DAY = timedelta(days=1)


def ask(known: KnownDetails, contact: Contact, *, address: str, now: datetime) -> None:
    """Send the links of this contact to the contact on record; nobody learns whether one was found.

    Raises TooManyTries when this network asked too often.
    """
    key = f"lost-link-from:{address_block(address)}"
    throttle.check(key, limit=MOST_ASKED, now=now)
    transact(throttle.count, key, window=PAUSE, now=now)
    throttle.check(key, limit=MOST_ASKED + 1, now=now)
    transact(_send, known, contact, now=now)


def _send(known: KnownDetails, contact: Contact, *, now: datetime) -> None:
    owners = find_owners(known, contact)
    if not owners:
        return
    key = f"lost-link-to:{contacts.index_of(contact.email or contact.phone)}"
    asked = throttle.count(key, window=DAY, now=now)
    if asked <= MOST_A_DAY:
        channel = "email" if contact.email else "sms"
        outbox.enqueue(*(_message(owner, channel, asked, now) for owner in owners), now=now)


def _message(owner: LinkOwner, channel: str, asked: int, now: datetime) -> OutboxRequest:
    return OutboxRequest(
        dedupe_key=f"{owner.opens}:{owner.id}:{channel}:{now.date()}:{asked}",
        topic=owner.opens,
        subject_id=owner.id,
        revision=0,
        kind=NAME,
        channel=channel,
        send_at=now,
        expires_at=now + DAY,
    )
