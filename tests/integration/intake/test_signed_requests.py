"""POST /api/v1/cases: signed by a key that lives, once per version, and only of the own permit."""

import hashlib
import hmac
import json
import re
from datetime import timedelta

import pytest

from app.cases.models import Case, PermitLeg
from app.db import db
from app.intake.models import IntakeKey

TOLD = {
    "number": "WP-2026-000123", "version": 1, "name": "Anna Petrova", "passport": "E1234567",
    "nationality": "RUS", "received_on": "2026-11-16",
    "employer": {"code": "91460100MA5T000001", "name": "Unit"},
    "work": {"state": "approved", "on": "2026-11-20"}, "residence": {"state": "in_review"},
}  # fmt: skip


@pytest.fixture
def make_key(runner, network):
    network.visit_type.code = "work-and-residence"
    db.session.commit()

    def made(*options: str) -> tuple[str, str]:
        done = runner.invoke(args=["cases", "keys", "create", "Approval system", *(options or ["--both"])])
        assert done.exit_code == 0, done.output
        return tuple(re.findall(r"(?:Key|Secret)\s+(\S+)", done.output))

    return made


@pytest.fixture
def send(client, make_key, now):
    key = make_key()

    def sent(told=TOLD, *, key=key, at=now, **changed: str):
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        stamp = str(int(at.timestamp()))
        text = f"{stamp}\nPOST\n/api/v1/cases\n".encode() + body
        headers = {
            "X-Key": key[0], "X-Timestamp": stamp,
            "X-Signature": hmac.new(key[1].encode(), text, hashlib.sha256).hexdigest(),
            "Content-Type": "application/json", **{n.replace("_", "-"): v for n, v in changed.items()},
        }  # fmt: skip
        return client.post("/api/v1/cases", data=changed.pop("body", body), headers=headers)

    return sent


def test_a_case_is_told_once_and_again_and_changes_nothing(send) -> None:
    first, again = send(), send()

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["result"] == "new"
    assert again.json == {**first.json, "result": "same"}
    (case,) = db.session.query(Case)
    assert (case.number, case.full_name) == (first.json["case"], "Anna Petrova")
    assert {leg.permit: leg.state for leg in case.legs} == {"work": "approved", "residence": "in_review"}


def test_a_newer_version_is_taken_and_a_replayed_older_one_is_not(send) -> None:
    send()
    newer = send({**TOLD, "version": 2, "name": "Anna Ivanova"})

    replayed = send()

    assert (newer.status_code, newer.json["result"]) == (200, "updated")
    assert (replayed.status_code, replayed.json["code"]) == (409, "version_old")
    assert db.session.query(Case).one().full_name == "Anna Ivanova"


@pytest.mark.parametrize(
    ("was", "comes", "ended"),
    [
        ("a@example.org", "b@example.org", True),
        ("a@example.org", "A@example.org", False),
        ("", "b@example.org", False),
    ],
)
def test_a_corrected_address_ends_the_links_that_went_to_the_old_one(send, client, was, comes, ended) -> None:
    send({**TOLD, "email": was})
    link = db.session.query(Case).one().link
    send({**TOLD, "version": 2, "email": comes})
    assert client.get(f"/c/{link}").status_code == (410 if ended else 303)


@pytest.mark.parametrize(
    "changed", [{"name": "Somebody Else"}, {"email": "ab@example.org"}, {"name": "Anna-Petrova"}]
)
def test_one_version_has_one_content(send, changed) -> None:
    told = {**TOLD, "email": "a.b@example.org"}
    send(told)

    answer = send({**told, **changed})

    assert (answer.status_code, answer.json["code"]) == (409, "version_conflict")


@pytest.mark.parametrize(
    "changed",
    [
        {"X_Signature": "0" * 64}, {"X_Signature": "é"}, {"X_Key": "kNOBODY"}, {"X_Timestamp": "1"},
        {"X_Timestamp": "now"}, {"body": json.dumps({**TOLD, "version": 9})},
    ],
)  # fmt: skip
def test_what_is_not_signed_is_refused(send, changed) -> None:
    answer = send(**changed)

    assert (answer.status_code, answer.json["code"]) == (401, "request_not_signed")
    assert db.session.query(Case).count() == 0


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_request_is_refused_and_one_from_tomorrow_too(send, now, minutes) -> None:
    assert send(at=now + timedelta(minutes=minutes)).status_code == 401
    assert send(at=now + timedelta(minutes=minutes * 2 / 3)).status_code == 201


def test_without_the_headers_nothing_opens(client, make_key) -> None:
    make_key()
    answer = client.post("/api/v1/cases", json=TOLD)

    assert answer.status_code == 401
    assert set(answer.json["errors"]) == {"X-Key", "X-Timestamp", "X-Signature"}


def test_a_revoked_key_opens_nothing(send, make_key, runner) -> None:
    key = make_key()
    assert send(key=key).status_code == 201
    assert runner.invoke(args=["cases", "keys", "revoke", key[0]]).exit_code == 0

    assert send({**TOLD, "version": 2}, key=key).status_code == 401
    assert "revoked" in runner.invoke(args=["cases", "keys", "list"]).output
    assert runner.invoke(args=["cases", "keys", "revoke", "kNOBODY"]).exit_code == 1


def legs() -> dict[str, tuple[str, int]]:
    (case,) = db.session.query(Case)
    return {leg.permit: (leg.state, leg.external_version) for leg in case.legs}


def test_a_bureaus_own_system_tells_only_its_permit(send, make_key) -> None:
    key = make_key("--bureau", "exit-entry")

    answer = send({**TOLD, "residence": {"state": "approved"}}, key=key)

    assert (answer.status_code, answer.json["left_out"]) == (201, ["work"])
    assert legs() == {"work": ("received", 0), "residence": ("approved", 1)}
    (leg,) = [leg for leg in db.session.query(PermitLeg) if leg.permit == "residence"]
    assert leg.changed_by == f"{key[0]}: Approval system"


def test_the_version_of_one_bureau_hides_nothing_of_the_other(send, make_key) -> None:
    work, residence = make_key("--bureau", "foreign-experts"), make_key("--bureau", "exit-entry")
    told = {**TOLD, "residence": {"state": "approved"}}
    send(told, key=residence)

    first, again = send(told, key=work), send(told, key=work)

    assert (first.json["result"], again.json["result"]) == ("updated", "same")
    assert legs() == {"work": ("approved", 1), "residence": ("approved", 1)}


def test_a_joint_version_and_a_bureaus_own_are_told_apart_by_permit(send, make_key) -> None:
    residence = make_key("--bureau", "exit-entry")
    newer = {**TOLD, "version": 3, "residence": {"state": "approved"}}
    send(newer, key=residence)

    joint = send({**newer, "version": 2, "name": "Old Name"})
    conflict = send({**newer, "residence": {"state": "in_review"}})

    assert joint.json["result"] == "updated"
    assert legs() == {"work": ("approved", 2), "residence": ("approved", 3)}
    assert db.session.query(Case).one().full_name == "Anna Petrova"  # version 3 is newer
    assert conflict.json["code"] == "version_conflict"


def test_an_older_version_of_the_other_bureau_fills_what_is_missing(send, make_key) -> None:
    send({**TOLD, "version": 5}, key=make_key("--bureau", "exit-entry"))

    send({**TOLD, "email": "anna@example.org"}, key=make_key("--bureau", "foreign-experts"))

    assert db.session.query(Case).one().email == "anna@example.org"


@pytest.mark.parametrize("options", [[], ["--both", "--bureau", "exit-entry"], ["--bureau", "nobody"]])
def test_a_key_says_whose_permit_it_tells(runner, network, options) -> None:
    made = runner.invoke(args=["cases", "keys", "create", "Approval system", *options])

    assert made.exit_code != 0
    assert db.session.query(IntakeKey).count() == 0


def test_the_secret_is_shown_once_and_kept_encrypted(make_key, runner) -> None:
    key_id, secret = make_key()

    row = db.session.query(IntakeKey).filter_by(key_id=key_id).one()
    assert secret not in row.secret_encrypted
    assert secret not in runner.invoke(args=["cases", "keys", "list"]).output


def test_what_cannot_be_read_is_named_by_its_field(send) -> None:
    answer = send({**TOLD, "passport": "x", "work": {"state": "maybe"}})

    assert (answer.status_code, answer.json["code"]) == (422, "invalid_request")
    assert set(answer.json["errors"]) == {"passport", "work_state"}
    assert send({"number": 5}).status_code == 422
    assert send(b"[").status_code == 400


def test_a_bad_phone_is_left_out_and_told(send) -> None:
    answer = send({**TOLD, "phone": "+86 138"})

    assert answer.json["left_out"] == ["phone"]
