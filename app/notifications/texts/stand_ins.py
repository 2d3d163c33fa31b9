"""Stand-ins for what differs from person to person in letters that are otherwise the same. PURE."""

import re
from collections.abc import Sequence

from app.notifications.texts.blanks import Value, Values

PERSONAL = (
    "link",
    "come_link",
    "cancel_link",
    "reference",
)  # their values go into a letter as they are, and only they do

# Signs for private use: nobody types them, and nothing escapes or splits them.
_OPEN, _OPEN_LINK, _CLOSE = "\ue000", "https://\ue002", "\ue001"
_STAND_IN = re.compile(f"(?:{_OPEN}|{_OPEN_LINK})([0-9]{{1,3}}){_CLOSE}")


def stand_in(values: Values, personal: list[str]) -> dict[str, Value]:
    """Return the values with stand-ins for personal ones, which are added to the list.

    A link stays a link and what is empty stays empty: both decide how a text is laid out.
    """
    changed = dict(values)
    for name in PERSONAL:
        value = values.get(name)
        if isinstance(value, str) and value:
            opening = _OPEN_LINK if value.startswith(("http://", "https://")) else _OPEN
            changed[name] = f"{opening}{len(personal)}{_CLOSE}"
            personal.append(" ".join(value.split()))
    return changed


def put_in(text: str, personal: Sequence[str]) -> str:
    """Return the text with each stand-in replaced by its value."""
    return _STAND_IN.sub(lambda found: _value(found, personal), text)


def _value(found: re.Match[str], personal: Sequence[str]) -> str:
    number = int(found[1])
    return personal[number] if number < len(personal) else found[0]
