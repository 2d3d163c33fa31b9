"""An operator's own extract becomes the roads of the large map, with its attribution."""

import json
from pathlib import Path

import osmium
import pytest
from flask.testing import FlaskClient, FlaskCliRunner

from app.maps.extract import OSM, read_roads
from tests.factories import Network

TRUNK = [(110.30, 20.00), (110.31, 20.00), (110.32, 20.0000001), (110.33, 20.01)]
LANE = [(110.30, 20.02), (110.31, 20.02)]
FAR = [(121.40, 31.20), (121.50, 31.20)]
CREDIT = "© OpenStreetMap contributors, ODbL"


def geojson(folder: Path, *roads: tuple[str, list]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"highway": kind},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for kind, line in roads
    ]
    file = folder / "roads.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


def pbf(folder: Path, *roads: tuple[str, list]) -> Path:
    file, number = folder / "roads.osm.pbf", 0
    with osmium.SimpleWriter(str(file)) as writer:
        ways = []
        for kind, line in roads:
            nodes = []
            for lon, lat in line:
                number += 1
                nodes.append(number)
                writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat)))
            ways.append((kind, nodes))
        for way, (kind, nodes) in enumerate(ways, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=way, nodes=nodes, tags={"highway": kind, "name": "x"}))
    return file


ROADS = (("trunk", TRUNK), ("residential", LANE), ("primary", FAR))


@pytest.mark.parametrize("write", [geojson, pbf])
def test_the_roads_of_a_file_are_drawn_with_their_attribution(
    client: FlaskClient, runner: FlaskCliRunner, network: Network, tmp_path: Path, write
) -> None:
    before = client.get("/en/map").text
    assert "data-roads" not in before
    built = runner.invoke(args=["map", "build", str(write(tmp_path, *ROADS))])
    assert built.exit_code == 0, built.output
    assert built.output.startswith("trunk 1\n")
    page = client.get("/en/map").text
    address = page.split('data-roads="')[1].split('"')[0]
    assert CREDIT in page.split('data-roads-credit="')[1].split('"')[0]
    answer = client.get(address)
    assert answer.mimetype == "application/geo+json"
    (feature,) = answer.json["features"]
    assert feature["properties"] == {"kind": "trunk"}  # no lane, and nothing of another city
    (line,) = feature["geometry"]["coordinates"]
    assert [tuple(at) for at in line] == [TRUNK[0], (110.32, 20.0), TRUNK[3]]  # without what is not seen
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_building_again_replaces_and_clearing_takes_away(
    client: FlaskClient, runner: FlaskCliRunner, network: Network, tmp_path: Path
) -> None:
    for kind in ("trunk", "secondary"):
        arguments = ["map", "build", str(geojson(tmp_path, (kind, TRUNK))), "--credit", "Our <own> survey"]
        assert runner.invoke(args=arguments).exit_code == 0
    kinds = [f["properties"]["kind"] for f in client.get("/map/roads.geojson").json["features"]]
    assert kinds == ["secondary"]
    assert 'data-roads-credit="Our &lt;own&gt; survey"' in client.get("/zh/map").text
    assert runner.invoke(args=["map", "clear"]).output == "The roads are gone.\n"
    assert runner.invoke(args=["map", "clear"]).output == "There were no roads.\n"
    assert "data-roads" not in client.get("/en/map").text
    assert client.get("/map/roads.geojson").json["features"] == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("roads.txt", "x", "ends in .geojson or .osm.pbf"),
        ("roads.geojson", "[1, 2", "is damaged"),
        ("roads.geojson", "[]", "is damaged"),
        ("roads.geojson", '{"features": [{"geometry": null}]}', "has no line with highway="),
        ("roads.osm.pbf", "no pbf", "is damaged"),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(
    runner: FlaskCliRunner, network: Network, tmp_path: Path, name: str, content: str, words: str
) -> None:
    (tmp_path / name).write_text(content)
    answer = runner.invoke(args=["map", "build", str(tmp_path / name)])
    assert answer.exit_code == 1
    assert words in answer.output
    assert "Traceback" not in answer.output


def test_roads_of_another_city_change_nothing(runner: FlaskCliRunner, network: Network, tmp_path: Path):
    answer = runner.invoke(args=["map", "build", str(geojson(tmp_path, ("trunk", FAR)))])
    assert answer.exit_code == 1
    assert "has no road on our map. Nothing was changed." in answer.output


def test_a_way_without_all_its_points_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    file = tmp_path / "cut.osm"
    file.write_text(
        '<osm version="0.6"><node id="1" lat="20.0" lon="110.3"/><node id="2" lat="20.01" lon="110.31"/>'
        '<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="trunk"/></way></osm>'
    )
    assert file.suffix in OSM
    (road,) = read_roads(file)
    assert len(road.line) == 2
