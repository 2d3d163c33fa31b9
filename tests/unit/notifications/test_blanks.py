"""Texts with named blanks: what is refused, what is filled, and that no value is ever run."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications.texts.blanks import (
    BlankProblem,
    TextTrouble,
    fill_html,
    fill_line,
    fill_plain,
    problems_of,
)

KNOWN = {"day", "link", "items"}
LINK = "https://haikou.example/c/abc"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("Come on {day}: {link}", []),
        ("", [BlankProblem(TextTrouble.EMPTY)]),
        (" \n ", [BlankProblem(TextTrouble.EMPTY)]),
        ("Come: {link} {name}", [BlankProblem(TextTrouble.UNKNOWN, "name")]),
        ("Come on {day}", [BlankProblem(TextTrouble.MISSING, "link")]),
        ("{link} {", [BlankProblem(TextTrouble.BRACE)]),
        ("{link} {Day}", [BlankProblem(TextTrouble.BRACE)]),
        ("{link} {{7*7}}", [BlankProblem(TextTrouble.BRACE)]),
        ("{link} {day.__class__}", [BlankProblem(TextTrouble.BRACE)]),
        ("{link} {day!r}", [BlankProblem(TextTrouble.BRACE)]),
        (
            "{nobody}",
            [BlankProblem(TextTrouble.UNKNOWN, "nobody"), BlankProblem(TextTrouble.MISSING, "link")],
        ),
    ],
)
def test_what_is_wrong_with_a_text(text, problems):
    assert problems_of(text, known=KNOWN, required={"link"}) == problems


def test_a_line_without_its_value_and_a_paragraph_without_its_list_are_left_out():
    text = "{service}\n\nYou collect:\n{items}\n\nWhere: {place}\n{address}"
    assert fill_plain(text, {"service": "", "items": (), "place": "A", "address": ""}) == "Where: A"
    full = fill_plain(text, {"service": "Check", "items": ("one", "two"), "place": "A", "address": "B"})
    assert full == "Check\n\nYou collect:\n- one\n- two\n\nWhere: A\nB"


def test_a_value_is_not_looked_into_for_blanks():
    values = {"day": "{link} {{7*7}} %(x)s ${y}", "link": LINK}
    assert fill_line("{day}", values) == "{link} {{7*7}} %(x)s ${y}"
    assert LINK not in fill_html("{day}", values)


def test_a_value_with_line_ends_makes_no_new_paragraph_and_no_header():
    values = {"place": "A\r\n\r\nBcc: evil@example.com"}
    assert fill_line("At {place}", values) == "At A Bcc: evil@example.com"
    assert "\n" not in fill_plain("At {place}", values)


def test_the_link_is_a_button_named_by_the_words_before_it():
    html = fill_html("Change or cancel:\n{link}\n\nMap: {map_link}", {"link": LINK, "map_link": LINK + "m"})
    assert f'<a href="{LINK}" style="display:inline-block' in html
    assert ">Change or cancel</a>" in html
    assert ">Map</a>" in html
    assert fill_html("{link}", {"link": LINK}).count(LINK) == 2, "a link without words shows itself"


def test_a_list_is_a_list_and_its_items_are_escaped():
    html = fill_html("Bring:\n{items}", {"items": ("<b>", "two")})
    assert "<li>&lt;b&gt;</li>\n<li>two</li>" in html


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = set()
        self.hrefs = []

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.hrefs += [value for name, value in attrs if name == "href"]
        assert {name for name, _ in attrs} <= {"style", "href"}


@given(
    st.text(alphabet="ab <>&\"'{}\n:/", max_size=60),
    st.text(alphabet="ab <>&\"'{}\n:/", max_size=30),
)
def test_whatever_is_typed_stays_text(words, value):
    text = re.sub(r"[{}]", "", words) + " {day}\n\n" + re.sub(r"[{}]", "", words) + ": {link}"
    tags = Tags()
    tags.feed(str(fill_html(text, {"day": value, "link": LINK}, strong={"day"})))
    assert tags.seen <= {"div", "a", "br", "strong", "ul", "li"}
    assert set(tags.hrefs) <= {LINK}
