"""Settings of the geocoder: a half set one stops the start and says which variable is missing."""

from pathlib import Path

import pytest

from app.settings import Settings, SettingsError

WRONG = [
    ({"geocoder": "nominatim"}, "GEOCODER_URL"),
    ({"geocoder": "photon", "geocoder_url": "geo.example.org"}, "GEOCODER_URL"),
    ({"geocoder": "photon", "geocoder_url": "http://geo.example.org"}, "GEOCODER_URL"),
    ({"geocoder": "photon", "geocoder_url": "file:///etc/passwd"}, "GEOCODER_URL"),
    (
        {"geocoder": "photon", "geocoder_url": "http://a.lan", "geocoder_private_host": "b"},
        "GEOCODER_URL",
    ),
    ({"geocoder": "amap"}, "GEOCODER_KEY"),
    ({"geocoder": "google"}, "GEOCODER"),
    ({"geocoder_timeout_seconds": 60}, "GEOCODER_TIMEOUT_SECONDS"),
]
RIGHT = [
    {"geocoder": "nominatim", "geocoder_url": "https://geo.example.org/nominatim"},
    {"geocoder": "photon", "geocoder_url": "http://geo.lan:2322", "geocoder_private_host": "geo.lan"},
    {"geocoder": "tianditu", "geocoder_key": "k"},
]


@pytest.mark.parametrize(("given", "named"), WRONG)
def test_a_wrong_geocoder_stops_the_start(tmp_path: Path, given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.from_env(instance_path=tmp_path, **given)


@pytest.mark.parametrize("given", RIGHT)
def test_a_right_one_does_not(tmp_path: Path, given: dict[str, str]) -> None:
    assert Settings.from_env(instance_path=tmp_path, **given).geocoder == given["geocoder"]
