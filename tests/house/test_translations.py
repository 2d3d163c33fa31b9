"""Every text of the code and the templates is there in Chinese and Russian, with its placeholders."""

import ast
import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.house.sources import ROOT, python_files, short, tree

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}


@cache
def texts() -> frozenset[str | tuple[str, str]]:
    """Return every text that is marked for translation; a plural is a pair."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS)
    return frozenset(message for _file, _line, message, _comments, _context in found)


@cache
def catalog(language: str) -> Catalog:
    path = ROOT / "app" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def strings(message: Message | None) -> tuple[str, ...]:
    if message is None:
        return ("",)
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def first(text: str | tuple[str, str]) -> str:
    return text if isinstance(text, str) else text[0]


def test_texts_are_found():
    assert len(texts()) > 20


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_every_text_is_translated(language):
    missing = [first(text) for text in texts() if not all(strings(catalog(language).get(first(text))))]
    assert sorted(missing) == []


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_no_translation_is_a_guess(language):
    assert [message.id for message in catalog(language) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_translations_keep_the_placeholders(language):
    broken = []
    for text in texts():
        wanted = set(PLACEHOLDER.findall(first(text) if isinstance(text, str) else text[1]))
        for string in strings(catalog(language).get(first(text))):
            if string and set(PLACEHOLDER.findall(string)) != wanted:
                broken.append(string)
    assert broken == []


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_no_translation_is_left_over(language):
    known = {first(text) for text in texts()}
    left = [message.id for message in catalog(language) if message.id and first(message.id) not in known]
    assert left == []


def marked_inside_fstrings(code: ast.AST) -> list[str]:
    """Return the marked texts which the extractor sees from Python 3.12 on only."""
    return [
        ast.unparse(call)
        for text in ast.walk(code)
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
    ]


def test_no_text_stands_inside_an_fstring():
    found = {short(path): marked_inside_fstrings(tree(path)) for path in python_files("app")}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_a_text_inside_an_fstring_is_seen():
    assert marked_inside_fstrings(ast.parse("f'{why} {_(\"Which one?\")}'")) == ["_('Which one?')"]
