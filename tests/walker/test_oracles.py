"""What the walker calls wrong, on small pages: each kind of fault is seen, and what is right is not."""

from collections.abc import Iterable

import pytest

from tests.walker import oracles
from tests.walker.oracles import Fault, shape_of
from tests.walker.page import Page
from tests.walker.shrinking import shortest
from tests.walker.values import MARK
from tests.walker.walk import Step

FORM = """<form method="post" action="/en/x"><input type="hidden" name="csrf_token" value="t">
<input name="name" value="{name}"><input type="checkbox" name="tick" value="yes" {tick}>
<button>Go</button></form>"""
WRONG = '<div class="errors"><ul><li>Enter a name.</li></ul></div>'
TYPED = {"name": ["Ana"], "tick": ["yes"]}


def page(body: str, *, status: int = 200, lang: str = "en", came_by: str = "GET") -> Page:
    text = f"<!doctype html><html lang='{lang}'><main><h1>1</h1>{body}</main></html>"
    return Page("/en/x", status, "text/html", text, came_by)


def kinds(faults: Iterable[Fault]) -> set[str]:
    return {fault.kind for fault in faults}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<p>Other companies: None</p>", "leak"),
        ("<p>until %(time)s</p>", "leak"),
        ("<p>{}</p>", "leak"),
        ("<p>a &amp;lt; b</p>", "leak"),
        (f"<p><b id='{MARK}'>bold</b></p>", "code"),
        ("<p>one<div>two</div></p>", "markup"),
        ("<a href='#nowhere'>there</a>", "dangling"),
        ("<label for='nothing'>Name</label>", "dangling"),
    ],
)
def test_a_page_that_says_what_nobody_meant(body, kind):
    assert kind in kinds(oracles.of_answer(page(body)))


def test_a_page_that_is_right():
    assert kinds(oracles.of_answer(page("<p id='a'>Nobody has 100 % of it</p><a href='#a'>up</a>"))) == set()


def test_a_broken_page():
    found = list(oracles.of_answer(page("", status=500), ["Traceback\nValueError: 12 is no day"]))
    assert (found[0].kind, found[0].seen) == ("broken", "ValueError: N is no day")


@pytest.mark.parametrize(
    ("text", "lang", "english"),
    [
        ("Your visit is cancelled.", "zh", True),
        ("визит: cancelled", "ru", True),
        ("<span lang='en'>Your visit is cancelled.</span>", "zh", False),
        ("编号 HK7R 4M2P，Wi-Fi", "zh", False),
        ("Напишите на help@example.org", "ru", False),
        ("Your visit is cancelled.", "en", False),
        ("Ana Ruiz 的来访", "zh", False),
    ],
)
def test_english_where_another_language_is_read(text, lang, english):
    found = kinds(oracles.of_language(page(f"<p>{text}</p>", lang=lang), ["Ana Ruiz"]))
    assert found == ({"English"} if english else set())


def test_a_link_and_a_form_that_lead_nowhere():
    form = page(FORM.format(name="", tick="")).forms[0]
    assert kinds(oracles.of_link(page("", status=404), "/en/y")) == {"dead link"}
    assert "dead form" in kinds(oracles.of_form(form, TYPED, page("", status=405), "/en/y"))


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (WRONG + FORM.format(name="Ana", tick="checked"), set()),
        (WRONG + FORM.format(name="", tick="checked"), {"lost"}),
        (WRONG + FORM.format(name="Ana", tick=""), {"lost"}),
        (WRONG, {"lost"}),
        (FORM.format(name="Ana", tick="checked"), {"no sentence"}),
    ],
)
def test_a_refused_form_keeps_what_was_typed_and_says_why(answer, found):
    form = page(FORM.format(name="", tick="")).forms[0]
    refused = page(answer, status=422, came_by="POST")
    assert kinds(oracles.of_form(form, TYPED, refused, "/en/y")) == found


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("/staff/visits/6C965JF6/check-in", "/staff/visits/<>/check-in"),
        ("/staff/points/meilan/history", "/staff/points/<>/history"),
        ("/staff/messages/12?show=all&about=HK7R4M2P", "/staff/messages/<>?about&show"),
        ("/c/Z67GZRPMYJ", "/c/<>"),
        ("/en/collect/check", "/en/collect/check"),
    ],
)
def test_an_address_without_what_differs_each_time(address, shape):
    assert shape_of(address) == shape


def test_a_walk_is_made_as_short_as_it_can_be():
    steps = [Step("mei", "open", f"/{number}") for number in range(60)]
    needed = {"/17", "/41"}
    found = shortest(steps, lambda some: needed <= {step.address for step in some}, seconds=30)
    assert [step.address for step in found] == ["/17", "/41"]
