"""Whoever names a proxy, the holder of the case is told, and can take it back."""

import pytest

from app import writers
from app.collection import proxies
from app.collection.models import Relation
from app.collection.proxy_letters import TOPIC
from app.db import db, transact
from app.notifications.letter import Skip
from app.notifications.models import OutboxMessage
from tests import factories


@pytest.fixture
def case(network):
    return factories.build_case(
        network.visit_type, network.central, email="anna@example.org", phone="+8613800138000", language="ru"
    )


def name(case, now):
    transact(proxies.name_proxy, case.id, "Boris Petrov", Relation.FRIEND, now=now)


def rows():
    return db.session.query(OutboxMessage).filter_by(topic=TOPIC).order_by(OutboxMessage.id).all()


def test_the_holder_is_told_over_every_channel_in_their_language_and_nobody_is_named(case, now):
    name(case, now)
    mail, sms = (writers.compose(row, now) for row in rows())
    assert (mail.to, sms.to) == ("anna@example.org", "+8613800138000")
    assert mail.subject == "Назван человек, который получит ваши документы"
    for letter in (mail, sms):
        assert f"/c/{case.link}" in letter.text
        assert "Boris" not in letter.text


def test_what_is_not_so_any_more_is_not_told(case, now):
    name(case, now)
    first = rows()[0]
    name(case, now)  # another one: the first may not any more
    assert writers.compose(first, now) == Skip("proxy is over")
    assert [row.status for row in rows()] == ["cancelled", "cancelled", "waiting", "waiting"]
    transact(proxies.revoke, case.id, now=now)
    assert {row.status for row in rows()} == {"cancelled"}
