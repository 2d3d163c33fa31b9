"""How a service takes several people who come together. PURE."""

from enum import StrEnum

from app.errors import DomainError


class PartyServed(StrEnum):
    """What a visit of several people takes of the desks."""

    SIDE_BY_SIDE = "side_by_side"  # a desk for each, all in one slot
    IN_A_ROW = "in_a_row"  # one desk, as many slots one after another as there are people


class PartyServedUnknown(DomainError):
    code = "party_served_unknown"
    status = 422


def read_party_served(text: str) -> PartyServed | None:
    """Return what was chosen; nothing chosen is None. Raises PartyServedUnknown."""
    if not text:
        return None
    try:
        return PartyServed(text)
    except ValueError:
        raise PartyServedUnknown from None
