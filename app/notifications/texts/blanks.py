"""Texts with named blanks: `Tomorrow: {day}, {time}.` Filled in one pass, never run as a template. PURE.

A paragraph ends at an empty line. A line whose blank has no value is left out, and so is a whole
paragraph whose list is empty: one text serves visits with and without papers to bring.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup, escape

BLANK = re.compile(r"\{([a-z_]+)\}")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_LABELLED = re.compile(r"(?P<label>[^{}\n]+)\{(?P<blank>[a-z_]+)\}[ \t]*")
_LABEL_ABOVE = re.compile(r"([:：])[ \t]*\n(?=\{([a-z_]+)\}[ \t]*(?:\n|$))")

Value = str | tuple[str, ...]
Values = Mapping[str, Value]

_BUTTON = (
    "display:inline-block;padding:12px 20px;border-radius:8px;background:#0B5A6B;color:#FFFFFF;"
    "text-decoration:none"
)
_LINK = "color:#0B5A6B"


class TextTrouble(StrEnum):
    """What can be wrong with a text that somebody typed."""

    EMPTY = "empty"
    UNKNOWN = "unknown"  # a blank that this message has no value for
    MISSING = "missing"  # a blank that this message cannot do without
    BRACE = "brace"  # a { or } that belongs to no blank
    LONG = "long"


@dataclass(frozen=True, slots=True)
class BlankProblem:
    trouble: TextTrouble
    blank: str = ""


def names_in(text: str) -> set[str]:
    """Return the names of the blanks in a text."""
    return set(BLANK.findall(text))


def problems_of(text: str, *, known: Collection[str], required: Collection[str] = ()) -> list[BlankProblem]:
    """Return what is wrong with a text, in the order in which it is worth saying."""
    if not text.strip():
        return [BlankProblem(TextTrouble.EMPTY)]
    found = names_in(text)
    problems = [BlankProblem(TextTrouble.UNKNOWN, name) for name in sorted(found - set(known))]
    problems += [BlankProblem(TextTrouble.MISSING, name) for name in sorted(set(required) - found)]
    if "{" in BLANK.sub("", text) or "}" in BLANK.sub("", text):
        problems.append(BlankProblem(TextTrouble.BRACE))
    return problems


def fill_line(text: str, values: Values) -> str:
    """Return the text on one line with its blanks filled; a value is never looked into for more blanks."""
    return " ".join(BLANK.sub(lambda found: _inline(values[found[1]]), text).split())


def fill_plain(text: str, values: Values) -> str:
    """Return the text as plain text; each item of a list stands on a line of its own."""
    return "\n\n".join("\n".join(_plain(lines, values)) for lines in _kept(text, values))


def fill_html(text: str, values: Values, *, strong: Collection[str] = ()) -> Markup:
    """Return the text as HTML for mail readers, with every word of it escaped.

    A link takes the words before it as its name; the one called `link` becomes a button.
    """
    text = _LABEL_ABOVE.sub(lambda found: found[1] + " " if _is_link(values[found[2]]) else found[0], text)
    paragraphs = (_paragraph(lines, values, strong) for lines in _kept(text, values))
    return Markup("\n").join(paragraphs)


def _kept(text: str, values: Values) -> Iterator[list[str]]:
    """Give the lines of each paragraph that has something to say."""
    for paragraph in _PARAGRAPHS.split(text.replace("\r\n", "\n").strip()):
        if any(values[name] == () for name in names_in(paragraph)):
            continue
        lines = [line.strip() for line in paragraph.split("\n") if all(values[n] for n in names_in(line))]
        if lines:
            yield lines


def _plain(lines: list[str], values: Values) -> Iterator[str]:
    for line in lines:
        items = _list_of(line, values)
        if items is None:
            yield fill_line(line, values)
        else:
            yield from (f"- {_inline(item)}" for item in items)


def _list_of(line: str, values: Values) -> tuple[str, ...] | None:
    """Return the items when the line is nothing but a list."""
    found = BLANK.fullmatch(line)
    value = values[found[1]] if found else ""
    return value if isinstance(value, tuple) else None


def _inline(value: Value) -> str:
    text = value if isinstance(value, str) else ", ".join(value)
    return " ".join(text.split())


def _paragraph(lines: list[str], values: Values, strong: Collection[str]) -> Markup:
    parts: list[Markup] = []
    for line in lines:
        items = _list_of(line, values)
        if items is None:
            parts += [Markup("<br>\n")] if parts else []
            parts.append(_html_line(line, values, strong))
        else:
            rows = Markup("\n").join(Markup("<li>{}</li>").format(_inline(item)) for item in items)
            parts.append(Markup('\n<ul style="margin:0">\n{}\n</ul>').format(rows))
    inside = Markup("").join(parts)
    return Markup('<div style="margin:0 0 16px">{}</div>').format(inside)


def _html_line(line: str, values: Values, strong: Collection[str]) -> Markup:
    labelled = _LABELLED.fullmatch(line)
    label = _bare(labelled["label"]) if labelled else ""
    if labelled and label and _is_link(values[labelled["blank"]]):
        name, href = labelled["blank"], _inline(values[labelled["blank"]])
        style = _BUTTON if name == "link" else _LINK
        return Markup('<a href="{}" style="{}">{}</a>').format(href, style, label)
    return Markup("").join(_pieces(line, values, strong))


def _bare(label: str) -> str:
    """Return the words before a link without the colon that leads to it."""
    label = label.rstrip()
    return label[:-1].rstrip() if label.endswith((":", "：")) else label


def _pieces(line: str, values: Values, strong: Collection[str]) -> Iterator[Markup]:
    for index, piece in enumerate(BLANK.split(line)):
        if index % 2 == 0:
            yield escape(piece)
            continue
        text = _inline(values[piece])
        if _is_link(values[piece]):
            yield Markup('<a href="{0}" style="{1}">{0}</a>').format(text, _LINK)
        elif piece == "phone":
            yield Markup('<a href="tel:{0}" style="{1}">{0}</a>').format(text, _LINK)
        else:
            yield Markup("<strong>{}</strong>").format(text) if piece in strong else escape(text)


def _is_link(value: Value) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))
