"""Whatever is put into an address, a form or a body: an answer of ours, soon, and never a 500."""

import re
import time
from itertools import product

import pytest

from tests.factories import PASSWORD, build_appointment, build_case, build_user
from tests.house.sources import ROOT, tracked

NASTY = {
    "very long": "x" * 4_000,
    "very many digits": "9" * 4_000,
    "more digits than any library counts": "9" * 400,
    "nul": "a\0b",
    "percent": "%",
    "like": "%_\\'\";--",
    "half a pair": "%ED%A0%80",
    "bytes that are no text": "%FF%FE",
    "line ends": "a\r\nSet-Cookie: x=y",
    "right to left": "\u202etxt.exe\u2066",
    "separators": "a\u2028b\u2029c\u0085d",
    "a template": "{{7*7}}{% raw %}${1}",
    "a number too big": "1e400",
    "no number": "nan,inf",
    "minus": "-1",
    "a bracket": "//[",
    "a date too far": "9999-12-31T23:59:59.999999+23:59",
    "a date too early": "0001-01-01",
}
NAMES = ("near", "place", "lang", "from", "view", "service", "back", "page", "day", "next")
OTHER_NAMES = ("taken", "focus", "here", "move", "text", "lost", "days", "party_size", "limit", "station")
# What the two databases take differently; the rest is looked at on one of them.
DIFFERENT = ("very long", "very many digits", "nul", "half a pair", "a number too big", "a date too far")
ON_A_DATABASE = [("sqlite", name) for name in NASTY] + [("postgresql", name) for name in DIFFERENT]
SECONDS = 3.0  # of the processor: a page takes hundredths, and what hangs takes minutes


@pytest.fixture
def world(network):
    """A visit of a case at the central window."""
    case = build_case(network.visit_type, network.central, link="L" * 10)
    return build_appointment(
        network.central, network.collect, case_id=case.id, reference="ABCDEFGH", token="t" * 22, name="A"
    )


@pytest.fixture
def signed_in(client, world):
    """A browser that has a visit and is signed in as an administrator: every page opens to it."""
    build_user("ada", role="administrator")
    assert client.get("/v/" + "t" * 22).status_code == 303
    with client.session_transaction() as before:
        known = dict(before)
    page = client.post("/staff", data={"username": "ada", "password": PASSWORD})
    assert page.status_code in (302, 303)
    with client.session_transaction() as session:
        session.update({name: known[name] for name in ("visit", "visit_key", "case", "case_key")})
    return client


def pages(app, method):
    return sorted(
        {
            rule.rule
            for rule in app.url_map.iter_rules()
            if method in rule.methods and "static" not in rule.rule
        }
    )


def filled(rule, value):
    known = {"lang": "en", "kind": "book"}
    return re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda m: known.get(m[1], value), rule)


def answered(client, method, path, **more):
    began = time.thread_time()  # work, not waiting: a busy machine says nothing about a page
    answer = client.open(path, method=method, **more)
    took = time.thread_time() - began
    answer.close()
    assert answer.status_code < 500, (method, path[:80], list(more), answer.status_code)
    assert took < SECONDS, (method, path[:80], took)
    assert "Content-Security-Policy" in answer.headers, path[:80]
    return answer


@pytest.mark.parametrize(("database_kind", "nasty"), ON_A_DATABASE, indirect=["database_kind"])
def test_a_query_is_answered(app, signed_in, nasty):
    for rule in pages(app, "GET"):
        path = filled(rule, "jiangdong")
        raw = NASTY[nasty] if "%F" in NASTY[nasty] or "%E" in NASTY[nasty] else None
        if raw:
            answered(signed_in, "GET", f"{path}?" + "&".join(f"{name}={raw}" for name in NAMES + OTHER_NAMES))
        else:
            answered(signed_in, "GET", path, query_string=dict.fromkeys(NAMES + OTHER_NAMES, NASTY[nasty]))


def test_the_longest_text_to_look_for_is_answered(client, network):
    # The web server itself refuses a request line of more than 4094 bytes.
    for path, name in product(("/en/find", "/api/v1/stations"), ("near", "place")):
        for sign in ("x", "9", "海", "1,"):
            answered(client, "GET", path, query_string={name: sign * 20_000})


@pytest.mark.parametrize("nasty", ["nul", "like"])
def test_one_argument_many_times_is_answered(client, network, nasty):
    paths = ("/en/find", "/en/places/jiangdong", "/en/book/time", "/en/map")
    for path, name in product(paths, NAMES + OTHER_NAMES):
        query = {"service": "document-check", name: [NASTY[nasty]] * 3, f"{name}[]": "a"}
        answered(client, "GET", path, query_string=query)


@pytest.mark.parametrize(
    ("database_kind", "nasty"),
    [(kind, name) for kind, name in ON_A_DATABASE if name not in ("very long", "very many digits")],
    indirect=["database_kind"],
)
def test_a_part_of_the_path_is_answered(app, signed_in, nasty):
    for method in ("GET", "POST"):
        for rule in pages(app, method):
            if "<" in rule:
                answered(signed_in, method, filled(rule, NASTY[nasty]).replace("?", "%3F"))


def field_names():
    """Return every name under which a form of ours sends something, or code of ours reads it."""
    named = re.compile(r"""name="([\w-]+)"|\.(?:get|getlist)\("([\w-]+)"|^    (\w+) = \w*Field\(""", re.M)
    sources = [path for path in tracked() if path.is_relative_to(ROOT / "app")]
    texts = (path.read_text() for path in sources if path.suffix in (".py", ".html"))
    return sorted({name for text in texts for found in named.findall(text) for name in found if name})


FIELDS = field_names()


@pytest.mark.parametrize(("database_kind", "nasty"), ON_A_DATABASE, indirect=["database_kind"])
def test_a_form_is_answered(app, signed_in, nasty):
    assert {"people", "plan_version", "until_day"} <= set(FIELDS)
    for rule in pages(app, "POST"):
        if rule.startswith("/api") or rule in ("/staff/sign-out", "/staff/visits/<reference>/cancel"):
            continue
        path = filled(rule, "jiangdong" if "slug" in rule else "ABCDEFGH")
        answered(signed_in, "POST", path, data=dict.fromkeys(FIELDS, NASTY[nasty]))


def test_a_slot_of_a_nasty_place_is_answered(client, network):
    for value in NASTY.values():
        for slot in (f"{value[:500]}@2026-11-24T10:00:00+08:00", f"jiangdong@{value[:500]}"):
            data = {"service": "document-check", "slot": slot}
            answered(client, "POST", "/en/book/hold", data=data)


BODIES = (
    b"", b"[]", b"1", b"null", b'"x"', b"{", b"\xff\xfe", b'{"a":' * 20_000, b"[" * 100_000, b"9" * 4_000,
    b'{"station": NaN}', b'{"station": {"a": 1}, "starts_at": []}', b'{"station": "\\ud800"}',
    b'{"station": "a\\u0000b", "service": "document-check", "starts_at": "2026-11-24T10:00:00+08:00"}',
)  # fmt: skip
VALUES = (None, True, -1, 0, 10**30, 1.5, 1e308, [], {}, "", "\0", "\ud800", "x" * 100_000,
          "9999-12-31T23:59:59Z",
          "2026-11-24T10:00:00.5+08:00", "2026-11-24T10:00:00", "2026-11-24T02:00:00Z", "-1")  # fmt: skip
WISH = {"station": "jiangdong", "service": "document-check", "starts_at": "2026-11-24T10:00:00+08:00",
        "party_size": 1, "collection_code": "HK7R4M2P", "passport_last4": "4821"}  # fmt: skip
BOOKING = {"hold_id": "x" * 22, "name": "A", "email": "a@example.org", "phone": "", "language": "en"}


def test_a_body_that_is_no_wish_is_refused(client, network):
    key = {"Idempotency-Key": "k" * 16}
    for path, body in product(("/api/v1/holds", "/api/v1/appointments"), BODIES):
        for kind in (
            "application/json",
            "text/plain",
            "application/json; charset=nonsense",
            "multipart/form-data",
        ):
            answer = answered(client, "POST", path, data=body, content_type=kind, headers=key)
            assert 400 <= answer.status_code < 500
            assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("field", [*WISH, *BOOKING])
def test_a_field_of_another_kind_is_refused_or_read(client, network, field):
    path, whole = ("/api/v1/holds", WISH) if field in WISH else ("/api/v1/appointments", BOOKING)
    for value in VALUES:
        answered(client, "POST", path, json=whole | {field: value}, headers={"Idempotency-Key": "k" * 16})


@pytest.mark.parametrize("value", [-1, 0, 3_000_000_000, 10**30, True, "1", 1.5])
def test_a_party_of_nobody_or_of_too_many_takes_no_desk(client, network, value):
    answer = client.post("/api/v1/holds", json=WISH | {"party_size": value})
    assert (answer.status_code, "code" in answer.json) == (422, True)


def test_a_body_that_is_too_big_is_refused(client, network):
    for path in ("/api/v1/holds", "/en/collect/code", "/staff"):
        answer = answered(
            client, "POST", path, data=b"x" * (2 * 1024 * 1024 + 1), content_type="application/json"
        )
        assert answer.status_code in (400, 413, 422)


@pytest.mark.parametrize(
    "header", ["Accept-Language", "Authorization", "Cookie", "If-None-Match", "Range", "Idempotency-Key",
               "Accept", "If-Modified-Since", "X-Forwarded-For", "Referer", "User-Agent"]
)  # fmt: skip
def test_a_header_is_answered(client, world, header):
    values = (
        "x" * 60_000,
        "\xff",
        "en;q=nan",
        "*;q=1e9",
        "Bearer \xff\xfe",
        'W/"',
        "bytes=9-1",
        "session=a.b.c",
        ",",
    )
    paths = (
        "/",
        "/en/",
        "/en/visit",
        "/staff",
        "/api/v1/stations",
        "/api/v1/appointments/ABCDEFGH",
        "/static/css/site.css",
    )
    for path, value in product(paths, values):
        answered(client, "GET", path, headers={header: value})
