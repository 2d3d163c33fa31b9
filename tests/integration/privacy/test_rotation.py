"""flask data rotate-keys: everything under the newest key, readable and findable on the way there."""

import pytest
from sqlalchemy import select

from app.appointments.contacts import Contact
from app.appointments.waitlist.operations import JoinRequest
from app.appointments.waitlist.rules import WaitingWish
from app.cases.finding import search as finding
from app.cases.finding.search import CaseSearch
from app.cases.models import Case
from app.cases.queries import get_by_code
from app.crypto import Keyring
from app.db import Base, db, transact
from app.intake import keys
from app.intake.facts import CaseFacts
from app.intake.models import RowResult
from app.intake.operations import take_in
from app.notifications import pauses
from app.privacy import rotation
from tests import factories
from tests.factories import TUESDAY
from tests.waiting import join_list

CODES = [f"HK7R4M2{sign}" for sign in "ABCDEFGHJKMN"]


@pytest.fixture
def cases(network) -> list[Case]:
    made = [
        factories.build_case(
            network.visit_type,
            network.central,
            passport=f"E12345{n:02}",
            full_name=f"Anna P{n}",
            code=CODES[n],
            phone="+8613800138000",
        )
        for n in range(12)
    ]
    factories.build_appointment(network.central, network.collect, case_id=made[0].id)
    transact(keys.create_key, "System", None, now=TUESDAY)
    return made


@pytest.fixture
def newer(app, cases, monkeypatch) -> Keyring:
    """The ring with a new key in front of the one that everything was written with."""
    ring = Keyring({"newer": b"n" * 32, **app.extensions["keyring"].keys})
    monkeypatch.setitem(app.extensions, "keyring", ring)
    return ring


def found(text: str) -> set[str]:
    return {case.number for case in finding.find_cases(CaseSearch(text), today=TUESDAY.date()).cases}


def check_all(cases: list[Case]) -> None:
    """Every case opens and is found, whichever key it is under."""
    db.session.expire_all()
    for n, case in enumerate(cases):
        assert (case.full_name, case.passport) == (f"Anna P{n}", f"E12345{n:02}")
        assert get_by_code(CODES[n], case.passport_last4) == case
        assert found(f"E12345{n:02}") == found(f"anna p{n}") == {case.number}
    assert len(found("13800138000")) == len(cases)


def test_everything_is_readable_half_way_and_at_the_end(cases, newer, monkeypatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 5)
    vault = next(v for v in rotation.list_vaults() if v.model is Case)

    assert transact(rotation.rotate_some, vault) == 5
    assert rotation.count_old(vault) == 7
    check_all(cases)
    while transact(rotation.rotate_some, vault):
        pass

    check_all(cases)
    assert rotation.count_old(vault) == 0


def test_the_command_leaves_no_value_under_the_old_key(runner, cases, newer, app, monkeypatch) -> None:
    done = runner.invoke(args=["data", "rotate-keys"])

    assert done.exit_code == 0, done.output
    assert "Everything has the key newer." in done.output
    assert "test may leave DATA_KEY" in done.output
    assert encrypted_under("test:") == []
    monkeypatch.setitem(app.extensions, "keyring", Keyring({"newer": newer.keys["newer"]}))
    check_all(cases)
    assert runner.invoke(args=["data", "rotate-keys"]).exit_code == 0  # again: nothing to do


def encrypted_under(prefix: str) -> list[str]:
    """Return the columns that hold a value of this key, over the whole database."""
    columns = [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_encrypted")
    ]
    assert len(columns) > 20
    return [
        str(c)
        for c in columns
        if db.session.scalar(select(c).where(c.startswith(prefix)).limit(1)) is not None
    ]


def test_the_test_would_see_an_old_value(cases, newer) -> None:
    assert "cases.passport_encrypted" in encrypted_under("test:")


def test_every_encrypted_column_belongs_to_a_vault() -> None:
    known = {f"{v.model.__tablename__}.{name}_encrypted" for v in rotation.list_vaults() for name in v.names}
    columns = {
        str(c) for t in Base.metadata.sorted_tables for c in t.columns if c.name.endswith("_encrypted")
    }
    assert columns == known


def test_a_version_told_before_is_still_known_when_the_old_key_has_left(
    runner, network, newer, app, monkeypatch
) -> None:
    facts = CaseFacts("HK-1", 1, "Anna Petrova", "E1234567", visit_type=network.visit_type.code)
    monkeypatch.setitem(app.extensions, "keyring", Keyring({"test": newer.keys["test"]}))
    transact(take_in, [facts], actor="file", now=TUESDAY)
    monkeypatch.setitem(app.extensions, "keyring", newer)
    runner.invoke(args=["data", "rotate-keys"])
    monkeypatch.setitem(app.extensions, "keyring", Keyring({"newer": newer.keys["newer"]}))

    assert transact(take_in, [facts], actor="file", now=TUESDAY) == [RowResult.SAME]


def test_who_was_paused_or_waits_is_known_when_the_old_key_has_left(
    runner, network, newer, app, monkeypatch
) -> None:
    monkeypatch.setitem(app.extensions, "keyring", Keyring({"test": newer.keys["test"]}))
    who = Contact("Olga", "olga@example.org", "")
    request = JoinRequest(network.document_check, [network.central], WaitingWish(), "ru", who)
    first = join_list(request, now=TUESDAY).id
    transact(pauses.pause, "olga@example.org", reason="asked", username="mei", now=TUESDAY)
    monkeypatch.setitem(app.extensions, "keyring", newer)
    runner.invoke(args=["data", "rotate-keys"])
    monkeypatch.setitem(app.extensions, "keyring", Keyring({"newer": newer.keys["newer"]}))

    assert pauses.is_paused("olga@example.org")
    assert join_list(request, now=TUESDAY).id == first
