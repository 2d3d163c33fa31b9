"""No space after a sentence in Chinese, where a template joins it to what follows.

Templates write `{{ _("One.") }} {{ _("Two.") }}`. English and Russian need that space; after the wide
full stop or colon of Chinese it is a hole in the line.
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


def sentence_gap() -> str:
    """Return what stands between two sentences in the current language."""
    return "" if current_language() == "zh" else " "


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
    """Put `sentence_gap()` in the place of the white space that follows one of our sentences."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        seen, follows = _Seen(), False
        for token in stream:
            if follows and token.type == "data" and _begins_with_space(token.value):
                yield from _gap(token)
            else:
                yield token
            seen.read(token)
            follows = token.type == "variable_end" and seen.is_sentence


def _begins_with_space(text: str) -> bool:
    """Say so for spaces; a new line ends a line of a letter, and in a page nobody sees it."""
    space = text[: len(text) - len(text.lstrip())]
    return bool(space) and "\n" not in space


def _gap(data: Token) -> Iterator[Token]:
    parts = (
        ("variable_begin", "{{"),
        ("name", GAP),
        ("lparen", "("),
        ("rparen", ")"),
        ("variable_end", "}}"),
    )
    for kind, value in parts:
        yield Token(data.lineno, kind, value)
    if rest := data.value.lstrip():
        yield Token(data.lineno, "data", rest)


def init_app(app: Flask) -> None:
    app.jinja_env.globals[GAP] = sentence_gap
    app.jinja_env.add_extension(Joints)
