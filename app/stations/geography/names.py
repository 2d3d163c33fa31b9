"""How names are compared, in Latin, Cyrillic and Chinese writing. PURE.

A Chinese name is also known by how it is read: in pinyin, in Cyrillic letters (Palladius' system)
and by the first letters of its syllables.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from opencc import OpenCC

LONGEST_TEXT = 200
MOST_READINGS = 4
_CHINESE = r"\u3400-\u4dbf\u4e00-\u9fff"
_UNITS = re.compile(rf"[{_CHINESE}]|[^\W_{_CHINESE}]+")
_TONE_DIGIT = re.compile(r"(?<=[a-z:])[1-5](?![0-9])")
_BRACKETS = re.compile(r"[(（].*")
# Signs that people leave out or exchange: Meylan is written with е as often as with э.
_SAME = str.maketrans({"ь": None, "ъ": None, "э": "е"})


@dataclass(frozen=True, slots=True)
class Keys:
    """All that a place answers to: whole names, initials, and the words its names are made of."""

    names: frozenset[str] = frozenset()
    initials: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


def keys_of(texts: Iterable[str]) -> Keys:
    """Return the keys of a place with these names; what stands in brackets may be left out."""
    names: set[str] = set()
    initials: set[str] = set()
    words: set[str] = set()
    for text in {variant for name in texts for variant in _variants(name)}:
        names.add(key_of(text))
        words.update(word for word in units_of(text) if not is_chinese(word))
        for syllables in readings_of(text):
            names.update(spoken_keys(syllables))
            names.add(key_of("".join(map(_in_cyrillic, syllables))))
            initials.add("".join(syllable[0] for syllable in syllables))
    return Keys(frozenset(names - {""}), frozenset(initials), frozenset(words))


def _variants(name: str) -> tuple[str, ...]:
    """Return a name with what stands in brackets, without it, and, in Chinese, with it in front."""
    short = _BRACKETS.sub("", name)
    in_front = f"{name[len(short) :]}{short}" if short != name and is_chinese(name) else short
    return name, short, in_front


@lru_cache(maxsize=4096)
def key_of(text: str) -> str:
    """Return the text as it is compared: one width, one case, no accents, no spaces, no punctuation."""
    return "".join(sign for sign in folded(text) if sign.isalnum())


def units_of(text: str) -> list[str]:
    """Return the words of a text as they are compared; each Chinese character is one."""
    return _UNITS.findall(folded(text))


def folded(text: str) -> str:
    """Return the text in one width, one case and simplified characters, without accents."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = simplified(text) if is_chinese(text) else text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(s for s in decomposed if not unicodedata.combining(s)).translate(_SAME)


def simplified(text: str) -> str:
    """Return traditional characters as the mainland writes them."""
    return str(_to_simplified().convert(text))


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def without_tone_digits(text: str) -> str:
    """Return the key of pinyin written like `bin1hai3`."""
    return key_of(_TONE_DIGIT.sub("", folded(text)))


def is_chinese(text: str) -> bool:
    return bool(re.search(rf"[{_CHINESE}]", text))


def readings_of(text: str) -> Iterator[tuple[str, ...]]:
    """Return how a text with Chinese characters is read, as syllables; at most four ways."""
    if not is_chinese(text):
        return iter(())
    ways = [_readings().get(unit, (unit,)) for unit in units_of(text)]
    return itertools.islice(itertools.product(*ways), MOST_READINGS)


def spoken_keys(syllables: tuple[str, ...]) -> set[str]:
    """Return the keys of a reading: `lü` is typed as lv, as lu and as lyu."""
    joined = "".join(syllables)
    return {joined.replace("v", u) for u in ("v", "u", "yu")}


def syllables() -> frozenset[str]:
    """Return every syllable of which Chinese names are read."""
    return frozenset(reading for readings in _readings().values() for reading in readings)


@lru_cache(maxsize=1)
def _readings() -> dict[str, tuple[str, ...]]:
    """Read the table: a line is a reading and its characters, `+` marks their second reading."""
    found: dict[str, tuple[str, ...]] = {}
    for line in Path(__file__).with_name("pinyin.txt").read_text(encoding="utf-8").splitlines():
        reading, _, characters = line.partition(" ")
        if not reading.startswith("#"):
            for character in characters:
                found[character] = (*found.get(character, ()), reading.removeprefix("+"))
    return found


# --- pinyin in Cyrillic letters ----------------------------------------------------------------

_ONSETS_TABLE = """
zh:чж ch:ч sh:ш b:б p:п m:м f:ф d:д t:т n:н l:л g:г k:к h:х j:цз q:ц x:с r:ж z:цз c:ц s:с
"""
_RHYMES_TABLE = """
a:а o:о e:э i:и u:у v:юй ai:ай ei:эй ao:ао ou:оу an:ань en:энь ang:ан eng:эн ong:ун er:эр
ia:я ie:е iao:яо iu:ю ian:янь in:инь iang:ян ing:ин iong:юн ua:уа uo:о uai:уай ui:уй
uan:уань un:унь uang:уан ue:юэ ve:юэ van:юань vn:юнь
"""
_WHOLE_TABLE = """
zi:цзы ci:цы si:сы hui:хуэй yi:и ya:я yo:йо ye:е yao:яо you:ю yan:янь yin:инь yang:ян ying:ин
yong:юн yu:юй yue:юэ yuan:юань yun:юнь wu:у wa:ва wo:во wai:вай wei:вэй wan:вань wen:вэнь
wang:ван weng:вэн
"""


def _table(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


_ONSETS, _RHYMES, _WHOLE = _table(_ONSETS_TABLE), _table(_RHYMES_TABLE), _table(_WHOLE_TABLE)
_VOWELS = tuple("аоэиуыеёюя")
_SYLLABLE = re.compile(r"([zcs]h|[bpmfdtnlgkhjqxrzcs])?(.+)")


def in_cyrillic(syllables: Iterable[str]) -> str:
    """Return a Chinese name as Russian writes it: "Чанъань"; the sign keeps -ng apart from a vowel."""
    written = ""
    for part in map(_in_cyrillic, syllables):
        apart = written.endswith("н") and part[:1] in _VOWELS
        written += f"ъ{part}" if apart else part
    return written.capitalize()


@lru_cache(maxsize=1024)
def _in_cyrillic(syllable: str) -> str:
    """Write a syllable by Palladius' system; what is no syllable stays as it is."""
    if syllable in _WHOLE:
        return _WHOLE[syllable]
    parts = _SYLLABLE.fullmatch(syllable)
    onset, rhyme = (parts[1] or "", parts[2]) if parts else ("", syllable)
    if onset in ("j", "q", "x") and rhyme.startswith("u"):
        rhyme = f"v{rhyme[1:]}"
    return _ONSETS.get(onset, "") + _RHYMES[rhyme] if rhyme in _RHYMES else syllable
