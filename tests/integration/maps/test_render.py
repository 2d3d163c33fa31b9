"""The empty map made by folium: local, cacheable, and free of anything that is not a constant."""

import subprocess
import sys

import folium
import pytest
from folium.plugins import MarkerCluster

from app.maps.render import MapUnsafe, NetworkMap, base_map, rendered


def test_every_asset_is_a_file_of_ours():
    assert base_map().scripts == ("vendor/leaflet/leaflet.js",)
    assert base_map().styles == ("vendor/leaflet/leaflet.css",)
    assert "://" not in base_map().script


def test_the_container_has_no_code_and_no_style_in_it():
    assert base_map().container == '<div class="folium-map" id="map_network"></div>'


def test_the_script_is_the_same_in_every_process():
    command = "from app.maps.render import base_map; print(base_map().version)"
    versions = {
        subprocess.run(
            [sys.executable, "-c", command], capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)
    }
    assert versions == {base_map().version}


def test_the_script_draws_the_coastline_and_the_scale_and_leaves_the_wheel_alone():
    script = base_map().script
    assert "L.control.scale({imperial: false})" in script
    assert '"scrollWheelZoom": false' in script
    assert '"className": "map-land"' in script
    assert '"maxZoom": 15' in script  # without it Leaflet has none, as there are no tiles


def test_an_asset_without_a_local_file_stops_the_rendering():
    network = NetworkMap()
    MarkerCluster().add_to(network)
    with pytest.raises(MapUnsafe, match="markercluster"):
        rendered(network)


def test_code_in_the_page_stops_the_rendering():
    with pytest.raises(MapUnsafe, match="head"):
        rendered(folium.Map(tiles=None))


def test_another_host_in_the_script_stops_the_rendering():
    network = NetworkMap()
    folium.TileLayer("https://tiles.example.org/{z}/{x}/{y}.png", attr="example").add_to(network)
    with pytest.raises(MapUnsafe, match="another host"):
        rendered(network)


def test_other_maps_of_the_process_keep_their_assets():
    rendered(NetworkMap())
    assert dict(folium.Map.default_js)["leaflet"].startswith("https://")


def test_starting_the_app_does_not_load_folium():
    command = "import app, sys; sys.exit(bool({'folium', 'numpy'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0
