"""Reports of a provider: signed, fresh, and about messages of ours."""

from datetime import timedelta

import pytest

from app.notifications import contacts, signature
from app.notifications.delivery import outbox
from app.notifications.letter import Letter
from tests.integration.callbacks.conftest import SECRET
from tests.integration.notifications.conftest import channel, make_relay, put, row  # noqa: F401

PATH = "/api/hooks/delivery"


@pytest.fixture
def key(put, row, make_relay) -> str:  # noqa: F811
    """Return the key of a message that was sent to a@example.org."""
    put("a")
    make_relay(compose=lambda _message, _now: Letter(to="a@example.org", subject="", text="x")).deliver_due()
    return outbox.key_of(row("a"))


def report(key, **more):
    return {"reports": [{"key": key, "address": "a@example.org", "status": "bounced", **more}]}


def test_a_bounce_is_noted_and_a_dead_address_remembered(tell, key, row) -> None:  # noqa: F811
    answer = tell(PATH, report(key, detail="550 no", dead=True))
    assert (answer.status_code, answer.json) == (200, {"noted": 1, "unknown": 0})
    assert (row("a").status, row("a").reason) == ("bounced", "550 no")
    assert contacts.is_failing("a@example.org")


def test_an_arrival_is_noted(tell, key, row) -> None:  # noqa: F811
    assert tell(PATH, report(key, status="delivered", dead=True)).json["noted"] == 1
    assert row("a").status == "delivered"
    assert not contacts.is_failing("a@example.org")


def test_a_report_about_nothing_of_ours_is_counted_and_no_more(tell, key) -> None:
    assert tell(PATH, report("1-1")).json == {"noted": 0, "unknown": 1}


@pytest.mark.parametrize("change", [
    {"secret": "another secret, as long as the right one"},
    {"signed_at": timedelta(minutes=-6)}, {"signed_at": timedelta(minutes=6)},
    {signature.HEADER: ""}, {signature.HEADER: "t=1,v1=" + "0" * 64}, {signature.HEADER: "t=x,v1=é"},
])  # fmt: skip
def test_without_a_fresh_and_right_signature_nothing_is_changed(tell, key, row, now, change) -> None:  # noqa: F811
    if "signed_at" in change:
        change = {"signed_at": now + change["signed_at"]}
    answer = tell(PATH, report(key), **change)
    assert (answer.status_code, answer.json["code"]) == (401, "signature_wrong")
    assert row("a").status == "sent"


def test_a_signature_covers_the_body(client, shared_secret, key, row, now) -> None:  # noqa: F811
    header = signature.sign(SECRET, b"{}", now=now)
    assert client.post(PATH, json=report(key), headers={signature.HEADER: header}).status_code == 401
    assert row("a").status == "sent"


@pytest.mark.parametrize("body", [
    b"", b"[]", b"{", b"[" * 100_000, {}, {"reports": "x"}, {"reports": [1]}, {"reports": [{}]},
    {"reports": [{"key": 1, "status": "bounced"}]}, {"reports": [{"key": "1-1\0", "status": "bounced"}]},
    {"reports": [{"key": "1-1", "status": "odd"}]}, {"reports": [{}] * 501},
])  # fmt: skip
def test_a_body_of_another_shape_is_refused_whole(tell, body) -> None:
    assert tell(PATH, body).status_code == 400


def test_without_a_secret_there_is_no_such_page(client) -> None:
    assert client.post(PATH, json={}).status_code == 404


@pytest.mark.parametrize("field", ["key", "address", "detail"])
@pytest.mark.parametrize("sign", ["\ud800", "\ud83c\udf89", "\ufffe", "²", "١"])
def test_no_sign_in_a_report_is_too_odd(tell, key, field, sign) -> None:
    told = report(key)
    told["reports"][0][field] = f"{sign}-1"

    answer = tell(PATH, told)

    assert (answer.status_code, answer.json["noted"]) == (200, int(field != "key"))


def test_half_a_sign_in_a_reason_is_kept_as_a_question_mark(tell, key, row) -> None:  # noqa: F811
    tell(PATH, report(key, detail="full \ud83c"))
    assert row("a").reason == "full ?"


def test_halves_in_names_and_deep_down_are_no_fault_of_ours(tell, key) -> None:
    answer = tell(PATH, {**report(key), "\ud800": [{"\udfff": "\ud800"}]})
    assert answer.json["noted"] == 1


def test_a_hook_with_a_secret_of_its_own_takes_no_other(app, network, tell):
    own = "only for texts, and long enough for it"
    settings = app.extensions["settings"]  # as it was before `tell` comes back by itself
    app.extensions["settings"] = settings.model_copy(update={"text_hook_secret": own})
    text = {"id": "1", "from": "+8613800138000", "text": "hello"}
    assert tell("/api/hooks/texts", text).status_code == 401
    assert tell("/api/hooks/texts", text, secret=own).status_code == 200
    assert tell("/api/hooks/delivery", {"reports": []}, secret=own).status_code == 401
