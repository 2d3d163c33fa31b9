"""A typed text, made ready to be compared, and what it was found to be. PURE."""

import re
from dataclasses import dataclass, field, replace

from app.stations.geography import names
from app.stations.geography.names import LONGEST_TEXT
from app.stations.geography.vocabulary import Said, cities_of_chinese, only_generic, said, without_city

# A key has no hyphen: No. 109-9 is a part of No. 109 and not No. 1099.
_PART_OF_NUMBER = re.compile(r"(?<=[路街道巷])\s*([0-9]{1,4})\s*[-－–—之]\s*[0-9]+\s*号?")


@dataclass(frozen=True, slots=True)
class Typed:
    """One text, or one part of it."""

    text: str
    start: str
    key: str

    @classmethod
    def read(cls, text: str) -> "Typed":
        start = text[:LONGEST_TEXT]
        return cls(text, start, names.key_of(_PART_OF_NUMBER.sub(r"\1号", start)))

    @property
    def chinese(self) -> bool:
        return names.is_chinese(self.key)

    @property
    def digits(self) -> bool:
        return any(sign.isdecimal() for sign in self.key)

    @property
    def said(self) -> Said:
        return said(self.start)

    @property
    def cities(self) -> frozenset[str]:
        """Return which of the city and the province the text names."""
        return cities_of_chinese(self.key) if self.chinese else self.said.city

    @property
    def says_only_kinds(self) -> bool:
        """Whether there is no word in it that is a place's own, and no city: 东站, "airport"."""
        if self.chinese:
            return only_generic(self.key) and without_city(self.key) == self.key and self.key[0] not in "省市"
        return not self.said.own and not self.said.city and not self.said.numbers


@dataclass(frozen=True, slots=True)
class Match:
    """Numbers of places. `also` may be meant instead; `number` is of a house in the street that was found."""

    hits: frozenset[int]
    guessed: bool
    also: frozenset[int] = field(default=frozenset())
    number: int | None = None

    def __bool__(self) -> bool:
        return bool(self.hits)

    @property
    def doubted(self) -> "Match":
        return replace(self, guessed=True)


def sure(hits: set[int], *, number: int | None = None) -> Match:
    return Match(frozenset(hits), False, number=number)


def guess(hits: set[int], *, also: set[int] | frozenset[int] = frozenset()) -> Match:
    return Match(frozenset(hits), True, frozenset(also))
