"""At the counter: identity, papers, each item, to whom; both permits in one transaction or none; undo."""

import pytest

from app.appointments.attendance import MissingItems
from app.appointments.models import Appointment, AppointmentEvent, HandoverItem
from app.cases.models import Case
from app.collection import emptying, handover, proxies, queries
from app.collection.handover import AllOrNothing, CollectedSince, CounterNote, IdentityNotSeen, MissingPapers
from app.collection.models import HandoverRecord, Proxy, Relation
from app.collection.proxies import ProxyCodeWrong
from app.db import db, transact
from tests import factories
from tests.factories import TUESDAY, at
from tests.integration.appointments.pages import h1

BOTH = frozenset({"work_permit", "residence_permit"})
PAPERS = frozenset({"passport", "receipt"})


@pytest.fixture
def visit(network, case):
    return factories.build_appointment(
        network.central, network.collect, case_id=case.id, status="checked_in", starts_at=TUESDAY
    )


def give(visit, **note):
    given = {"given": BOTH, "papers": PAPERS, "identity_seen": True, **note}
    return transact(handover.hand_over, CounterNote(visit.reference, **given), actor="mei", now=TUESDAY)


def take_back(visit, undoing):
    return transact(handover.undo, visit.reference, undoing, actor="mei", now=TUESDAY)


def state(case):
    """Return (collected, both permits issued, items, records): what a handover writes."""
    db.session.rollback()
    db.session.expire_all()
    case = db.session.get_one(Case, case.id)
    issued = {leg.issued_at is not None for leg in case.legs}
    items = db.session.query(HandoverItem).count()
    return case.collected_at is not None, issued, items, db.session.query(HandoverRecord).count()


NOTHING = (False, {False}, 0, 0)
EVERYTHING = (True, {True}, 2, 1)


def test_both_permits_are_issued_with_the_visit_and_its_record(case, visit):
    give(visit, papers=PAPERS | {"no such paper"})

    assert state(case) == EVERYTHING
    record = db.session.query(HandoverRecord).one()
    assert (record.papers, record.handed_by, record.proxy_id) == (["passport", "receipt"], "mei", None)
    assert db.session.get_one(Appointment, visit.id).status == "completed"


def test_nothing_is_given_before_the_identity_was_seen(case, visit):
    with pytest.raises(IdentityNotSeen):
        give(visit, identity_seen=False)
    assert state(case) == NOTHING


def test_a_missing_item_without_a_reason_writes_nothing(case, visit):
    with pytest.raises(MissingItems):
        give(visit, given=frozenset({"work_permit"}))
    assert state(case) == NOTHING


def test_nothing_is_given_for_papers_that_were_not_received_without_a_reason(case, visit):
    with pytest.raises(MissingPapers) as refused:
        give(visit, papers=frozenset())
    assert refused.value.papers == ("passport", "receipt")
    assert state(case) == NOTHING

    give(visit, papers=frozenset(), whole=True, reason="Sent by post, see the report.")

    assert state(case) == EVERYTHING
    done = db.session.query(AppointmentEvent).filter_by(kind="completed").one()
    assert (done.details["lacking"], done.details["reason"]) == (
        ["passport", "receipt"],
        "Sent by post, see the report.",
    )


def test_a_reason_for_a_paper_is_none_for_a_permit(case, visit):
    with pytest.raises(MissingItems):
        give(visit, given=frozenset({"work_permit"}), whole=True, reason="Sent by post.")
    assert state(case) == NOTHING


def test_what_is_handed_over_together_is_given_whole_or_not_at_all(case, visit, clerk):
    case.visit_type.in_parts = False
    db.session.commit()
    with pytest.raises(AllOrNothing):
        give(visit, given=frozenset({"work_permit"}), reason="The photo is wrong.")
    assert state(case) == NOTHING
    page = complete(clerk, visit, given="work_permit", outcome="incomplete", reason="The photo is wrong.")
    assert page.status_code == 422
    assert "This visit hands over everything or nothing." in page.text
    assert "The photo is wrong." in page.text

    give(visit, given=frozenset(), reason="The photo is wrong.")

    assert state(case) == (False, {False}, 0, 1)


def test_a_failure_at_the_last_step_takes_everything_back(case, visit, monkeypatch):
    def fails(*_args):
        raise RuntimeError("the power went")

    monkeypatch.setattr(handover, "_issue", fails)
    with pytest.raises(RuntimeError):
        give(visit)
    assert state(case) == NOTHING


def test_pressing_twice_hands_over_once(case, visit):
    give(visit)
    give(visit)

    assert state(case) == EVERYTHING


def test_undo_takes_back_all_of_it_and_can_be_followed_by_another_try(case, visit):
    give(visit)
    take_back(visit, "completed")
    assert state(case) == NOTHING

    give(visit)
    assert state(case) == EVERYTHING


def test_what_is_missing_is_kept_and_the_rest_makes_it_whole(network, case, visit):
    give(visit, given=frozenset({"work_permit"}), reason="The photo is wrong.")
    assert state(case) == (False, {False}, 1, 1)
    (left,) = queries.list_follow_ups([network.central])
    assert ([name.en for name in left.missing], left.reason) == (["residence permit"], "The photo is wrong.")

    second = transact(handover.book_rest, visit.reference, at("2026-11-25", "10:00"), now=TUESDAY)
    assert queries.list_follow_ups([network.central]) == []
    second.status = "checked_in"
    db.session.commit()
    give(second, given=frozenset({"residence_permit"}))

    assert state(case) == (True, {True}, 2, 2)
    with pytest.raises(CollectedSince):
        take_back(visit, "incomplete")
    assert state(case) == (True, {True}, 2, 2)


def test_an_incomplete_visit_can_be_taken_back_while_nothing_followed(case, visit):
    give(visit, given=frozenset({"work_permit"}), reason="The photo is wrong.")
    take_back(visit, "incomplete")

    assert state(case) == NOTHING


def test_a_visit_without_a_case_has_no_record(network):
    advice = factories.build_appointment(
        network.central, network.document_check, status="checked_in", starts_at=TUESDAY
    )
    give(advice, given=frozenset(), identity_seen=False)

    assert db.session.query(HandoverRecord).count() == 0


def test_the_electronic_work_permit_leaves_one_permit_and_a_check(network, clerk):
    electronic = factories.build_visit_type(network.collect, "electronic")
    electronic.items[0].code, electronic.items[1].code = "residence-permit", "originals-checked"
    db.session.commit()
    case = factories.build_case(electronic, network.central)
    visit = factories.build_appointment(
        network.central, network.collect, case_id=case.id, status="checked_in", starts_at=TUESDAY
    )

    clerk.post(
        f"/staff/visits/{visit.reference}/complete",
        data={
            "identity": "seen",
            "given": ["residence-permit", "originals-checked"],
            "papers": list(PAPERS),
            "outcome": "complete",
        },
    )

    assert state(case) == EVERYTHING


# --- the proxy ---------------------------------------------------------------------------------


@pytest.fixture
def named(case):
    return transact(proxies.name_proxy, case.id, "Li Wei", Relation.SPOUSE, now=TUESDAY)


def proxy_of(case) -> Proxy:
    db.session.rollback()
    return db.session.query(Proxy).filter_by(case_id=case.id).order_by(Proxy.id.desc()).first()


def test_a_proxy_with_the_code_receives_and_the_code_is_used_up(case, visit, named):
    proxy = proxies.open_with_code(case.id, f"{named.code[:4]} {named.code[4:].lower()}", now=TUESDAY)
    give(visit, proxy_id=proxy.id)

    assert {item.given_to for item in db.session.query(HandoverItem)} == {"proxy"}
    assert db.session.query(HandoverRecord).one().proxy.name == "Li Wei"
    with pytest.raises(ProxyCodeWrong):
        proxies.open_with_code(case.id, named.code, now=TUESDAY)

    take_back(visit, "completed")
    assert proxies.open_with_code(case.id, named.code, now=TUESDAY)


def test_the_code_is_kept_as_a_fingerprint_only(case, named):
    row = proxy_of(case)
    columns = {name: str(value) for name, value in vars(row).items()}

    assert not [name for name, value in columns.items() if named.code in value or "Li Wei" in value]


def test_a_proxy_taken_back_while_the_clerk_ticks_receives_nothing(case, visit, named):
    proxy = proxies.open_with_code(case.id, named.code, now=TUESDAY)
    transact(proxies.revoke, case.id, now=TUESDAY)

    with pytest.raises(ProxyCodeWrong):
        give(visit, proxy_id=proxy.id)
    assert state(case) == NOTHING


def test_a_second_proxy_replaces_the_first(case, named):
    again = transact(proxies.name_proxy, case.id, "Wang Fang", Relation.EMPLOYER, now=TUESDAY)

    with pytest.raises(ProxyCodeWrong):
        proxies.open_with_code(case.id, named.code, now=TUESDAY)
    assert proxies.open_with_code(case.id, again.code, now=TUESDAY).name == "Wang Fang"


def complete(clerk, visit, **typed):
    data = {"identity": "seen", "given": list(BOTH), "papers": list(PAPERS), "outcome": "complete", **typed}
    return clerk.post(f"/staff/visits/{visit.reference}/complete", data=data)


def test_the_counter_asks_for_the_code_and_keeps_what_was_ticked(clerk, case, visit, named):
    page = clerk.get(f"/staff/visits/{visit.reference}").text
    assert "The person sends a proxy:" in page
    assert "Li Wei" not in page

    refused = complete(clerk, visit, receiver="proxy", proxy_code="HK7R4M2P")

    assert refused.status_code == 422
    assert "This is not the proxy&#39;s code" in refused.text
    assert refused.text.count(" checked>") >= 5
    assert state(case) == NOTHING
    assert complete(clerk, visit, receiver="proxy", proxy_code=named.code).status_code == 303
    assert complete(clerk, visit, receiver="proxy", proxy_code=named.code).status_code == 303
    assert state(case) == EVERYTHING


def test_codes_at_the_counter_cannot_be_guessed(clerk, case, visit, named):
    tries = [complete(clerk, visit, receiver="proxy", proxy_code="HK7R4M2P").status_code for _ in range(6)]

    assert tries == [422] * 5 + [429]
    assert complete(clerk, visit, receiver="proxy", proxy_code=named.code).status_code == 429
    assert state(case) == NOTHING


# --- the pages ---------------------------------------------------------------------------------


def test_the_counter_says_which_papers_are_missing_and_keeps_the_rest(clerk, case, visit):
    refused = complete(clerk, visit, papers=[])
    assert refused.status_code == 422
    assert "Not received: passport, receipt." in refused.text
    assert refused.text.count(" checked>") >= 3
    assert complete(clerk, visit, papers=[], reason="sent by post").status_code == 303
    assert "Papers not received: passport, receipt" in clerk.get(f"/staff/visits/{visit.reference}").text


def test_the_record_prints_in_the_persons_language_and_chinese(clerk, case, visit):
    visit.language = "ru"
    db.session.commit()
    assert clerk.get(f"/staff/visits/{visit.reference}/record").status_code == 303
    complete(clerk, visit)

    page = clerk.get(f"/staff/visits/{visit.reference}/record").text

    assert page.index("Запись о выдаче") < page.index("证件签收单")
    assert "Maria Example" not in page
    assert "☑ passport (ru)" in page
    clerk.post(f"/staff/visits/{visit.reference}/show", data={"reason": "here"})
    assert "Maria Example" in clerk.get(f"/staff/visits/{visit.reference}/record").text


def test_staff_book_the_rest_on_the_spot(clerk, case, visit):
    complete(clerk, visit, given="work_permit", outcome="incomplete", reason="The photo is wrong.")
    page = clerk.get(f"/staff/visits/{visit.reference}").text
    assert "Book the next visit for the rest" in page

    done = clerk.post(f"/staff/visits/{visit.reference}/rest", data={"starts_at": "2026-11-25T10:00+08:00"})

    assert done.status_code == 303
    assert "given at an earlier visit" not in clerk.get(done.location).text
    assert "Book the next visit" not in clerk.get(f"/staff/visits/{visit.reference}").text
    again = clerk.post(f"/staff/visits/{visit.reference}/rest", data={"starts_at": "2026-11-25T10:20+08:00"})
    assert again.status_code == 409


def test_the_person_sees_the_receipt(clerk, client, case, visit):
    complete(clerk, visit)

    page = client.get(f"/c/{case.link}", follow_redirects=True)

    assert h1(page) == "Your visit is done"
    assert "You received" in page.text
    assert "work permit" in page.text
    assert "09:00" in page.text


def test_a_person_names_a_proxy_prints_the_sheet_and_takes_it_back(client, case, app):
    client.get(f"/c/{case.link}")
    wrong = client.post("/en/collect/proxy", data={"name": " ", "relation": "spouse"})
    assert (wrong.status_code, "Enter the full name" in wrong.text) == (422, True)

    page = client.post(
        "/en/collect/proxy", data={"name": "Li  Wei", "relation": "spouse"}, follow_redirects=True
    ).text

    assert "Li Wei" in page
    code = page.split('translate="no">')[1][:9].replace(" ", "")
    assert proxies.open_with_code(case.id, code, now=TUESDAY)
    sheet = client.get("/en/collect/proxy/sheet").text
    assert sheet.index("I let this person collect for me") < sheet.index("本人委托以下人员代为领取")
    assert code not in sheet.replace(" ", "")
    assert "Maria Example" not in sheet
    other = app.test_client()
    other.get(f"/c/{case.link}")
    assert "The code was shown where you named this person." in other.get("/en/collect/proxy").text

    client.post("/en/collect/proxy/revoke")
    assert proxies.find_live(case.id) is None
    assert client.get("/en/collect/proxy/sheet").location == "/en/collect/proxy"


def test_without_a_case_or_with_one_that_is_not_ready_nobody_is_named(client, network):
    assert client.get("/en/collect/proxy").location == "/en/collect/code?lost=1"
    case = factories.build_case(network.visit_type)
    client.get(f"/c/{case.link}")

    assert client.post("/en/collect/proxy", data={"name": "X", "relation": "spouse"}).status_code == 303
    assert db.session.query(Proxy).count() == 0


def test_a_case_that_is_emptied_forgets_who_came_for_the_person(case, visit, named):
    proxy = proxies.open_with_code(case.id, named.code, now=TUESDAY)
    give(visit, proxy_id=proxy.id)

    transact(lambda: emptying.empty_case(db.session.get_one(Case, case.id), now=TUESDAY))

    assert db.session.query(Proxy).count() == 0
    assert db.session.query(HandoverRecord).one().proxy_id is None
    assert {item.given_to for item in db.session.query(HandoverItem)} == {"proxy"}
