"""Who may collect for a person, and the code by which the counter knows them. Runs inside `transact()`."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import select

from app import throttle
from app.appointments.contacts import Contact, NameNeeded
from app.cases.locks import lock_case
from app.cases.models import Case
from app.codes import UnreadableCode, new_code, read_code
from app.collection.models import Proxy, Relation
from app.crypto import keyring
from app.db import db, transact
from app.errors import DomainError
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest

TOPIC = "proxy"
CODE_PURPOSE = "proxy-code"
MOST_TRIES = 5
PAUSE = timedelta(minutes=15)


class ProxyCodeWrong(DomainError):
    """The code is not that of the proxy, or there is no proxy any more."""

    code: ClassVar[str] = "proxy_code_wrong"
    status = 422


class AlreadyCollected(DomainError):
    code: ClassVar[str] = "already_collected"


@dataclass(frozen=True, slots=True)
class NamedProxy:
    """A proxy and the code to give them; the code is not kept and cannot be shown again."""

    public_id: str
    code: str


def name_proxy(case_id: int, name: str, relation: Relation, *, now: datetime) -> NamedProxy:
    """Let somebody collect in the person's place; one named before may not any more.

    The holder is told. Raises NameNeeded or AlreadyCollected.
    """
    name = Contact.read(name=name).name
    if not name:
        raise NameNeeded
    case = lock_case(case_id)
    if case.collected_at:
        raise AlreadyCollected
    revoke(case_id, now=now)
    db.session.flush()  # One live proxy per case, at every moment.
    code = new_code()
    proxy = Proxy(public_id=new_code(16), case_id=case_id, relation=relation, created_at=now)
    proxy.code_hash = keyring().blind_index(f"{proxy.public_id}{code}", purpose=CODE_PURPOSE)
    proxy.name = name
    db.session.add(proxy)
    db.session.flush()  # The outbox names the proxy by its id.
    _tell_holder(case, proxy, now=now)
    return NamedProxy(proxy.public_id, code)


def _tell_holder(case: Case, proxy: Proxy, *, now: datetime) -> None:
    """Tell whose permits they are, over every channel: whoever has a stolen link could name somebody."""
    known = (("email", case.email_encrypted), ("sms", case.phone_encrypted))
    requests = (
        OutboxRequest(
            dedupe_key=f"{TOPIC}:{proxy.public_id}:{channel}",
            topic=TOPIC,
            subject_id=proxy.id,
            revision=0,
            kind="proxy-named",
            channel=channel,
            send_at=now,
        )
        for channel, contact in known
        if contact
    )
    outbox.enqueue(*requests, now=now)


def revoke(case_id: int, *, now: datetime) -> None:
    """Let nobody collect for this person any more."""
    lock_case(case_id)
    proxy = find_live(case_id)
    if proxy:
        proxy.revoked_at = now
        outbox.cancel(TOPIC, proxy.id, now=now)


def find_live(case_id: int) -> Proxy | None:
    """Return who may collect for this person now."""
    return db.session.scalar(
        select(Proxy).where(Proxy.case_id == case_id, Proxy.revoked_at.is_(None), Proxy.used_at.is_(None))
    )


def open_with_code(case_id: int, code: str, *, now: datetime) -> Proxy:
    """Return the proxy whose code was shown at the counter. Raises ProxyCodeWrong or TooManyTries.

    Not inside a transaction: a try is counted, in one of its own, before it is judged.
    """
    key = f"proxy-code:{case_id}"
    throttle.check(key, limit=MOST_TRIES, now=now)
    transact(throttle.count, key, window=PAUSE, now=now)
    throttle.check(key, limit=MOST_TRIES + 1, now=now)
    proxy = find_live(case_id)
    if proxy is None or not _is_code_of(proxy, code):
        raise ProxyCodeWrong
    transact(throttle.take_back, key)
    return proxy


def _is_code_of(proxy: Proxy, typed: str) -> bool:
    try:
        text = f"{proxy.public_id}{read_code(typed)}"
    except UnreadableCode:
        return False
    possible = keyring().blind_indexes(text, purpose=CODE_PURPOSE)
    return any(hmac.compare_digest(proxy.code_hash, fingerprint) for fingerprint in possible)
