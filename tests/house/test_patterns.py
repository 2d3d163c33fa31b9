"""No pattern of ours can be made slow: each is tried on texts that repeat its own signs."""

import ast
import importlib
import inspect
import itertools
import pkgutil
import re
import time
from re import _constants as parts
from re import _parser as sre

import pytest

import app

TINY, SMALL, SHORT, LONG = 20, 200, 2_000, 8_000
QUICK_ENOUGH = 0.002  # for the short text; a linear pattern takes a tenth of it
MOST_GROWTH = 8  # four times the text: linear is 4, quadratic 16
MOST_SIGNS = 5


ANYWHERE = ("search", "sub", "subn", "split", "findall", "finditer")


def patterns():
    """Return all patterns of the code, by where they are, with the way in which each is used."""
    found = {}
    for module in pkgutil.walk_packages(app.__path__, "app."):
        tree = ast.parse(inspect.getsource(loaded := importlib.import_module(module.name)))
        used = {ast.unparse(call.func) for call in ast.walk(tree) if isinstance(call, ast.Call)}
        for name, value in vars(loaded).items():
            anywhere = any(f"{name}.{way}" in used for way in ANYWHERE)
            for pattern in _in(value):
                kept = anywhere or not isinstance(value, re.Pattern)
                found[f"{module.name}.{name}: {pattern.pattern[:40]}"] = pattern, kept
        for call, text in _written_into_calls(tree):
            found[f"{module.name}: {text[:40]}"] = re.compile(text), call.removeprefix("re.") in ANYWHERE
    return found


def _written_into_calls(tree):
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
            name = ast.unparse(call.func)
            if name.startswith("re.") and name != "re.compile":
                yield name, call.args[0].value


def _in(value):
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain.from_iterable(map(_in, value.values()))
    elif isinstance(value, tuple | list):
        yield from itertools.chain.from_iterable(map(_in, value))


def signs(pattern):
    """Return signs that the parts of the pattern stand for, the rarest kinds first."""
    found = dict.fromkeys(_signs(sre.parse(pattern.pattern, pattern.flags)))
    return list(found)[:MOST_SIGNS] or ["a"]


_OF_CATEGORY = {
    parts.CATEGORY_DIGIT: "1", parts.CATEGORY_SPACE: " ", parts.CATEGORY_WORD: "a",
    parts.CATEGORY_NOT_DIGIT: "a", parts.CATEGORY_NOT_SPACE: "a", parts.CATEGORY_NOT_WORD: "-",
}  # fmt: skip
_SIGN_OF = {
    parts.LITERAL: chr,
    parts.CATEGORY: _OF_CATEGORY.get,
    parts.RANGE: lambda ends: chr(ends[0]),
    parts.ANY: lambda _all: "a",
    parts.NOT_LITERAL: lambda _one: "a",
    parts.NEGATE: lambda _all: "a",
}


def _signs(tree):
    for kind, value in tree:
        if kind in _SIGN_OF:
            yield _SIGN_OF[kind](value)
        for inner in _inner(kind, value):
            yield from _signs(inner)


def _inner(kind, value):
    """Return what the part is made of."""
    if kind is parts.IN:
        return [value]
    if kind is parts.BRANCH:
        return value[1]
    return [value[-1]] if isinstance(value, tuple) and hasattr(value[-1], "data") else []


def attacks(pattern):
    """Yield makers of texts: a beginning, one or two signs repeated, and an end that spoils it."""
    alphabet = signs(pattern)
    pumps = [*alphabet, *map("".join, itertools.permutations(alphabet, 2))]
    for pump, first in itertools.product(pumps, ["", alphabet[0]]):
        yield lambda length, pump=pump, first=first: first + pump * (length // len(pump)) + "\0"


def seconds(pattern, anywhere, text):
    began = time.process_time()
    pattern.sub("", text) if anywhere else pattern.fullmatch(text)
    return time.process_time() - began


def is_slow(pattern, anywhere=True):
    """Say on what the pattern is slower than linear, if on anything."""
    for attack in attacks(pattern):
        for length in (TINY, SMALL, SHORT):  # a pattern that is much too slow is found before it takes hours
            short = seconds(pattern, anywhere, attack(length))
            if short > QUICK_ENOUGH:
                short = min(short, seconds(pattern, anywhere, attack(length)))
            if short > QUICK_ENOUGH:
                break
        if short > QUICK_ENOUGH and (
            length < SHORT or seconds(pattern, anywhere, attack(LONG)) > MOST_GROWTH * short
        ):
            return attack(TINY)
    return None


def test_every_pattern_is_linear():
    found = {where: is_slow(*pattern) for where, pattern in patterns().items()}
    assert len(found) > 40
    assert {where: text for where, text in found.items() if text} == {}


@pytest.mark.parametrize(
    ("slow", "anywhere"),
    [
        (r"[\w.+-]+@[\w-]+\.[\w.-]+", True),
        (r"\s+$", True),
        (r"[a-z]+1", True),
        (r"\s*[,]?\s*1", False),
        (r"(?:第?[0-9]+号?)*", False),
    ],
)
def test_a_slow_pattern_is_found(slow, anywhere):
    assert is_slow(re.compile(slow), anywhere)
