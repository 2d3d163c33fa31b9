"""RFC 7946 GeoJSON of stations."""

import json

import pytest

from app.stations.geojson import feature, feature_collection, written


def test_a_feature_has_longitude_first_and_its_own_properties():
    made = feature(slug="meilan", lat=20.031084444, lon=110.36192, properties={"name": "Meilan"})
    assert made == {
        "type": "Feature",
        "id": "meilan",
        "geometry": {"type": "Point", "coordinates": [110.36192, 20.031084]},
        "properties": {"name": "Meilan"},
    }


@pytest.mark.parametrize(("lat", "lon"), [(110.4, 20.0), (float("nan"), 110.4), (20.0, float("inf"))])
def test_a_position_that_is_not_on_earth_is_refused(lat, lon):
    with pytest.raises(ValueError, match="not a position"):
        feature(slug="meilan", lat=lat, lon=lon, properties={})


def test_a_collection_keeps_the_order():
    features = [feature(slug=slug, lat=20, lon=110, properties={}) for slug in "ba"]
    assert feature_collection(features) == {"type": "FeatureCollection", "features": features}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_what_is_written_piece_by_piece_is_the_same_collection(count):
    features = [
        feature(slug=f"p{n}", lat=20.0, lon=110.0 + n, properties={"名": "海口"}) for n in range(count)
    ]
    assert json.loads("".join(written(features))) == feature_collection(features)
