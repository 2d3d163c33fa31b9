"""Who waits by an address alone: asked once the link of our message was opened, and not counted before."""

from datetime import timedelta
from functools import partial

import pytest

from app import writers
from app.appointments.contacts import Contact
from app.appointments.waitlist import matching
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.operations import JoinRequest
from app.appointments.waitlist.refusals import TooManyPlaces
from app.appointments.waitlist.rules import WaitingWish
from app.db import db, transact
from app.notifications.letter import Skip
from app.notifications.models import OutboxMessage


def wish_of(name, network, *more):
    contact = Contact(name, f"{name}@example.org", "")
    return JoinRequest(network.document_check, [network.jiangdong, *more], WaitingWish(), "en", contact)


def test_who_joins_without_a_visit_confirms_by_the_link_of_the_letter(desk, network):
    entry = transact(waitlist.join, wish_of("ann", network), now=desk.now)
    row = db.session.query(OutboxMessage).filter_by(topic=waitlist.TOPIC).one()
    letter = writers.compose(row, desk.now)
    assert letter.subject == "One step is left: open this link"
    assert f"/w/{entry.token}" in letter.text

    offer = partial(transact, matching.offer_free_times, network.jiangdong.id, now=desk.now)
    assert offer() == 0  # times are free, and nobody has confirmed
    transact(waitlist.confirm, entry.token, now=desk.now)
    assert offer() == 1
    assert writers.compose(row, desk.now) == Skip("confirmed already")


def test_who_does_not_confirm_within_a_day_fills_no_list(desk, network, monkeypatch):
    one = waitlist.rules().model_copy(update={"most_waiting": 1})
    monkeypatch.setattr(waitlist, "rules", lambda: one)
    for name in ("ann", "bob"):
        transact(waitlist.join, wish_of(name, network), now=desk.now)
    assert transact(waitlist.end_useless, now=desk.now + timedelta(hours=23)) == 0
    assert transact(waitlist.end_useless, now=desk.now + timedelta(hours=25)) == 2


def test_nobody_waits_at_more_places_than_may_be(desk, network, monkeypatch):
    one = waitlist.rules().model_copy(update={"most_places": 1})
    monkeypatch.setattr(waitlist, "rules", lambda: one)
    with pytest.raises(TooManyPlaces):
        transact(waitlist.join, wish_of("ann", network, network.central), now=desk.now)
