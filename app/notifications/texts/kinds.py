"""The kinds of messages: what each is called, which blanks its texts may have, and the shipped texts.

Whoever sends a new kind registers it beside its letter; the pages of staff then show it, its texts
can be changed there, and `app.notifications.texts.writing` writes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.i18n import text
from app.localtext import LocalText

EMAIL, SMS = "email", "sms"
CHANNELS = (EMAIL, SMS)

Words = Any  # a lazy text: in the language of the moment it is read


@dataclass(frozen=True, slots=True)
class Blank:
    """A named blank: what stands there, and an example that looks real. A tuple is a list.

    `example` is a text in each language, or one text for all.
    """

    name: str
    title: Words
    example: LocalText | str | tuple[LocalText, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """The words of one message in one language over one channel; a text message has a body only."""

    subject: str = ""
    heading: str = ""
    body: str = ""


@dataclass(frozen=True)
class MessageKind:
    """One kind of message. `texts` are lazy: read in a language, they are the shipped words.

    `required` names the blanks that a text of each channel cannot do without.
    """

    name: str
    title: Words
    blanks: tuple[Blank, ...]
    required: Mapping[str, frozenset[str]]
    texts: Mapping[str, "LazyText"] = field(default_factory=dict)

    @property
    def known(self) -> set[str]:
        return {blank.name for blank in self.blanks}

    @property
    def strong(self) -> set[str]:
        return {blank.name for blank in self.blanks if blank.strong}

    def shipped(self, channel: str) -> Text:
        """Return the words that come with the program, in the current language."""
        lazy = self.texts[channel]
        return Text(str(lazy.subject), str(lazy.heading), str(lazy.body))


@dataclass(frozen=True, slots=True)
class LazyText:
    body: Words
    subject: Words = ""
    heading: Words = ""


def examples_of(kind: MessageKind) -> dict[str, str | tuple[str, ...]]:
    """Return a value for each blank that looks real, in the current language."""
    return {blank.name: _example(blank.example) for blank in kind.blanks}


def _example(example: LocalText | str | tuple[LocalText, ...]) -> str | tuple[str, ...]:
    if isinstance(example, tuple):
        return tuple(text(item) for item in example)
    return example if isinstance(example, str) else text(example)


_kinds: dict[str, MessageKind] = {}


def register(*kinds: MessageKind) -> None:
    """Make kinds known. Raises ValueError when two have one name."""
    for kind in kinds:
        if _kinds.get(kind.name, kind) is not kind:
            raise ValueError(f"two kinds of messages are called {kind.name}")
        _kinds[kind.name] = kind


def list_kinds() -> list[MessageKind]:
    return list(_kinds.values())


def find_kind(name: str) -> MessageKind | None:
    return _kinds.get(name)
