"""The schematic: a small picture with every place on it, and nothing in it that could be code."""

import gzip
import math

from app.maps.schematic import HEIGHT, METRES_PER_UNIT, WIDTH, draw, land_path, project
from tests.unit.maps.points import build_point

# The whole network as it is known: where each place may be, in WGS-84 degrees and metres.
NETWORK = [
    build_point(
        "central-window", number=1, kind="central_window", lat=20.04017, lon=110.32387, precision_m=300
    ),
    build_point("fuxingcheng", number=2, lat=20.0347, lon=110.3037, precision_m=1000),
    build_point("jiangdong", number=3, precision_m=4000),
    build_point("longhua", number=4, lat=20.03307, lon=110.32414, precision_m=2500),
    build_point("xiuying", number=5, lat=20.0096, lon=110.28932, precision_m=2500),
    build_point("high-tech-zone", number=6, lat=19.995, lon=110.24, precision_m=4000),
    build_point("bonded-zone", number=7, lat=19.96422, lon=110.11933, precision_m=5000),
    build_point("meilan", number=8, lat=20.03108, lon=110.36192, precision_m=2500),
    build_point("talent-home", number=9, lat=20.033, lon=110.30969, precision_m=4000),
]


def test_every_place_is_within_the_picture_even_the_far_west_one():
    for pin in draw(NETWORK).pins:
        assert pin.radius < pin.x < WIDTH - pin.radius
        assert pin.radius < pin.y < HEIGHT - pin.radius
        assert pin.area < pin.true_x + 1


def test_no_two_numbers_cover_each_other():
    pins = draw(NETWORK).pins
    for i, pin in enumerate(pins):
        for other in pins[:i]:
            assert math.dist((pin.x, pin.y), (other.x, other.y)) > pin.radius + other.radius - 4


def test_an_unsure_place_has_a_circle_of_its_radius_and_a_sure_one_has_none():
    unsure, sure = draw(
        [build_point(precision_m=2160), build_point("meilan", lat=19.99, precision_m=100)]
    ).pins
    assert unsure.area == round(2160 / METRES_PER_UNIT, 1)
    assert sure.area == 0


def test_distances_in_the_picture_are_those_on_the_ground():
    a, b = project(20.04017, 110.32387), project(20.0347, 110.3037)
    metres = math.dist(a, b) * METRES_PER_UNIT
    assert abs(metres - 2195) < 15  # geodesic


def test_the_rings_are_around_the_central_window_and_absent_without_one():
    rings = draw(NETWORK).distance_rings
    assert [ring.km for ring in rings] == [5, 10]
    assert rings[0].radius * METRES_PER_UNIT / 1000 == 5 or abs(rings[0].radius * METRES_PER_UNIT - 5000) < 6
    assert draw([build_point()]).distance_rings == ()


def test_an_empty_network_is_a_picture_of_the_land():
    drawing = draw([])
    assert drawing.pins == ()
    assert drawing.land


def test_the_land_is_small_and_stays_near_the_picture():
    assert len(gzip.compress(land_path().encode())) < 4 * 1024
    numbers = land_path().replace("M", " ").replace("L", " ").replace("Z", " ").split()
    assert all(-20 <= float(number) <= WIDTH + 20 for number in numbers)


def test_the_sea_is_north_of_the_central_window_and_land_south_of_it():
    assert not _is_land(*project(20.12, 110.28))
    assert _is_land(*project(19.95, 110.3))


def _is_land(x: float, y: float) -> bool:
    """Count the edges of the land path to the right of a position: an odd number means inside."""
    crossings = 0
    for part in filter(None, land_path().split("Z")):
        corners = [tuple(map(float, pair.split())) for pair in part[1:].split("L")]
        for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
                crossings += 1
    return crossings % 2 == 1
