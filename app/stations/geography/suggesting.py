"""Places to choose from while a name is being typed, in any writing. PURE."""

import heapq

from app.stations.geography import names
from app.stations.geography.name_index import NameIndex
from app.stations.geography.places import NamedPlace
from app.stations.geography.typed import Typed

MOST_SUGGESTED = 7
LEAST_LETTERS = 2


def suggest(index: NameIndex, text: str, *, count: int = MOST_SUGGESTED) -> list[NamedPlace]:
    """Return the places whose names start so, then those that have words that start so; short names first."""
    typed = Typed.read(text)
    if not typed.key or (len(typed.key) < LEAST_LETTERS and not typed.chinese):
        return []
    found = {hit: len(name) for name in reversed(index.starting(typed.key)) for hit in index.equal(name)}
    if len(found) < count:
        having = index.with_word_starts(names.units_of(typed.start))
        # "Road" is a word of thousands: those near the city come first, and the first of them do.
        for hit in heapq.nsmallest(MOST_SUGGESTED + count, having - index.far) or having:
            found.setdefault(hit, names.LONGEST_TEXT)
    ranked = sorted(found, key=lambda hit: (hit in index.far, found[hit], hit))
    return [index.places[hit] for hit in ranked[:count]]
