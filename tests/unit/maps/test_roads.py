"""The road layer: cut to the map, thinned, and never larger than a page can bear."""

import json

from app.maps.roads import MOST_BYTES, Road, layer_of

BOUNDS = ((19.7, 109.95), (20.2, 110.8))


def zigzag(kind: str, count: int) -> Road:
    return Road(kind, tuple((110.0 + n * 0.001, 20.0 + n % 2 * 0.001) for n in range(count)))


def test_a_line_that_leaves_the_map_and_comes_back_is_two() -> None:
    line = ((110.0, 20.0), (110.01, 20.0), (110.02, 21.0), (110.03, 20.0), (110.04, 20.0), (111.0, 20.0))
    layer = layer_of([Road("trunk", line)], BOUNDS)
    (feature,) = json.loads(layer.body)["features"]
    assert feature["geometry"]["coordinates"] == [
        [[110.0, 20.0], [110.01, 20.0]],
        [[110.03, 20.0], [110.04, 20.0]],
    ]
    assert layer.counts == {"trunk": 2}


def test_what_does_not_fit_is_left_out_least_important_first() -> None:
    many = [zigzag("tertiary", 700) for _ in range(20)]
    layer = layer_of([*many, zigzag("primary", 10), zigzag("service", 10)], BOUNDS)
    assert layer.counts == {"primary": 1}
    assert layer.left_out == ("tertiary",)
    assert len(layer.body) < MOST_BYTES


def test_without_roads_there_is_nothing() -> None:
    assert layer_of([], BOUNDS).counts == {}
