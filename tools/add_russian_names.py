"""Write the Russian names of towns into seed_data/gazetteer.csv: Palladius' system, by rule; other rows stay.

Which reading of a character is meant decides the English name, where it is pinyin. A name that was
written by hand is never changed:  python tools/add_russian_names.py
"""

import csv
import re
import sys
from pathlib import Path

from app.stations.geography.names import in_cyrillic, key_of, readings_of

GAZETTEER = Path(__file__).parents[1] / "seed_data" / "gazetteer.csv"
BY_RULE = "Russian name transliterated by rule (Palladius)"
UNITS = {"镇": "посёлок", "乡": "волость", "市": "город", "县": "уезд", "街道": "микрорайон"}
AUTONOMOUS = re.compile(r"(?:黎族)?(?:苗族)?自治县$")
BRACKETS = re.compile(r"[（(].*?[)）]")


def main() -> None:
    with GAZETTEER.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), list(reader.fieldnames or ())
    written = 0
    for row in rows:
        if row["category"] in ("town", "county") and not row["name_ru"]:
            row["name_ru"] = russian(row["name_zh"], row["name_en"])
            row["note"] = "; ".join(filter(None, (row["note"], BY_RULE)))
            written += 1
    with GAZETTEER.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    sys.stdout.write(f"{written} Russian names written\n")


def russian(name_zh: str, name_en: str) -> str:
    """Return "посёлок Ясин" for a town, "уезд Байша" for a county."""
    bare = BRACKETS.sub("", name_zh)
    short, unit = AUTONOMOUS.sub("", bare), "уезд"
    if short == bare:
        short, unit = next(
            ((bare.removesuffix(end), word) for end, word in UNITS.items() if bare.endswith(end)), (bare, "")
        )
    readings = list(readings_of(short))
    meant = [one for one in readings if key_of(name_en).startswith("".join(one).replace("v", "u"))]
    return f"{unit} {in_cyrillic((meant or readings)[0])}".strip()


if __name__ == "__main__":
    main()
