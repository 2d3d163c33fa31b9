"""The registered units that cases belong to, as the bureaus name them."""

from datetime import date

from app.cases.finding.name_words import folded
from app.cases.models import Employer
from app.db import db


def note_employer(
    found: Employer | None, code: str, *, name: str = "", registered_on: date | None = None
) -> Employer:
    """Return the unit with what was told of it; a new one when none was found under this code."""
    if found is None:
        found = Employer(code=code, name=name or code, name_folded=folded(name or code))
        db.session.add(found)
    elif name and found.name != name:
        found.name, found.name_folded = name, folded(name)
    if registered_on:
        found.registered_on = registered_on
    return found
