"""RFC 7946 GeoJSON of stations."""

import pytest

from app.stations.geojson import feature, feature_collection


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
