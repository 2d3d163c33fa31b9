"""A stored value that does not open: the page says that something went wrong, once, and shows nothing."""

import base64
import logging

import pytest

from app.crypto import Keyring
from app.db import db
from tests.factories import PASSWORD, build_appointment, build_user

EMAIL, OTHERS = "maria@example.org", "else@example.org"


@pytest.fixture
def visit(network):
    build_user("ada", role="administrator")
    build_appointment(network.central, network.document_check, reference="HGFEDCBA", email=OTHERS)
    return build_appointment(network.central, network.document_check, reference="ABCDEFGH", email=EMAIL)


def moved(visit):
    other = db.session.query(type(visit)).filter_by(reference="HGFEDCBA").one()
    return other.email_encrypted


def flipped(visit):
    key_id, _, body = visit.email_encrypted.partition(":")
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1
    return f"{key_id}:{base64.b64encode(raw).decode()}"


def of_an_unknown_key(_visit):
    ring = Keyring.parse("gone:" + "77" * 32)
    return ring.encrypt(EMAIL, bound_to="appointments.email:ABCDEFGH")


@pytest.mark.parametrize("spoil", [moved, flipped, of_an_unknown_key])
def test_the_page_answers_500_once_and_leaks_nothing(client, visit, spoil, caplog):
    visit.email_encrypted = spoiled = spoil(visit)
    db.session.commit()
    client.post("/staff", data={"username": "ada", "password": PASSWORD})
    with caplog.at_level(logging.ERROR):
        answer = client.post("/staff/visits/ABCDEFGH/show", data={"reason": "here"}, follow_redirects=True)

    assert (answer.status_code, answer.request.path) == (500, "/staff/visits/ABCDEFGH")
    assert "<h1>Something went wrong on our side</h1>" in answer.text
    for secret in (EMAIL, OTHERS, spoiled, "InvalidTag", "KeyError", "Traceback"):
        assert secret not in answer.text
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in errors] == ["unhandled error"]
    assert [secret for secret in (EMAIL, OTHERS, spoiled) if secret in caplog.text] == []
    assert client.get("/staff/visits/HGFEDCBA").status_code == 200
