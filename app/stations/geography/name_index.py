"""What a typed name means, among tens of thousands of names, in a few milliseconds. PURE.

The ways of matching are tried from the surest to the boldest; the first that finds something
decides. The boldest are guesses, and the person is told so.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.stations.geography import names
from app.stations.geography.names import LONGEST_TEXT
from app.stations.geography.places import (
    MOST_CANDIDATES,
    Ambiguous,
    Found,
    NamedPlace,
    Outcome,
    PlaceKind,
    Unknown,
    at_position,
    find_position,
)

SHORTEST_PART = 3  # fewer letters begin too many names
SHORTEST_NAME_INSIDE = 4
MOST_HITS = 200
MOST_UNITS = 40
LONGEST_NAME_UNITS = 20
POSTCODE_DIGITS = 6
POSTCODE_AREA_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed name, made ready to be compared."""

    text: str
    start: str
    key: str
    units: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Typed":
        start = text[:LONGEST_TEXT]
        return cls(text, start, names.key_of(start), tuple(names.units_of(start)[:MOST_UNITS]))

    @property
    def chinese(self) -> bool:
        return names.is_chinese(self.key)

    @property
    def too_short(self) -> bool:
        return len(self.key) < SHORTEST_PART and not self.chinese


Hits = set[int]
Ways = tuple[Callable[["NameIndex", Typed], Hits], ...]


class NameIndex:
    """Places by all they answer to; made once, then only read."""

    def __init__(self, places: Iterable[NamedPlace]) -> None:
        self.places = tuple(places)
        self.by_slug = {place.slug: place for place in self.places}
        self.districts = tuple(p for p in self.places if p.kind is PlaceKind.DISTRICT)
        self._by_name = _inverted(place.keys.names for place in self.places)
        self._by_initials = _inverted(place.keys.initials for place in self.places)
        self._by_word = _inverted(place.keys.words for place in self.places)
        self._names = sorted(self._by_name)
        self._words = sorted(self._by_word)
        # One long text of all names, so that "contains" is one search and not one for each name.
        self._all_names = "\n".join(self._names)
        self._starts = _starts_of(self._names)
        self._names_by_shape = _by_shape(self._names)
        self._words_by_shape = _by_shape(self._words)

    def look_up(self, text: str) -> Outcome:
        """Find the place a name means."""
        typed = Typed.read(text)
        sure, guesses = self._ways_for(typed)
        if hits := self._first_of(sure, typed):
            return self._outcome(hits, typed, guessed=False)
        if hits := self._first_of(guesses, typed):
            return self._outcome(hits, typed, guessed=True)
        return Unknown(text, self.districts)

    def _ways_for(self, typed: Typed) -> tuple[Ways, Ways]:
        if not typed.key:
            return (), ()
        if not typed.key.isdecimal():
            return self._SURE, self._GUESSES
        is_postcode = len(typed.key) == POSTCODE_DIGITS
        return self._SURE_OF_DIGITS, self._GUESSES_OF_POSTCODES if is_postcode else ()

    def _first_of(self, ways: Ways, typed: Typed) -> Hits:
        return next((hits for way in ways if (hits := way(self, typed))), set())

    def _outcome(self, hits: Hits, typed: Typed, *, guessed: bool) -> Outcome:
        ranked = sorted(sorted(hits)[:MOST_HITS], key=lambda hit: self._rank(hit, typed))
        found = [self.places[hit] for hit in ranked]
        if len(found) == 1:
            return Found(found[0], guessed)
        return Ambiguous(typed.text, tuple(found[:MOST_CANDIDATES]))

    def _rank(self, hit: int, typed: Typed) -> tuple[int, int]:
        """Put the place whose name is nearest in length first, then as the places were given."""
        sizes = [abs(len(name) - len(typed.key)) for name in self.places[hit].keys.names if typed.key in name]
        return min(sizes, default=LONGEST_TEXT), hit

    def _districts_first(self, hits: Hits) -> Hits:
        """ "Xiuying" is a district and a part of it: the district is meant."""
        districts = {hit for hit in hits if self.places[hit].kind is PlaceKind.DISTRICT}
        return districts if len(districts) == 1 else hits

    # --- the ways -------------------------------------------------------------------------------

    def _equal(self, typed: Typed) -> Hits:
        return self._districts_first(set(self._by_name.get(typed.key, ())))

    def _starting(self, typed: Typed) -> Hits:
        return set() if typed.too_short else self._starting_with(typed.key)

    def _starting_with(self, key: str) -> Hits:
        return _of(self._by_name, _with_prefix(self._names, key))

    def _initialled(self, typed: Typed) -> Hits:
        return set(self._by_initials.get(typed.key, ())) if len(typed.units) == 1 else set()

    def _worded(self, typed: Typed) -> Hits:
        if typed.chinese or typed.too_short:
            return set()
        return _in_all(typed.units, self._with_word)

    def _with_word(self, word: str) -> Hits:
        return _of(self._by_word, _with_prefix(self._words, word) if len(word) > 1 else (word,))

    def _containing(self, typed: Typed) -> Hits:
        return set() if typed.too_short else _of(self._by_name, self._names_with(typed.key))

    def _names_with(self, key: str) -> Iterator[str]:
        at = self._all_names.find(key)
        for _ in range(MOST_HITS):
            if at < 0:
                return
            line = bisect_right(self._starts, at) - 1
            yield self._names[line]
            at = self._all_names.find(key, self._starts[line] + len(self._names[line]))

    def _sounding(self, typed: Typed) -> Hits:
        """Match Chinese that sounds the same, and pinyin with the tones as digits."""
        keys = {key for reading in names.readings_of(typed.start) for key in names.spoken_keys(reading)}
        keys |= {names.without_tone_digits(typed.start)} - {typed.key}
        equal = self._districts_first(_of(self._by_name, keys))
        return equal or {hit for key in keys if len(key) >= SHORTEST_PART for hit in self._starting_with(key)}

    def _inside(self, typed: Typed) -> Hits:
        """Match the longest known name inside a longer text, such as an address; the city says nothing."""
        for size in range(min(len(typed.units), LONGEST_NAME_UNITS), 0, -1):
            parts = (typed.units[at : at + size] for at in range(len(typed.units) - size + 1))
            hits = _of(self._by_name, ("".join(part) for part in parts if _says_enough(part)))
            if hits := {hit for hit in hits if self.places[hit].kind is not PlaceKind.CITY}:
                return self._districts_first(hits)
        return set()

    def _slipped(self, typed: Typed) -> Hits:
        return self._districts_first(_of(self._by_name, _nearest(typed.key, self._names_by_shape)))

    def _words_slipped(self, typed: Typed) -> Hits:
        if typed.chinese or typed.too_short:
            return set()
        return _in_all(typed.units, self._with_word_slipped)

    def _with_word_slipped(self, word: str) -> Hits:
        return self._with_word(word) or _of(self._by_word, _nearest(word, self._words_by_shape))

    def _in_postal_area(self, typed: Typed) -> Hits:
        """Match the area of a postcode that is not known itself, if it leaves a choice."""
        hits = self._starting_with(typed.key[:POSTCODE_AREA_DIGITS])
        hits = {hit for hit in hits if self.places[hit].kind is PlaceKind.DISTRICT}
        return hits if len(hits) > 1 else set()

    _SURE: ClassVar = (_equal, _starting, _initialled, _worded, _containing)
    _GUESSES: ClassVar = (_sounding, _inside, _slipped, _words_slipped)
    # A slip in digits is another number: those are never guessed.
    _SURE_OF_DIGITS: ClassVar = (_equal, _starting)
    _GUESSES_OF_POSTCODES: ClassVar = (_in_postal_area,)


def look_up(text: str, index: NameIndex) -> Outcome:
    """Find the place a text means: its coordinates, else its name.

    Raises BadCoordinates or CoordinatesSwapped when the text is a pair of numbers but no position.
    """
    if point := find_position(text):
        return Found(at_position(point))
    return index.look_up(text)


def slips_allowed(key: str) -> int:
    """Return how many slips of the finger a name of this length can have and still be told apart."""
    if names.is_chinese(key):
        return 0 if len(key) < 4 else 1
    return next(slips for least, slips in ((13, 3), (8, 2), (4, 1), (0, 0)) if len(key) >= least)


# Names of one writing and one length that share their first sign, or their last one.
Shape = tuple[bool, int, str]
Shapes = dict[Shape, list[str]]


def _nearest(key: str, by_shape: Shapes) -> list[str]:
    """Return the keys with the fewest slips: a sign too many, missing, wrong, or two exchanged.

    Names that differ in the first sign and in the last one are left out: that saves most of the work.
    """
    allowed = slips_allowed(key)
    sizes = range(len(key) - allowed, len(key) + allowed + 1) if allowed else ()
    found: dict[str, float] = {}
    for size in sizes:
        for shape in _shapes_of(key, size):
            near = process.extract(
                key, by_shape.get(shape, ()), scorer=OSA.distance, score_cutoff=allowed, limit=None
            )
            found.update((name, slips) for name, slips, _ in near)
    fewest = min(found.values(), default=0)
    return [name for name, slips in found.items() if slips == fewest]


def _shapes_of(key: str, size: int) -> tuple[Shape, Shape]:
    chinese = names.is_chinese(key)
    return (chinese, size, f"{key[0]}…"), (chinese, size, f"…{key[-1]}")


def _by_shape(keys: Iterable[str]) -> Shapes:
    shapes: Shapes = defaultdict(list)
    for key in keys:
        for shape in _shapes_of(key, len(key)):
            shapes[shape].append(key)
    return dict(shapes)


def _in_all(words: Iterable[str], places_with: Callable[[str], Hits]) -> Hits:
    """Return the places that have every word; the longest words leave the fewest."""
    hits: Hits | None = None
    for word in sorted(words, key=len, reverse=True):
        hits = places_with(word) if hits is None else hits & places_with(word)
        if not hits:
            break
    return hits or set()


def _says_enough(part: tuple[str, ...]) -> bool:
    """A single character or a short word is part of too many addresses."""
    if names.is_chinese("".join(part)):
        return len(part) > 1
    return sum(map(len, part)) >= SHORTEST_NAME_INSIDE


def _inverted(keys: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, own in enumerate(keys):
        for key in own:
            found[key].append(number)
    return dict(found)


def _of(places: dict[str, list[int]], keys: Iterable[str]) -> Hits:
    return {hit for key in keys for hit in places.get(key, ())}


def _with_prefix(ordered: list[str], prefix: str) -> list[str]:
    first = bisect_left(ordered, prefix)
    return ordered[first : bisect_left(ordered, f"{prefix}\U0010ffff", lo=first)][:MOST_HITS]


def _starts_of(lines: list[str]) -> list[int]:
    return list(accumulate((len(line) + 1 for line in lines), initial=0))
