"""What a text message from a person asks for. PURE."""

import re
import unicodedata
from dataclasses import dataclass

from app.codes import UnreadableCode, read_code

# One word for cancelling, as people of each language write it, and the rest of the text.
_CANCEL = {
    "en": re.compile(r"cancel\b(.*)", re.IGNORECASE | re.DOTALL),
    "zh": re.compile(r"(?:请)?取消(?:预约)?(.*)", re.DOTALL),
    "ru": re.compile(r"(?:отмена|отменить|отмените)\b(.*)", re.IGNORECASE | re.DOTALL),
}
_AROUND = " \t\r\n:：,，.。!！#№<>《》「」\"'«»"


@dataclass(frozen=True, slots=True)
class CancelWish:
    """To cancel the visit of this booking number, said in this language; no number, no wish."""

    reference: str = ""
    language: str = ""


def read_wish(text: str) -> CancelWish:
    """Return what the text asks for. A text that says anything more is for a person to read."""
    said = unicodedata.normalize("NFKC", text).strip(_AROUND)
    for language, pattern in _CANCEL.items():
        found = pattern.fullmatch(said)
        if found:
            return CancelWish(_reference(found[1].strip(_AROUND)), language)
    return CancelWish()


def _reference(text: str) -> str:
    try:
        return read_code(text)
    except UnreadableCode:
        return ""
