"""Where a template joins our sentences, the space is left to the language; everywhere else it stays."""

import pytest
from jinja2 import Environment

from app.typography import COMMA, GAP, Joints


def rendered(template: str, gap: str, comma: str = ", ") -> str:
    env = Environment(extensions=[Joints], autoescape=True)
    env.globals |= {GAP: lambda: gap, COMMA: lambda: comma}
    env.globals |= {"_": str, "ngettext": lambda one, _many, _n: one, "name": "A. B"}
    return env.from_string(template).render()


@pytest.mark.parametrize(
    ("template", "joined"),
    [
        ('{{ _("One.") }} {{ _("Two.") }}', "One.Two."),
        ('{{ _("Next:") }} <b>{{ name }}</b>', "Next:<b>A. B</b>"),
        ('{% if 1 %}{{ _("One.") }} {% endif %}{{ _("Two") }}', "One.Two"),
        ('{{ ngettext("One?", "Many?", 1) }} x', "One?x"),
    ],
)
def test_a_sentence_is_joined_to_what_follows(template, joined):
    assert rendered(template, "") == joined


@pytest.mark.parametrize(
    "template",
    [
        '{{ _("One.") }} {{ _("Two.") }}',
        '{{ ngettext("One?", "Many?", 1) }} x',
    ],
)
def test_other_languages_read_as_written(template):
    assert rendered(template, " ") == rendered(template, "").replace(".T", ". T").replace("?x", "? x")


@pytest.mark.parametrize(
    "template",
    [
        '{{ _("Name") }} {{ _("Two") }}',  # no sentence
        "{{ name }} x",  # a person's words
        '{{ name ~ "." }} x',
        '{{ _("One.") }}\n{{ _("Two.") }}',  # lines of a letter
        '{% if name == "x." %} y{% endif %} z',
    ],
)
def test_every_other_space_stays(template):
    assert rendered(template, "") == Environment(autoescape=True).from_string(template).render(
        _=str, name="A. B"
    )


@pytest.mark.parametrize(
    ("template", "joined"),
    [
        ("{{ name }}, {{ name }}", "A. B，A. B"),
        ("{% for n in (1, 2) %}{{ n }}{% if not loop.last %}, {% endif %}{% endfor %}", "1，2"),
        ("{{ name }}{% if 1 %}, {% endif %}<b>2</b>", "A. B，<b>2</b>"),
    ],
)
def test_between_two_values_the_comma_is_the_languages_own(template, joined):
    assert rendered(template, "", "，") == joined
    assert rendered(template, " ") == joined.replace("，", ", ")


@pytest.mark.parametrize("template", ["{{ name }} one, {{ name }}", "a, b", "{{ name }},{{ name }}"])
def test_every_other_comma_stays(template):
    assert "，" not in rendered(template, "", "，")
