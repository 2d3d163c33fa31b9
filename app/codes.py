"""Codes that people read aloud and type: collection codes and booking references. PURE but for chance.

Eight signs of a 30-sign set: 39 bits. Enough to name a thing, never enough to open it alone.
"""

import secrets
import string
import unicodedata

ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
CODE_LENGTH = 8
NAME_LENGTH = 10  # of a thing that is only named by it, and opens by other means
LINK_LENGTH = 22  # 131 bits: nobody guesses a link, whoever has the database
LINK_SIGNS = string.ascii_letters + string.digits
NOT_IN_ALPHABET = frozenset("01ILOU")


class UnreadableCode(ValueError):
    """The text is no code. `foreign_signs` are signs that no code has (0, 1, I, L, O, U)."""

    def __init__(self, foreign_signs: str) -> None:
        super().__init__()
        self.foreign_signs = foreign_signs


def new_code(length: int = CODE_LENGTH) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_link() -> str:
    """Return the secret of a link: letters and digits only, which every program takes for part of it."""
    return "".join(secrets.choice(LINK_SIGNS) for _ in range(LINK_LENGTH))


def read_code(text: str) -> str:
    """Return the code as stored, from text as people type it: spaces, dashes, lower case, full width.

    Raises UnreadableCode when it has another length or a sign that no code has.
    """
    signs = [s for s in unicodedata.normalize("NFKC", text).upper() if not s.isspace() and s not in "-–—.·"]
    foreign = "".join(s for s in signs if s not in ALPHABET)
    if foreign or len(signs) != CODE_LENGTH:
        raise UnreadableCode(foreign)
    return "".join(signs)


def spaced(code: str) -> str:
    """Return the code as shown: HK7R 4M2P."""
    return f"{code[:4]} {code[4:]}"
