"""Whether a word is Chinese written in Latin or Cyrillic letters, and which such words sound alike. PURE.

A word that is well formed is another name and no slip of the finger: Guangzhou is no way to write
Guangcun. Only sounds that many people exchange (n and ng, s and sh) may differ.
"""

import re
from functools import lru_cache

from app.stations.geography import names

_EXCHANGED = (("ng", "n"), ("zh", "z"), ("ch", "c"), ("sh", "s"), ("v", "u"))


def well_formed(word: str) -> bool:
    """Say whether the folded word is made of whole syllables, in pinyin or by Palladius' system."""
    return bool(_pinyin().fullmatch(word) or _palladius().fullmatch(word))


def sounds_like(key: str) -> str:
    """Return the key of all joined pinyin that many people would write the same."""
    for told_apart, written in _EXCHANGED:
        key = key.replace(told_apart, written)
    return key


@lru_cache(maxsize=1)
def _pinyin() -> re.Pattern[str]:
    return _words_of({written for one in names.syllables() for written in names.spoken_keys((one,))})


@lru_cache(maxsize=1)
def _palladius() -> re.Pattern[str]:
    return _words_of({names.key_of(names.in_cyrillic((one,))) for one in names.syllables()})


def _words_of(syllables: set[str]) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(sorted(syllables, key=len, reverse=True))})+")
