"""Names of places in the orders in which they are searched; made once, then only read. PURE."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice
from typing import TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.stations.geography import names, stretches, vocabulary
from app.stations.geography.places import NamedPlace, PlaceKind
from app.stations.geography.syllables import sounds_like, well_formed
from app.stations.geography.vocabulary import said

MOST_HITS = 200
MOST_COMPARED = 2000
MOST_ALIKE_COMPARED = 300  # of each shape: what is only offered need not be the very best
# A town farther from the city than this has a name that elsewhere is only a word.
FAR_M = 40_000
_AREAS = ("district", "town", "subdistrict", "area", "county")
_FULL_AREA = re.compile(r".+(?:区|镇|街道|乡|县)$")
_HOME = frozenset({"haikou", "hainan"})
_BRACKETS = re.compile(r"(?<!\s)\s*+[(（].*")

Hits = set[int]
K = TypeVar("K")
Signature = tuple[str, frozenset[str], tuple[str, ...]]
# Names of one writing and one length that share their first sign, or their last one.
Shapes = dict[tuple[int, str], list[str]]


class NameTables:
    """Places by all they answer to."""

    def __init__(self, places: Iterable[NamedPlace]) -> None:
        self.places = tuple(places)
        self.by_slug = {place.slug: place for place in self.places}
        self.districts = tuple(p for p in self.places if p.kind is PlaceKind.DISTRICT)
        self.city = next((p for p in self.places if p.kind is PlaceKind.CITY), None)
        self.far = {number for number, place in enumerate(self.places) if self._is_far(place)}
        self._by_name = _inverted(place.keys.names for place in self.places)
        self._by_initials = _inverted(place.keys.initials for place in self.places)
        self._texts = [_texts_of(place) for place in self.places]
        self._full = [_full_names(place) for place in self.places]
        self._loose = _inverted(map(_without_city, self._texts))
        self._said = [[said(text) for text in texts if said(text).words] for texts in self._texts]
        self._cities = [_cities_of(texts, own) for texts, own in zip(self._texts, self._said, strict=True)]
        self._signatures = _inverted(map(_signatures_of, self.places, self._said))
        self._with_city = _inverted({(*_signature(s), s.city) for s in all_said} for all_said in self._said)
        self._by_word = _inverted({w for s in all_said for w in s.words} for all_said in self._said)
        near = (n for n in self._by_name if not set(self._by_name[n]) <= self.far)
        self._sounds = _sounds(near, self._by_name)
        self._names = sorted(self._by_name)
        # One long text of all names, so that "contains" is one search and not one for each name.
        self._all_names = "\n".join(self._names)
        self._starts = list(accumulate((len(name) + 1 for name in self._names), initial=0))
        self._words = sorted(self._by_word)
        self._words_by_shape = _by_shape(
            word for word in self._by_word if not set(self._by_word[word]) <= self.far and word[0] not in "#@"
        )
        self._names_by_shape = _by_shape(self._names)
        self._kinds_by_shape = _by_shape(vocabulary.kind_words())
        self.areas = _areas(self.places)
        self._of_category = _inverted((place.category,) for place in self.places)
        self.by_category: dict[str, list[NamedPlace]] = {}
        for category, numbers in self._of_category.items():
            close_by = (each for each in numbers if each not in self.far)
            self.by_category[category] = [self.places[each] for each in islice(close_by, MOST_HITS)]
        self.numbers = stretches.known_numbers(
            (text, place.point)
            for place, texts in zip(self.places, self._texts, strict=True)
            for text in texts
        )

    def _is_far(self, place: NamedPlace) -> bool:
        if not self.city:
            return False
        here = (self.city.point.lat, self.city.point.lon)
        return stretches.flat_metres(here, (place.point.lat, place.point.lon)) > FAR_M

    # --- one question each ----------------------------------------------------------------------

    def equal(self, key: str) -> Hits:
        return set(self._by_name.get(key, ()))

    def equal_without_city(self, key: str) -> Hits:
        """Return places with this Chinese name, where the name of the city may have stood before it."""
        return self.equal(key) | set(self._loose.get(key, ()))

    def named_in_full(self, key: str, hits: Hits) -> bool:
        """Say whether the key is the whole name of one of these, and no short name beside it."""
        return any(key in self._full[hit] for hit in hits)

    def signed(self, signature: Signature) -> Hits:
        return set(self._signatures.get(signature, ()))

    def signed_with_city(self, signature: Signature, *, city: frozenset[str]) -> Hits:
        return set(self._with_city.get((*signature, city), ()))

    def of_another_city(self, hits: Iterable[int], cities: frozenset[str]) -> bool:
        """Say whether all of these have the city in their names, or the province, and the text the other."""
        return bool(cities & _HOME) and all(
            self._cities[hit] & _HOME and not self._cities[hit] & cities for hit in hits
        )

    def initialled(self, key: str) -> Hits:
        return set(self._by_initials.get(key, ())) - self.far

    def with_words(self, words: Iterable[str]) -> Hits:
        """Return places one name of which has all of these words."""
        wanted = frozenset(words)
        hits = sorted(_in_all(wanted, self._by_word))[:MOST_HITS]
        return {hit for hit in hits if any(wanted <= s.words for s in self._said[hit])}

    def within_words(self, words: frozenset[str]) -> Hits:
        """Return places one name of which has only words of these, and one of its own."""
        near = {
            hit for word in words if word[0] not in "#@" for hit in self._by_word.get(word, ())
        } - self.far
        return {hit for hit in near if any(s.own and s.words <= words for s in self._said[hit])}

    def of_categories(self, categories: Iterable[str]) -> Hits:
        return {hit for category in categories for hit in self._of_category.get(category, ())} - self.far

    def sounding(self, key: str) -> Hits:
        return set(self._sounds.get(sounds_like(key), ()))

    def starting(self, key: str) -> list[str]:
        """Return the names that start with the key."""
        first = bisect_left(self._names, key)
        return self._names[first : bisect_left(self._names, f"{key}\U0010ffff", lo=first)][:MOST_HITS]

    def with_word_starts(self, starts: Iterable[str]) -> Hits:
        """Return places that have words starting so, each of them; for suggestions."""
        hits: Hits | None = None
        for start in starts:
            first = bisect_left(self._words, start)
            words = self._words[first : bisect_left(self._words, f"{start}\U0010ffff", lo=first)][:MOST_HITS]
            having = {
                hit for word in (*words, vocabulary.kind_word(start)) for hit in self._by_word.get(word, ())
            }
            hits = having if hits is None else hits & having
        return hits or set()

    def containing(self, key: str, *, unless: re.Pattern[str] | None = None) -> Hits:
        """Return places near the city that have the key in a name; not in one that `unless` finds."""
        found = self._names_with(key)
        return self.of_names(name for name in found if not (unless and unless.search(name))) - self.far

    def of_names(self, found: Iterable[str]) -> Hits:
        return {hit for name in found for hit in self._by_name.get(name, ())}

    def _names_with(self, key: str) -> Iterator[str]:
        at = self._all_names.find(key)
        for _ in range(MOST_HITS):
            if at < 0:
                return
            line = bisect_right(self._starts, at) - 1
            yield self._names[line]
            at = self._all_names.find(key, self._starts[line] + len(self._names[line]))

    def mended(self, word: str) -> set[str]:
        """Return the words of names that this word with a slip of the finger may be; none of other names."""
        if word in self._by_word:
            return {word}
        if well_formed(word):
            return set()
        kinds = {vocabulary.kind_word(near) for near in _nearest(word, self._kinds_by_shape, least=4)}
        return kinds or set(_nearest(word, self._words_by_shape, least=5))

    def alike(self, key: str, count: int) -> list[int]:
        """Return the places whose names look most like the key, to be offered and never taken."""
        sizes = range(len(key) - 2, len(key) + 3)
        near = _nearest_of(key, self._names_by_shape, sizes, len(key) // 3 or 1, most=MOST_ALIKE_COMPARED)
        hits = dict.fromkeys(
            hit for name in sorted(near, key=near.__getitem__) for hit in self._by_name[name]
        )
        return [hit for hit in hits if hit not in self.far][:count]


def _texts_of(place: NamedPlace) -> tuple[str, ...]:
    whole = [text for text in (*place.name.as_dict().values(), *place.aliases) if text]
    return tuple(
        dict.fromkeys(variant for text in whole for variant in (text, _BRACKETS.sub("", text)) if variant)
    )


def _full_names(place: NamedPlace) -> frozenset[str]:
    whole = [text for text in place.name.as_dict().values() if text]
    return frozenset(names.key_of(variant) for text in whole for variant in (text, _BRACKETS.sub("", text)))


def _without_city(texts: Iterable[str]) -> set[str]:
    keys = {names.key_of(text) for text in texts if names.is_chinese(text)}
    short = {vocabulary.without_city(key) for key in keys}
    return {key for key in short - keys if len(key) > 1}


def _cities_of(texts: Iterable[str], all_said: Iterable[vocabulary.Said]) -> frozenset[str]:
    chinese = (vocabulary.cities_of_chinese(names.key_of(text)) for text in texts if names.is_chinese(text))
    return frozenset().union(*chinese, *(one.city for one in all_said))


def _signature(one: vocabulary.Said) -> Signature:
    return one.joined, one.kinds, one.numbers


def _signatures_of(place: NamedPlace, all_said: Iterable[vocabulary.Said]) -> set[Signature]:
    """Return the signatures of all names, with the kind of the place too: the Hilton is a hotel."""
    kinds = vocabulary.KINDS_OF_CATEGORY.get(place.category, ())[:1]
    found: set[Signature] = set()
    for one in all_said:
        for own in (one.joined, " ".join(sorted(one.own))):
            found.add((own, one.kinds, one.numbers))
            if one.own:
                found.add((own, one.kinds | frozenset(kinds), one.numbers))
    return found


def _sounds(found: Iterable[str], by_name: dict[str, list[int]]) -> dict[str, list[int]]:
    sounds: dict[str, list[int]] = defaultdict(list)
    for name in found:
        if name.isascii() and len(name) >= 6:
            sounds[sounds_like(name)] += by_name[name]
    return dict(sounds)


def _areas(places: Iterable[NamedPlace]) -> list[tuple[str, NamedPlace]]:
    """Return the Chinese names of areas that stand before an address, the longest first."""
    found = [
        (key, place)
        for place in places
        if place.category in _AREAS or place.kind is PlaceKind.DISTRICT
        for key in {names.key_of(_BRACKETS.sub("", place.name.zh))}
        if _FULL_AREA.fullmatch(key)
    ]
    return sorted(found, key=lambda pair: -len(pair[0]))


def _nearest(key: str, by_shape: Shapes, *, least: int) -> list[str]:
    """Return the words with the fewest slips: a sign too many, missing, wrong, or two exchanged.

    Words that differ in the first sign and in the last one are left out: that saves most of the work.
    """
    allowed = 0 if len(key) < least else 1 if len(key) < 9 else 2
    sizes = range(len(key) - allowed, len(key) + allowed + 1) if allowed else range(0)
    found = _nearest_of(key, by_shape, sizes, allowed)
    fewest = min(found.values(), default=0)
    return [name for name, slips in found.items() if slips == fewest]


def _nearest_of(
    key: str, by_shape: Shapes, sizes: Iterable[int], allowed: int, *, most: int = MOST_COMPARED
) -> dict[str, float]:
    found: dict[str, float] = {}
    for size in sizes:
        for shape in _shapes_of(key, size):
            known = by_shape.get(shape, ())[:most]
            near = process.extract(key, known, scorer=OSA.distance, score_cutoff=allowed, limit=None)
            found.update((name, slips) for name, slips, _ in near)
    return found


def _shapes_of(key: str, size: int) -> tuple[tuple[int, str], tuple[int, str]]:
    return (size, f"{key[0]}…"), (size, f"…{key[-1]}")


def _by_shape(keys: Iterable[str]) -> Shapes:
    shapes: Shapes = defaultdict(list)
    for key in keys:
        for shape in _shapes_of(key, len(key)):
            shapes[shape].append(key)
    return dict(shapes)


def _in_all(words: Iterable[str], by_word: dict[str, list[int]]) -> Hits:
    """Return the places that have every word; the longest words leave the fewest."""
    hits: Hits | None = None
    for word in sorted(words, key=len, reverse=True):
        having = set(by_word.get(word, ()))
        hits = having if hits is None else hits & having
        if not hits:
            break
    return hits or set()


def _inverted(keys: Iterable[Iterable[K]]) -> dict[K, list[int]]:
    found: dict[K, list[int]] = defaultdict(list)
    for number, own in enumerate(keys):
        for key in own:
            found[key].append(number)
    return dict(found)
