"""Texts of several parts, and what is answered in the end: a place, a question, or what is like it. PURE."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.localtext import LocalText
from app.stations.geography import names, stretches, vocabulary
from app.stations.geography.places import (
    MOST_CANDIDATES,
    Ambiguous,
    FoundPlace,
    NamedPlace,
    Outcome,
    PlaceKind,
    Unknown,
)
from app.stations.geography.stretches import MOST_LENGTH_M, flat_metres
from app.stations.geography.typed import Match, Typed

if TYPE_CHECKING:
    from app.stations.geography.name_index import NameIndex

MOST_PARTS = 8
# Places of one name that stand together are one answer.
TOGETHER_M = 600
BESIDE_STREET_M = 500
FAR_APART_M = 25_000
SURE_LANDMARK_M = 500
PARTS_OF_STREET = 6
_APART = re.compile(r"[,;/|\n，；、。]+|(?<=[^\W㐀-鿿])\s+(?=[㐀-鿿])|(?<=[㐀-鿿])\s+(?=[^\W㐀-鿿0-9])")
# "No. 32, Binhai Avenue" and "Binhai Avenue, 32": the number belongs to the street.
_NUMBER_FIRST = re.compile(r"^(\s*+(?:(?:no\.?|№)\s*+)?[0-9]{1,4})\s*+,\s*", re.IGNORECASE)
_LONE_NUMBER = re.compile(r",\s*+(?:(?:no\.?|№|д\.?|дом)\s*+)?([0-9]{1,4})(?=\s*+(?:,|$))", re.IGNORECASE)
_AREA_KINDS = (PlaceKind.DISTRICT, PlaceKind.CITY)
_WELL_KNOWN = ("railway_station", "airport", "port", "landmark", "mall", "hospital", "park", "university")


# --- several parts ------------------------------------------------------------------------------


def match_by_parts(index: "NameIndex", text: str) -> Match | None:
    """Return what a text of several parts means: its most exact part, as a guess if a part is unknown."""
    text = _LONE_NUMBER.sub(r" \1", _NUMBER_FIRST.sub(r"\1 ", text[: names.LONGEST_TEXT]))
    parts = [Typed.read(part) for part in _APART.split(text)[:MOST_PARTS]]
    parts = [part for part in parts if part.key and not _says_nothing(part)]
    if not parts or any(vocabulary.is_elsewhere(part.key) for part in parts):
        return None
    matches = [index.match(part) for part in parts]
    known = [match for match in matches if match]
    exact = [match for match in known if not _is_area(index, match)]
    chosen = next((match for match in exact if not match.guessed), None) or next(iter(exact or known), None)
    if not chosen or _elsewhere(index, chosen, known):
        return None
    unsure = len(known) < len(parts) or any(match.guessed for match in known)
    doubted = unsure or _contradicted(index, chosen, exact) or _far_apart(index, chosen, known)
    return Match(chosen.hits, doubted, chosen.also, chosen.number)


def _says_nothing(part: Typed) -> bool:
    """Whether a part is only the city, a postcode or words like "near"."""
    if part.chinese:
        return not vocabulary.without_city(part.key)
    one = part.said
    return not one.own and not one.kinds and (not one.numbers or bool(one.city) or len(part.key) == 6)


def _is_area(index: "NameIndex", match: Match) -> bool:
    return all(
        index.places[hit].kind in _AREA_KINDS
        or index.places[hit].category in ("town", "subdistrict", "county")
        for hit in match.hits
    )


def _elsewhere(index: "NameIndex", chosen: Match, known: Iterable[Match]) -> bool:
    """Whether another part names a place far from the city: Binhai Avenue in Sanya is not ours."""
    return not chosen.hits & index.far and any(match.hits <= index.far for match in known)


def _contradicted(index: "NameIndex", chosen: Match, others: Iterable[Match]) -> bool:
    here = index.places[min(chosen.hits)].point
    reach = [(index.places[min(o.hits)].point, o) for o in others if o is not chosen]
    return any(
        flat_metres((here.lat, here.lon), (p.lat, p.lon)) > 2 * TOGETHER_M + here.precision_m + p.precision_m
        for p, _ in reach
    )


def _far_apart(index: "NameIndex", chosen: Match, known: Iterable[Match]) -> bool:
    """Whether a far town and another far place are named together: Dapo is not in Sanya."""
    here = index.places[min(chosen.hits)].point
    others = [index.places[min(match.hits)].point for match in known if match.hits <= index.far]
    return any(flat_metres((here.lat, here.lon), (p.lat, p.lon)) > FAR_APART_M for p in others)


# --- the answer ---------------------------------------------------------------------------------


def outcome(index: "NameIndex", typed: Typed, match: Match | None) -> Outcome:
    """Return the answer for what was found, or not."""
    if not match:
        return Unknown(typed.text, index.districts, tuple(_offered(index, typed)))
    hits = match.hits if match.guessed else _one_of_those_together(index, match.hits)
    ranked = _ranked(index, hits, typed)
    if len(ranked) > 1:
        return Ambiguous(typed.text, tuple(ranked[:MOST_CANDIDATES]))
    return _one(index, typed, match, ranked[0])


def _one(index: "NameIndex", typed: Typed, match: Match, place: NamedPlace) -> Outcome:
    also = tuple(_ranked(index, match.also, typed)[: MOST_CANDIDATES - 1])
    if place.kind is PlaceKind.CITY:
        return Ambiguous(typed.text, (place, *index.districts), too_large=place)
    if place.kind is not PlaceKind.STREET:
        return FoundPlace(place, match.guessed, also)
    return _street(index, typed, match, place)


def _street(index: "NameIndex", typed: Typed, match: Match, street: NamedPlace) -> Outcome:
    """Answer a house number between known ones, else a short street, else ask for a part of a long one."""
    if match.number is not None:
        known = index.numbers.get(names.key_of(street.name.zh), ())
        if point := stretches.position_of(match.number, known):
            return FoundPlace(
                NamedPlace("", PlaceKind.ADDRESS, _addressed(street.name, match.number), point), match.guessed
            )
    if street.length_m <= MOST_LENGTH_M:
        return FoundPlace(street, match.guessed)
    near = parts_of(index, street) or index.districts
    return Ambiguous(typed.text, near, too_large=street)


def _addressed(street: LocalText, number: int) -> LocalText:
    return LocalText(
        f"{number} {street.en}" if street.en else "",
        f"{street.zh}{number}号" if street.zh else "",
        f"{street.ru}, {number}" if street.ru else "",
    )


def parts_of(index: "NameIndex", street: NamedPlace) -> tuple[NamedPlace, ...]:
    """Return landmarks beside a street, spread from one end to the other."""
    beside = []
    for place in index.places:
        if place.kind is PlaceKind.PLACE and place.point.precision_m <= SURE_LANDMARK_M:
            far, off = stretches.along((place.point.lat, place.point.lon), street.stretch)
            if off <= BESIDE_STREET_M:
                beside.append((far, off, place))
    whole = max((far for far, _, _ in beside), default=0) + 1
    chosen: dict[int, tuple[float, float, NamedPlace]] = {}
    for far, off, place in beside:
        stretch = int(far / whole * PARTS_OF_STREET)
        if stretch not in chosen or off < chosen[stretch][1]:
            chosen[stretch] = (far, off, place)
    return tuple(place for _, (_, _, place) in sorted(chosen.items()))


def _one_of_those_together(index: "NameIndex", hits: frozenset[int]) -> frozenset[int]:
    best = min(hits, key=lambda hit: (index.places[hit].point.precision_m, hit))
    here = index.places[best].point
    others = (index.places[hit] for hit in hits)
    together = all(
        other.kind is not PlaceKind.STATION
        and flat_metres((here.lat, here.lon), (other.point.lat, other.point.lon)) <= TOGETHER_M
        for other in others
    )
    return frozenset({best}) if together else hits


def _ranked(index: "NameIndex", hits: Iterable[int], typed: Typed) -> list[NamedPlace]:
    """Put the place whose name is nearest in length first, then as the places were given."""

    def rank(hit: int) -> tuple[int, int]:
        sizes = [abs(len(n) - len(typed.key)) for n in index.places[hit].keys.names if typed.key in n]
        return min(sizes, default=names.LONGEST_TEXT), hit

    return [index.places[hit] for hit in sorted(hits, key=rank)]


def _offered(index: "NameIndex", typed: Typed) -> list[NamedPlace]:
    """Return what an unknown text may be near to: names in it, names like it, and well-known places."""
    inside = _inside(index, typed)
    hits = [*inside, *(index.alike(typed.key, 3) if len(typed.key) > 1 else ())][:4]
    around = index.places[inside[0]] if inside else None
    found = dict.fromkeys([*(index.places[hit] for hit in hits), *_well_known(index, around)])
    return [place for place in found if place.kind is not PlaceKind.CITY][:MOST_CANDIDATES]


def _inside(index: "NameIndex", typed: Typed) -> list[int]:
    if not typed.chinese:
        return sorted(index.within_words(typed.said.words))[:3]
    key = typed.key[:40]
    for size in range(min(len(key), 12), 1, -1):
        found = [h for at in range(len(key) - size + 1) for h in index.equal(key[at : at + size])]
        hits = [
            hit
            for hit in dict.fromkeys(found)
            if hit not in index.far and index.places[hit] is not index.city
        ]
        if hits:
            return hits[:3]
    return []


def _well_known(index: "NameIndex", around: NamedPlace | None) -> list[NamedPlace]:
    """Return one landmark of each kind: the nearest to a place that was recognised, else to the middle."""
    middle = around or index.city
    found = []
    for category in _WELL_KNOWN:
        these = index.by_category.get(category)
        if these:
            found.append(min(these, key=lambda p: flat_metres(_at(p), _at(middle))) if middle else these[0])
    return found


def _at(place: NamedPlace) -> tuple[float, float]:
    return place.point.lat, place.point.lon
