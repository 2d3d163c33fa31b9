"""In which order the points of a list are told."""

from types import SimpleNamespace

from app.locator.points import ListedPoint, _measured
from app.stations.geography.distance import Ranked


def test_a_list_reads_nearest_first_also_where_distances_are_told_roughly() -> None:
    # In truth the last is the farthest but one, but of its distance only "about 10 km" is known.
    known = [(7_000, 300), (9_600, 300), (10_800, 300), (11_700, 300), (12_300, 5_000)]
    ranked = {
        number: Ranked(SimpleNamespace(id=number), distance, doubt, False)
        for number, (distance, doubt) in enumerate(known)
    }
    points = [
        ListedPoint(one.station, SimpleNamespace(reason=None), None, None, None) for one in ranked.values()
    ]
    told = [point.distance.metres for point in _measured(points, ranked)]
    assert told == sorted(told)
    assert told == [7_000, 9_600, 10_000, 11_000, 12_000]
