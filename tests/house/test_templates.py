"""Templates: each compiles, and none carries a script or a style of its own."""

import re

import pytest
from jinja2 import Environment

from tests.house.sources import short, templates

INLINE = re.compile(
    r"""<style
    | <script(?![^>]*\bsrc=)(?![^>]*type="application/(ld\+)?json")
    | \sstyle\s*=
    | \son[a-z]+\s*=\s*["']
    | javascript:""",
    re.IGNORECASE | re.VERBOSE,
)
# Mail readers know no style sheets, so letters carry their looks with them.
PAGES = [path for path in templates() if path.suffix == ".html" and "/letters/" not in short(path)]


def test_there_are_templates_to_look_at():
    assert PAGES


@pytest.mark.parametrize("path", templates(), ids=short)
def test_it_compiles(path):
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    # Filters of the app are looked up when a template runs, which the tests of its pages do.
    environment.parse(path.read_text(), filename=short(path))


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_it_has_no_script_or_style_of_its_own(path):
    found = [match.group().strip() for match in INLINE.finditer(path.read_text())]
    assert found == []


HOSTILE = [
    '<p style="color:red">',
    "<script>go()</script>",
    '<a onclick="go()">',
    "<a href='javascript:go()'>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_the_look_out_sees_them(text):
    assert INLINE.search(text)


# Only a text written in the template itself may be called safe.
SAFE = re.compile(r"""(?<!['"])\s*\|\s*safe\b""")


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_it_calls_nothing_from_outside_safe(path):
    assert SAFE.findall(path.read_text()) == []


def test_a_name_called_safe_is_seen():
    assert SAFE.search("{{ station.name | safe }}")
    assert not SAFE.search("{{ '<br>'|safe }}")
