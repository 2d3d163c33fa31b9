"""What a typed name means, among tens of thousands of names, in a few milliseconds. PURE.

A wrong place is worse than none: it sends people across the city. So a text is taken for a place only when
all of its words are that place's, or say nothing of another one; what is less than that is a guess, and the
person is told so, or a question, or unknown. No slip is forgiven in Chinese or beside digits.
"""

import re
from collections.abc import Callable, Set
from dataclasses import replace
from typing import ClassVar

from app.stations.geography import names, parts, vocabulary
from app.stations.geography.name_tables import Hits, NameTables
from app.stations.geography.places import NamedPlace, Outcome, PlaceKind, find_typed_position
from app.stations.geography.stretches import flat_metres
from app.stations.geography.syllables import well_formed
from app.stations.geography.typed import Match, Typed, guess, sure
from app.stations.geography.vocabulary import STREET_ENDS, STREET_KINDS, TAIL, only_generic, without_city

POSTCODE_DIGITS = 6
POSTCODE_AREA_DIGITS = 4
LEAST_INITIALS = 3
LEAST_START = 4
LONGEST_NAME = 20
_NUMBER = re.compile(r"(?P<number>[0-9]{1,4})(?:[-之][0-9]+)?号?(?P<rest>.*)")
# What stands between the two parts of the name of one street among several: 和平(南)路.
_BETWEEN = re.compile(r"[东西南北中一二三四五六七八九十横]{1,3}")
_TOWNS = ("town", "subdistrict", "county")
# A hospital is not any one of its sites.
_BRANCH = re.compile(r"(?:院区|校区|分院|分校|分局|门诊部|店)$")

Way = Callable[["NameIndex", Typed], Match | None]


class NameIndex(NameTables):
    """Places by all they answer to, asked with whole texts."""

    def look_up(self, text: str) -> Outcome:
        """Find the place a name means."""
        typed = Typed.read(text)
        match = self.match(typed) or parts.match_by_parts(self, text)
        return parts.outcome(self, typed, match)

    def match(self, typed: Typed) -> Match | None:
        """Return what one part of a text means: the ways are tried from the surest to the boldest."""
        if not typed.key:
            return None
        if typed.key.isdecimal():
            return self._postcode(typed)
        ways = self._CHINESE if typed.chinese else self._LETTERS
        match = next((match for way in ways if (match := way(self, typed))), None)
        if match and self.of_another_city(match.hits, typed.cities):
            return match.doubted
        return match

    # --- equal ----------------------------------------------------------------------------------

    def _equal(self, typed: Typed) -> Match | None:
        hits = self.districts_first(self.equal(typed.key))
        if not hits:
            return None
        if self.named_in_full(typed.key, hits):
            return self._told_from_its_like(typed, hits)
        if typed.says_only_kinds:
            return guess(hits, also=self._generic_hits(typed) - hits)
        return self._short_of_area(typed, hits)

    def _short_of_area(self, typed: Typed, hits: Hits) -> Match:
        """Doubt "Haixiu", a town and a road outside it; a far town of that name is hardly meant."""
        if not all(self.places[hit].category in _TOWNS for hit in hits):
            return sure(hits)
        others = {hit for hit in self._namesakes(typed) - hits if self._is_outside(hit, hits)}
        if hits <= self.far:
            counties = self._counties(hits)
            if others and not (counties and len(hits) == 1):
                return guess(others, also=hits)
            return sure(hits) if counties else guess(hits)
        return guess(hits, also=others) if others else sure(hits)

    def _namesakes(self, typed: Typed) -> Hits:
        """Return streets and towns near the city whose names have this one and more."""
        hits = (
            self.of_names(self.starting(typed.key))
            if typed.chinese
            else self.with_words(typed.said.words or {typed.key})
        )
        return {
            hit
            for hit in hits - self.far
            if self.places[hit].kind is PlaceKind.STREET or self.places[hit].category in _TOWNS
        }

    def _is_outside(self, hit: int, hits: Hits) -> bool:
        here = self.places[hit].point
        areas = (self.places[area].point for area in hits)
        return all(flat_metres((here.lat, here.lon), (p.lat, p.lon)) > p.precision_m for p in areas)

    def _told_from_its_like(self, typed: Typed, hits: Hits) -> Match:
        """Doubt a name of common words that another place has in another order: Haikou New Port."""
        one = typed.said
        if typed.chinese or one.own:
            return sure(hits)
        also = self.signed_with_city(("", one.kinds, one.numbers), city=one.city) - hits
        return guess(hits, also=also) if also else sure(hits)

    def _counties(self, hits: Hits) -> Hits:
        return {hit for hit in hits if self.places[hit].category in ("county", "city", "district")}

    def districts_first(self, hits: Hits) -> Hits:
        """ "Xiuying" is a district and a part of it: the district is meant."""
        districts = {hit for hit in hits if self.places[hit].kind is PlaceKind.DISTRICT}
        return districts if len(districts) == 1 else hits

    # --- Chinese --------------------------------------------------------------------------------

    def _chinese_name(self, typed: Typed) -> Match | None:
        """Match a name with the city or an area before it, or a number or a part of a building after it."""
        area: NamedPlace | None = None
        for rest, area in self._without_areas(typed.key):
            if match := self._named(rest, in_area=area is not None) or self._name_with_tail(rest):
                return self._within(match, area)
        if area and re.search(r"[路街巷村]|大道|[0-9]号", typed.key):
            return guess({self.places.index(area)})
        return None

    def _within(self, match: Match, area: NamedPlace | None) -> Match:
        """Doubt what lies in another district than the text says; of several, take those in it."""
        if not area or area.kind is not PlaceKind.DISTRICT:
            return match
        inside = {hit for hit in match.hits if self.places[hit].district.zh == area.name.zh}
        if inside:
            return replace(match, hits=frozenset(inside))
        return match.doubted if all(self.places[hit].district.zh for hit in match.hits) else match

    def _without_areas(self, key: str) -> list[tuple[str, NamedPlace | None]]:
        """Return what is left of a key without the city, then without each area before the rest."""
        rest = without_city(key)
        found: list[tuple[str, NamedPlace | None]] = [
            (left, None) for left in dict.fromkeys((key, rest)) if left
        ]
        while area := next(
            (pair for pair in self.areas if rest.startswith(pair[0]) and rest != pair[0]), None
        ):
            rest = rest.removeprefix(area[0])
            found.append((rest, area[1]))
        return found

    def _named(self, key: str, *, in_area: bool) -> Match | None:
        hits = self.districts_first(self.equal_without_city(key)) if len(key) > 1 else set()
        hits = hits - self.far if in_area else hits
        if not hits:
            return None
        if self._are_streets(hits) or not only_generic(key) or self.named_in_full(key, hits):
            return sure(hits)
        if not self.equal(key):
            return None
        # "The people's hospital" of a district is not the one that is called so without it.
        return None if in_area else guess(hits, also=self.containing(key) - hits)

    def _name_with_tail(self, key: str) -> Match | None:
        for size in range(min(len(key) - 1, LONGEST_NAME), 1, -1):
            name, tail = key[:size], key[size:]
            hits = self.equal_without_city(name) - self.far
            if not hits or (only_generic(name) and not self._are_streets(hits)):
                continue
            number = _NUMBER.fullmatch(tail)
            if number and self._are_streets(hits):
                return self._named_after_number(number["rest"]) or self._numbered(hits, number)
            if TAIL.fullmatch(tail):
                return sure(self.districts_first(hits))
        return None

    def _named_after_number(self, rest: str) -> Match | None:
        hits = self.equal(rest) if len(rest) > 2 and not only_generic(rest) else set()
        return sure(hits) if hits else None

    def _numbered(self, hits: Hits, number: re.Match[str]) -> Match | None:
        match = sure(hits, number=int(number["number"]))
        return match if TAIL.fullmatch(number["rest"]) else Match(match.hits, True, match.also, match.number)

    def _are_streets(self, hits: Set[int]) -> bool:
        return all(self.places[hit].kind is PlaceKind.STREET for hit in hits)

    def _generic_chinese(self, typed: Typed) -> Match | None:
        rest = without_city(typed.key)
        if not rest:
            return guess({self.places.index(self.city)}) if self.city else None
        return guess(self._generic_hits(typed)) if only_generic(rest) else None

    def _part_of_chinese(self, typed: Typed) -> Match | None:
        """Match a part of names, and a street among several that share its name."""
        rest = without_city(typed.key)
        if len(rest) < 2 or only_generic(rest):
            return None
        return guess(self.containing(rest, unless=_BRANCH) | self._streets_called(rest))

    def _streets_called(self, key: str) -> Hits:
        kind = next((end for end in STREET_ENDS if key.endswith(end)), "")
        stem = key.removesuffix(kind)
        if not kind or len(stem) < 2:
            return set()
        between = (name for name in self.starting(stem) if name.endswith(kind))
        return self.of_names(n for n in between if _BETWEEN.fullmatch(n[len(stem) : -len(kind)])) - self.far

    def _sounding(self, typed: Typed) -> Match | None:
        """Match a whole name that sounds the same and has most of the characters, as input methods slip."""
        if len(typed.key) < 3 or typed.digits:
            return None
        keys = {key for reading in names.readings_of(typed.start) for key in names.spoken_keys(reading)}
        hits = {hit for key in keys for hit in self.equal(key)} - self.far
        return guess({hit for hit in hits if self._shares_characters(hit, typed.key)})

    def _shares_characters(self, hit: int, key: str) -> bool:
        place = self.places[hit]
        known = [names.key_of(text) for text in (place.name.zh, *place.aliases) if names.is_chinese(text)]
        return any(len(k) == len(key) and sum(map(str.__eq__, k, key)) * 2 > len(key) for k in known)

    # --- Latin and Cyrillic letters -------------------------------------------------------------

    def _worded(self, typed: Typed) -> Match | None:
        """Match the words of a name in any order, without the city, a district or a house number."""
        one = typed.said
        for own in dict.fromkeys((one.joined, " ".join(sorted(one.own)))):
            if hits := self.signed_with_city((own, one.kinds, one.numbers), city=one.city):
                return (
                    sure(hits) if one.own or one.city else guess(hits, also=self._generic_hits(typed) - hits)
                )
        if not one.own:
            return None
        return self._signed(one.own, one.kinds, one.numbers) or self._in_district(typed)

    def _signed(self, own: tuple[str, ...], kinds: frozenset[str], numbers: tuple[str, ...]) -> Match | None:
        for joined in dict.fromkeys(("".join(own), " ".join(sorted(own)))):
            if hits := self.signed((joined, kinds, numbers)):
                return sure(hits) if hits - self.far else guess(hits)
            streets = {h for h in self.signed((joined, kinds, ())) if self.places[h].kind is PlaceKind.STREET}
            if streets and numbers:
                return sure(streets, number=int(numbers[0][:4]))
        return None

    def _in_district(self, typed: Typed) -> Match | None:
        one = typed.said
        own = tuple(word for word in one.own if word not in vocabulary.UNIT_WORDS)
        if "#district" in one.kinds:
            known = {
                word for d in self.districts for text in d.name.as_dict().values() for word in _own(text)
            }
            own = tuple(word for word in own if word not in known)
        kinds = one.kinds - {"#district"}
        return self._signed(own, kinds, one.numbers) if own and (own, kinds) != (one.own, one.kinds) else None

    def _generic_letters(self, typed: Typed) -> Match | None:
        one = typed.said
        if one.own or one.numbers:
            return None
        if one.kinds:
            return guess(self._generic_hits(typed))
        return guess({self.places.index(self.city)}) if one.city and self.city else None

    def _generic_hits(self, typed: Typed) -> Hits:
        """Return what there is of the kind that a text of common words names."""
        if typed.chinese:
            rest = without_city(typed.key)
            named = self.containing(rest) if len(rest) > 1 else set()
            return named | self.of_categories(vocabulary.categories_of_chinese(rest))
        kinds = typed.said.kinds
        return (self.with_words(kinds) - self.far if kinds else set()) | self.of_categories(
            vocabulary.categories_of(kinds)
        )

    def _other_kind_of_street(self, typed: Typed) -> Match | None:
        """Match "Guoxing Road", which is an avenue."""
        one = typed.said
        kinds = one.kinds & STREET_KINDS
        if not one.own or len(kinds) != 1:
            return None
        found = [
            match
            for other in sorted(STREET_KINDS - kinds)
            if (match := self._signed(one.own, one.kinds - kinds | {other}, one.numbers))
            and self._are_streets(match.hits)
        ]
        hits = {hit for match in found for hit in match.hits}
        more = self.with_words(one.words) - self.far
        return Match(frozenset(hits | more), True, number=found[0].number) if found else None

    def _some_words(self, typed: Typed) -> Match | None:
        """Match names that have all the words and more: a road of which there is a north and a south."""
        one = typed.said
        if not one.own or one.numbers or len(typed.key) < 3:
            return None
        hits = self.with_words(one.words) - self.far
        streets = {hit for hit in hits if self.places[hit].kind is PlaceKind.STREET}
        return guess(streets if streets and one.kinds & STREET_KINDS else hits)

    def _start_of_pinyin(self, typed: Typed) -> Match | None:
        key = typed.key
        if len(key) < LEAST_START or typed.digits or not well_formed(key):
            return None
        return guess(
            self.of_names(n for n in self.starting(key) if well_formed(n[len(key) :] or key)) - self.far
        )

    def _sounding_letters(self, typed: Typed) -> Match | None:
        """Match pinyin with the tones as digits, or with sounds that many people exchange."""
        plain = names.without_tone_digits(typed.start)
        if plain != typed.key and (hits := self.equal(plain) - self.far):
            return guess(hits)
        return (
            guess(self.sounding(typed.key) - self.far) if len(typed.key) >= 6 and not typed.digits else None
        )

    def _initialled(self, typed: Typed) -> Match | None:
        short = len(typed.key) < LEAST_INITIALS or len(typed.said.own) != 1
        return None if short else guess(self.initialled(typed.key))

    def _slipped(self, typed: Typed) -> Match | None:
        """Match words with slips of the finger; a word that is good pinyin is another name, and no slip."""
        if typed.digits or not typed.said.own:
            return None
        found: list[Hits] = []
        known = sorted(typed.said.kinds)
        for word in typed.said.own:
            found.append({h for mended in self.mended(word) for h in self.with_words((mended, *known))})
        return guess(set.intersection(*found) - self.far)

    # --- digits ---------------------------------------------------------------------------------

    def _postcode(self, typed: Typed) -> Match | None:
        """Match a postcode, or the area of one that is not known itself, if it leaves a choice."""
        if hits := self.equal(typed.key):
            return guess(hits)
        if len(typed.key) != POSTCODE_DIGITS:
            return None
        hits = self.of_names(self.starting(typed.key[:POSTCODE_AREA_DIGITS]))
        hits = {hit for hit in hits if self.places[hit].kind is PlaceKind.DISTRICT}
        return guess(hits) if len(hits) > 1 else None

    _CHINESE: ClassVar[tuple[Way, ...]] = (
        _equal, _chinese_name, _generic_chinese, _part_of_chinese, _sounding,
    )  # fmt: skip
    _LETTERS: ClassVar[tuple[Way, ...]] = (
        _equal, _worded, _generic_letters, _other_kind_of_street, _some_words, _start_of_pinyin,
        _sounding_letters, _initialled, _slipped,
    )  # fmt: skip


def _own(text: str) -> tuple[str, ...]:
    return vocabulary.said(text).own


def look_up(text: str, index: NameIndex) -> Outcome:
    """Find the place a text means: its coordinates, else its name.

    Raises BadCoordinates when the text is a pair of numbers but no position, LinkHidesPlace.
    """
    if found := find_typed_position(text):
        return found
    return index.look_up(text)
