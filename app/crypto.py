"""Personal data at rest: AES-256-GCM per field, bound to its row, and keyed blind indexes to find it.

A ciphertext is `key id : nonce | ciphertext`, in base64. The table, field and row go in as
associated data, so a value copied to another row does not open (see docs/adr/0006).
"""

import base64
import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass
from typing import Any, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from app.settings import SettingsError

NONCE_BYTES = 12
LINK = "link"  # what fingerprints of links are for; docs/adr/0033


@dataclass(frozen=True)
class Keyring:
    """The data keys of this installation, newest first; the newest encrypts, all decrypt."""

    keys: dict[str, bytes]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `id:hex,id:hex`. Raises SettingsError naming DATA_KEY when a key is not 32 bytes."""
        keys: dict[str, bytes] = {}
        for part in filter(None, text.split(",")):
            key_id, _, value = part.strip().partition(":")
            try:
                key = bytes.fromhex(value)
            except ValueError:
                key = b""
            if not key_id or len(key) != 32:
                raise SettingsError("DATA_KEY: each key is `id:` and 64 hexadecimal digits (32 bytes)")
            keys[key_id] = key
        if not keys:
            raise SettingsError("DATA_KEY: at least one key is needed")
        return cls(keys)

    @property
    def newest(self) -> str:
        return next(iter(self.keys))

    def only(self, key_id: str) -> "Keyring":
        """Return a keyring of this one key."""
        return Keyring({key_id: self.keys[key_id]})

    def encrypt(self, text: str, *, bound_to: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        key_id = self.newest
        sealed = AESGCM(self.keys[key_id]).encrypt(nonce, text.encode(), f"{bound_to}:{key_id}".encode())
        return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, ciphertext: str, *, bound_to: str) -> str:
        """Return the text. Raises KeyError for an unknown key, InvalidTag for a tampered value."""
        key_id, _, body = ciphertext.partition(":")
        raw = base64.b64decode(body)
        key = AESGCM(self.keys[key_id])
        return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], f"{bound_to}:{key_id}".encode()).decode()

    def blind_index(self, text: str, *, purpose: str) -> str:
        """Return a keyed fingerprint to store beside a value; spelling variants give the same one."""
        return self._fingerprint(self.newest, text, purpose)

    def blind_indexes(self, text: str, *, purpose: str) -> list[str]:
        """Return the fingerprints to look a value up by: one for each key, until all rows have the newest."""
        return [self._fingerprint(key_id, text, purpose) for key_id in self.keys]

    def _fingerprint(self, key_id: str, text: str, purpose: str) -> str:
        key = hashlib.sha256(b"blind-index:" + purpose.encode() + self.keys[key_id]).digest()
        return hmac.new(key, normalised(text).encode(), hashlib.sha256).hexdigest()


def normalised(text: str) -> str:
    """Return a number as it is compared: NFKC, upper case, letters and digits only."""
    return "".join(s for s in unicodedata.normalize("NFKC", text).upper() if s.isalnum())


def keyring() -> Keyring:
    found: Keyring = current_app.extensions["keyring"]
    return found


def token_hash(token: str) -> str:
    """Return the plain fingerprint of a token that nobody can guess, or of a name of our own."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_hash(token: str) -> str:
    """Return the keyed fingerprint under which the secret of a link is stored."""
    return keyring().blind_index(token_hash(token), purpose=LINK)


def link_hashes(token: str) -> list[str]:
    """Return the fingerprints to look a link up by: one for each key, until all rows have the newest."""
    return keyring().blind_indexes(token_hash(token), purpose=LINK)


class Encrypted:
    """A model attribute whose text is kept encrypted in the column `<name>_encrypted`.

    `bound_to` names an attribute of the row that never changes and is set before this one.
    """

    def __init__(self, bound_to: str) -> None:
        self._bound_to = bound_to

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._column = f"{name}_encrypted"

    def __get__(self, row: Any, owner: type | None = None) -> str:
        ciphertext = getattr(row, self._column)
        return keyring().decrypt(ciphertext, bound_to=self._binding(row)) if ciphertext else ""

    def __set__(self, row: Any, text: str) -> None:
        setattr(row, self._column, keyring().encrypt(text, bound_to=self._binding(row)) if text else None)

    def _binding(self, row: Any) -> str:
        identity = getattr(row, self._bound_to)
        if not identity:
            raise RuntimeError(f"{self._bound_to} must be set before {self._name}")
        return f"{row.__tablename__}.{self._name}:{identity}"
