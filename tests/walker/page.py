"""A page as somebody without JavaScript has it: links, forms and words. PURE.

Knows HTML and nothing of what made it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import html
from lxml.html import HtmlElement

OURS = ("http://localhost", "http://127.0.0.1:8000")  # the test client's, and the one in letters
UNSEEN = ("script", "style", "template", "svg", "datalist")
TYPED = {"text", "search", "email", "tel", "url", "number", "date", "time", "datetime-local", "textarea"}


@dataclass(frozen=True)
class Field:
    """A control of a form. `options` are the values that may be chosen; `value` what it has now."""

    name: str
    kind: str
    value: str
    words: str = ""
    options: tuple[str, ...] = ()
    checked: bool = False
    language: str = ""

    @property
    def is_typed(self) -> bool:
        return self.kind in TYPED


@dataclass(frozen=True)
class Button:
    name: str
    value: str
    words: str


@dataclass(frozen=True)
class Form:
    method: str
    action: str
    fields: tuple[Field, ...]
    buttons: tuple[Button, ...]

    def named(self, name: str) -> list[Field]:
        return [field for field in self.fields if field.name == name]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted({field.name for field in self.fields if field.kind != "hidden"}))


@dataclass(frozen=True)
class Page:
    """An answer. `came_by` is GET or POST: only the first can be asked for again."""

    address: str
    status: int
    media_type: str
    body: str
    came_by: str = "GET"

    @property
    def is_html(self) -> bool:
        return self.media_type == "text/html" and bool(self.body.strip())

    @cached_property
    def root(self) -> HtmlElement:
        return html.fromstring(self.body)

    @cached_property
    def language(self) -> str:
        return (self.root.get("lang") or "")[:2] if self.is_html else ""

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        """Return (address, words) of all that leads to another page of ours, each address once."""
        if not self.is_html:
            return []
        found: dict[str, str] = {}
        for element in self.root.iter("a", "iframe", "img", "script", "link"):
            target = element.get("href") or element.get("src")
            address = self.local(target) if target else None
            if address and address != self.local(self.address):
                found.setdefault(address, words_of(element))
        return list(found.items())

    def local(self, target: str) -> str | None:
        """Return the path of an address of ours, without a fragment; None for another host's."""
        whole = urldefrag(urljoin(OURS[0] + self.address, target))[0]
        parts = urlsplit(whole)
        if f"{parts.scheme}://{parts.netloc}" not in OURS:
            return None
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    @cached_property
    def forms(self) -> list[Form]:
        return [self._form(one) for one in self.root.iter("form")] if self.is_html else []

    def _form(self, form: HtmlElement) -> Form:
        action = self.local(form.get("action") or self.address) or ""
        method = (form.get("method") or "get").upper()
        return Form(method, action, tuple(self._fields(form)), tuple(_buttons(form)))

    def _fields(self, form: HtmlElement) -> Iterator[Field]:
        for one in form.iter("input", "select", "textarea"):
            name, kind = one.get("name"), _kind(one)
            if name and kind not in ("submit", "button", "image") and one.get("disabled") is None:
                yield self._field(one, name, kind)

    def _field(self, one: HtmlElement, name: str, kind: str) -> Field:
        more = {"words": self._label(one), "language": (one.get("lang") or "")[:2]}
        if kind == "select":
            options = [
                (o.get("value", o.text_content()), o.get("selected") is not None) for o in one.iter("option")
            ]
            chosen = next(
                (value for value, selected in options if selected), options[0][0] if options else ""
            )
            return Field(name, kind, chosen, options=tuple(value for value, _ in options), **more)
        if kind == "textarea":
            return Field(name, kind, (one.text_content() or "").removeprefix("\n"), **more)
        checked = one.get("checked") is not None
        return Field(
            name, kind, one.get("value", "on" if kind == "checkbox" else ""), checked=checked, **more
        )

    def _label(self, one: HtmlElement) -> str:
        return one.get("aria-label") or self._labels.get(one.get("id") or "", "")

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {one.get("for", ""): words_of(one) for one in self.root.iter("label")}

    @cached_property
    def words(self) -> str:
        """Return what is to be read, in one line."""
        return " ".join(text for text, _ in self.texts())

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield each piece of text and the language it is marked with."""
        if self.is_html:
            yield from _texts(self.root, self.language)

    def complaints(self) -> list[str]:
        """Return the sentences that say what is wrong."""
        if not self.is_html:
            return []
        boxes = self.root.xpath(
            "//*[contains(concat(' ', @class, ' '), ' errors ')]//li | //*[@role='alert']"
            " | //*[contains(concat(' ', @class, ' '), ' error ')]"
        )
        return [words for words in map(words_of, boxes) if words]

    @cached_property
    def heading(self) -> str:
        found = self.root.xpath("//h1") if self.is_html else []
        return words_of(found[0]) if found else ""


def _kind(one: HtmlElement) -> str:
    return (one.get("type") or "text").lower() if one.tag == "input" else one.tag


def _buttons(form: HtmlElement) -> Iterator[Button]:
    for one in form.iter("button", "input"):
        kind = (one.get("type") or ("submit" if one.tag == "button" else "text")).lower()
        if kind == "submit" and one.get("disabled") is None:
            yield Button(one.get("name") or "", one.get("value") or "", words_of(one))


def words_of(element: HtmlElement) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def _texts(element: HtmlElement, language: str) -> Iterator[tuple[str, str]]:
    if not isinstance(element.tag, str) or element.tag in UNSEEN:
        return
    own = element.get("lang", language)[:2]  # an empty one says that nobody knows which language it is
    spoken = (element.text, *(element.get(name) for name in ("alt", "aria-label", "title", "placeholder")))
    yield from ((text.strip(), own) for text in spoken if text and text.strip())
    for child in element:
        yield from _texts(child, own)
        if child.tail and child.tail.strip():
            yield child.tail.strip(), own
