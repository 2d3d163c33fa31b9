"""What stands between two texts that a template joins: in Chinese no space, and a comma of its own.

Templates write `{{ _("One.") }} {{ _("Two.") }}` and `{{ one }}, {{ two }}`. English and Russian need
these spaces; after the wide full stop or colon of Chinese a space is a hole in the line, and a narrow
comma between its signs looks like a slip.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Flask
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from app.i18n import current_language

ENDS = (".", ":", "?", "!", ",", ";")
TEXTS = ("_", "ngettext")
GAP = "sentence_gap"
COMMA = "comma"
NARROW_COMMA = ", "


def sentence_gap() -> str:
    """Return what stands between two sentences in the current language."""
    return "" if current_language() == "zh" else " "


def comma() -> str:
    """Return what stands between the parts of a list in the current language."""
    return "，" if current_language() == "zh" else NARROW_COMMA


@dataclass
class _Seen:
    """What the expression that was read last is: our text with this ending, or something else."""

    depth: int = 0
    is_text: bool = False
    ending: str = ""

    def read(self, token: Token) -> None:
        if token.type == "variable_begin":
            self.depth, self.is_text, self.ending = 0, False, ""
        elif self.depth == 1:
            self.is_text = token.type == "name" and token.value in TEXTS
        elif token.type == "string" and not self.ending:
            self.ending = token.value[-1:]
        self.depth += 1

    @property
    def is_sentence(self) -> bool:
        return self.is_text and self.ending in ENDS


class Joints(Extension):
    """Put `sentence_gap()` in the place of the white space that follows one of our sentences.

    And `comma()` in the place of a comma and a space between two expressions or blocks.
    """

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        seen, follows, after = _Seen(), False, ""
        for token in stream:
            if follows and token.type == "data" and _begins_with_space(token.value):
                yield from _call(GAP, token, token.value.lstrip())
            elif after.endswith("_end") and token.type == "data" and token.value.startswith(NARROW_COMMA):
                yield from _call(COMMA, token, token.value.removeprefix(NARROW_COMMA))
            else:
                yield token
            seen.read(token)
            after = token.type
            follows = token.type == "variable_end" and seen.is_sentence


def _begins_with_space(text: str) -> bool:
    """Say so for spaces; a new line ends a line of a letter, and in a page nobody sees it."""
    space = text[: len(text) - len(text.lstrip())]
    return bool(space) and "\n" not in space


def _call(name: str, data: Token, rest: str) -> Iterator[Token]:
    """Yield `{{ name() }}` and what is left of the text."""
    parts = (
        ("variable_begin", "{{"),
        ("name", name),
        ("lparen", "("),
        ("rparen", ")"),
        ("variable_end", "}}"),
    )
    for kind, value in parts:
        yield Token(data.lineno, kind, value)
    if rest:
        yield Token(data.lineno, "data", rest)


def init_app(app: Flask) -> None:
    app.jinja_env.globals |= {GAP: sentence_gap, COMMA: comma}
    app.jinja_env.add_extension(Joints)
