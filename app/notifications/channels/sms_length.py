"""How many text messages a text is charged as (3GPP TS 23.038). PURE.

A text of the GSM alphabet has 160 signs in one part and 153 in each of several; any sign outside
it, a Chinese or Russian one for example, makes the whole text UCS-2 with 70 and 67. Signs of the
extension table count twice, and so do those outside the basic plane, in UCS-2.
"""

from dataclasses import dataclass

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True, slots=True)
class SmsLength:
    """`used` of `room` units in so many parts; `unicode` says which alphabet it had to be."""

    parts: int
    used: int
    room: int
    unicode: bool


def sms_length(text: str) -> SmsLength:
    """Return how many parts a text takes, what it uses of them and what they hold."""
    unicode = not all(sign in _GSM or sign in _GSM_EXTENSION for sign in text)
    widths = [_width(sign, unicode=unicode) for sign in text]
    used = sum(widths)
    single, joined = (70, 67) if unicode else (160, 153)
    if used <= single:
        return SmsLength(1, used, single, unicode)
    parts = _parts(widths, joined)
    return SmsLength(parts, used, parts * joined, unicode)


def _width(sign: str, *, unicode: bool) -> int:
    if unicode:
        return 2 if ord(sign) > 0xFFFF else 1
    return 2 if sign in _GSM_EXTENSION else 1


def _parts(widths: list[int], room: int) -> int:
    """Count the parts; a sign of two units is never cut in two."""
    parts, filled = 1, 0
    for width in widths:
        if filled + width > room:
            parts, filled = parts + 1, 0
        filled += width
    return parts
