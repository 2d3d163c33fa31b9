"""What of a person is shown on a page that a link opens. PURE."""

from collections.abc import Iterable

DOTS = "•••"


def masked_email(address: str) -> str:
    """Return "a•••@mail.ru" for "anna@mail.ru"."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}{DOTS}@{host}" if name else ""


def masked_phone(number: str) -> str:
    """Return the last four digits after dots; a number too short for that gives dots alone."""
    digits = "".join(sign for sign in number if sign.isdigit())
    return f"{DOTS} {digits[-4:]}" if len(digits) > 6 else DOTS


def masked_all(ways: Iterable[str]) -> list[str]:
    """Return addresses and numbers, each as it may be shown."""
    return [masked_email(way) if "@" in way else masked_phone(way) for way in ways]


def initials(name: str) -> str:
    """Return "A. P." for "Anna Petrova"; a single name gives a single letter."""
    return " ".join(f"{part[0].upper()}." for part in name.split()[:3])
