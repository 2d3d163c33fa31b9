"""Checks JSON-LD against the vocabulary of schema.org: types, properties with their domain, and ranges.

`schema_org.json` holds the types that we use and all above them. It is taken from schema-dts 2.1.0
(Apache-2.0), which is made from the vocabulary of schema.org (CC BY-SA 3.0). It says of each type what
it is a kind of, which properties it has of its own, and what the value of each may be.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

VOCABULARY = json.loads(Path(__file__).with_suffix(".json").read_text())
TYPES: dict[str, Any] = VOCABULARY["types"]
ENUMERATIONS: dict[str, list[str]] = VOCABULARY["enumerations"]
CONTEXT = "https://schema.org"


def lineage(kind: str) -> Iterator[str]:
    """Yield a type and all that it is a kind of."""
    yield kind
    for parent in TYPES.get(kind, {"parents": ()})["parents"]:
        yield from lineage(parent)


def ranges(kind: str, name: str) -> set[str]:
    """Return what the property may hold; nothing when the type does not have it."""
    return {
        one
        for above in lineage(kind)
        for one in TYPES.get(above, {"properties": {}})["properties"].get(name, ())
    }


def reads(reader: Callable[[str], Any]) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        try:
            return isinstance(value, str) and bool(reader(value) or True)
        except ValueError:
            return False

    return check


def is_url(value: Any) -> bool:
    parts = urlsplit(value) if isinstance(value, str) else None
    return parts is not None and parts.scheme in ("http", "https") and bool(parts.netloc) and " " not in value


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


DATA_TYPES: dict[str, Callable[[Any], bool]] = {
    "Boolean": lambda value: isinstance(value, bool),
    "Number": is_number,
    "Integer": is_number,
    "Text": lambda value: isinstance(value, str) and bool(value.strip()),
    "URL": is_url,
    "Date": lambda value: reads(date.fromisoformat)(value) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)),
    "DateTime": lambda value: reads(datetime.fromisoformat)(value) and "T" in value,
    "Time": lambda value: reads(time.fromisoformat)(value) and bool(re.match(r"\d\d:\d\d", value)),
}


def fits(value: Any, kind: str) -> bool:
    """Say whether the value is of this type, data type or enumeration."""
    if isinstance(value, dict):
        return kind in set(lineage(str(value.get("@type"))))
    if kind in ENUMERATIONS:
        return str(value).removeprefix("https://schema.org/") in ENUMERATIONS[kind]
    return kind in DATA_TYPES and DATA_TYPES[kind](value)


def faults(node: dict[str, Any], *, top: bool = True) -> list[str]:
    """Return what schema.org does not know or would not take; nothing when all is well."""
    kind = str(node.get("@type"))
    found = [f"@context: {node.get('@context')!r}"] if top and node.get("@context") != CONTEXT else []
    if kind not in TYPES:
        return [*found, f"no type {kind!r}"]
    for name, values in node.items():
        if name in ("@context", "@type", "@id"):
            continue
        allowed = ranges(kind, name)
        if not allowed:
            found.append(f"{kind} has no {name}")
            continue
        for value in values if isinstance(values, list) else [values]:
            if not any(fits(value, one) for one in allowed):
                found.append(f"{kind}.{name}: {value!r} is none of {', '.join(sorted(allowed))}")
            if isinstance(value, dict):
                found += faults(value, top=False)
    return found
