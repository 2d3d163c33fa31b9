"""The browser libraries in the repository are those of their packages, version and licence written down."""

import json

from tools import vendor_assets


def test_the_vendor_folder_is_what_its_manifest_says():
    assert vendor_assets.differences() == []


def test_a_changed_file_and_a_stray_file_are_found(tmp_path, monkeypatch):
    (tmp_path / "leaflet").mkdir()
    (tmp_path / "leaflet" / "leaflet.js").write_text("changed")
    (tmp_path / "stray.js").write_text("")
    packages = [{"name": "leaflet", "files": {"leaflet/leaflet.js": "0" * 64, "leaflet/LICENSE": "0" * 64}}]
    (tmp_path / "MANIFEST.json").write_text(json.dumps({"packages": packages}))
    monkeypatch.setattr(vendor_assets, "VENDOR", tmp_path)
    monkeypatch.setattr(vendor_assets, "MANIFEST", tmp_path / "MANIFEST.json")
    assert vendor_assets.differences() == [
        "missing: leaflet/LICENSE",
        "not in the manifest: stray.js",
        "changed: leaflet/leaflet.js",
    ]


def test_every_package_has_a_version_a_licence_and_the_licence_text():
    packages = json.loads(vendor_assets.MANIFEST.read_text())["packages"]
    assert [(package["name"], package["version"], package["licence"]) for package in packages] == [
        ("leaflet", "1.9.4", "BSD-2-Clause"),
        ("lucide-static", "1.62.0", "ISC"),
    ]
    assert all(f"{package['name']}/LICENSE" in package["files"] for package in packages)


def test_the_coastline_keeps_its_attribution():
    coast = vendor_assets.VENDOR.parent / "geo" / "haikou_land.geojson"
    assert "© OpenStreetMap contributors, ODbL 1.0" in json.loads(coast.read_text())["attribution"]
