"""Names of the cells of a point, and their values as people read them."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.i18n import NATIVE_NAMES
from app.locator.wording import CONFIDENCE, language_names
from app.publishing.models import Cause
from app.stations.models import StationKind

CAUSES = {
    Cause.ADDED: _l("Added"),
    Cause.FORM: _l("Changed in the form"),
    Cause.SHEET: _l("Changed by a file"),
    Cause.RETIRED: _l("Retired"),
    Cause.REOPENED: _l("Opened again"),
}

KINDS = {
    StationKind.CENTRAL_WINDOW: _l("Central Window"),
    StationKind.STATION: _l("Station"),
    StationKind.TALENT_HOME: _l("Talent Home"),
}

GROUPS = {
    "name": _l("Short name"),
    "full_name": _l("Official name"),
    "address": _l("Address"),
    "district": _l("District"),
    "position": _l("Position"),
    "phones": _l("Phones"),
    "opening_hours": _l("Opening hours"),
    "languages": _l("Languages spoken"),
    "step_free": _l("Step-free access"),
}

ORIGINS = {
    "confidence": _l("how sure"),
    "source": _l("source"),
    "checked_on": _l("checked on"),
}

TEXTS = {
    **GROUPS,
    "notice": _l("Notice"),
    "photo_alt": _l("What the photo shows"),
}

PLAIN = {
    "number": _l("Place in the list"),
    "kind": _l("Kind"),
    "position": _l("Position"),
    "precision_m": _l("Precision in metres"),
    "services": _l("Services"),
    "languages": _l("Languages spoken"),
    "step_free": _l("Step-free access"),
    "last_number_minutes": _l("Last call number, minutes before closing"),
    "photo": _l("Photo"),
}

STEP_FREE = {"yes": _l("Yes"), "no": _l("No"), "": _l("Nobody knows")}

VALUES: dict[str, dict[Any, Any]] = {"kind": KINDS, "step_free": STEP_FREE}


def field_label(field: str) -> str:
    """Return the name of a cell: "Address (中文)", "Phone 2", "Position: checked on"."""
    if field in PLAIN:
        return str(PLAIN[field])
    name, _dash, last = field.rpartition("_")
    for origin, words in ORIGINS.items():
        if field.endswith(f"_{origin}"):
            return f"{GROUPS[field.removesuffix(f'_{origin}')]}: {words}"
    if field.startswith("phone_"):
        return _phone_label(field)
    return f"{TEXTS[name]} ({NATIVE_NAMES[last]})"


def _phone_label(field: str) -> str:
    parts = field.split("_")
    if len(parts) == 2:
        return str(_("Phone %(number)s", number=parts[1]))
    language = NATIVE_NAMES[parts[3]]
    return str(_("Phone %(number)s: what it is for (%(language)s)", number=parts[1], language=language))


def value_words(field: str, value: str, services: Mapping[str, str]) -> str:
    """Return a cell's value as people read it."""
    if not value and field != "step_free":
        return str(_("empty"))
    if field == "services":
        return "; ".join(services.get(code, code) for code in value.split("; "))
    if field == "languages":
        return language_names(value.split("; "))
    if field == "photo":
        return str(_("a photo"))
    table = CONFIDENCE if field.endswith("_confidence") else VALUES.get(field, {})
    return str({**table}.get(value, value))
