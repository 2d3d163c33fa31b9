"""Each key of DATA_KEY is known again: a wrong one under the right name would destroy what it encrypts.

Beside the name of a key stands a known text that was encrypted with it. Who starts with another key of that
name is refused, before anything is written.
"""

import logging

from cryptography.exceptions import InvalidTag
from flask import Flask, current_app, request
from sqlalchemy import String, Text, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from app.crypto import keyring
from app.db import Model, db, end_read, transact
from app.errors import Busy
from app.settings import SettingsError

log = logging.getLogger(__name__)

KNOWN_TEXT = "the right key"
NEED_NO_KEY = ("healthz", "readyz", "metrics", "static")
_PROVED = "keys_proved"


class KeyProof(Model):
    """The known text as the key of this name encrypts it."""

    __tablename__ = "key_proofs"

    key_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    proof: Mapped[str] = mapped_column(Text)


def init_app(app: Flask) -> None:
    app.extensions["before_serving"] = prove
    app.before_request(_before_request)


def prove() -> None:
    """Compare our keys with those that the database knows, and let it know new ones.

    A database that cannot be asked yet, or takes nothing, is asked again with the first request.
    Raises SettingsError for a key that is another one.
    """
    try:
        check()
        end_read()
        if current_app.extensions.get(_PROVED):
            transact(_write_missing)
    except (SQLAlchemyError, Busy, OSError) as error:
        log.warning("the keys are not compared yet: %s", type(error).__name__)
        end_read()


def check() -> None:
    """Raise SettingsError if one of our keys is not the one that the database knows by its name."""
    if not inspect(db.session.connection()).has_table(KeyProof.__tablename__):
        return  # it is made by the next `flask db upgrade`
    for key_id in keyring().keys:
        known = db.session.get(KeyProof, key_id)
        if known is not None and not opens(key_id, known.proof):
            raise SettingsError(
                f"DATA_KEY: the key {key_id} is not the one that this database was written with. "
                f"Set that one, or put a new key under a new name before it: new:…,{key_id}:…"
            )
    current_app.extensions[_PROVED] = True


def opens(key_id: str, proof: str) -> bool:
    """Return whether our key of this name is the one that made the proof."""
    try:
        return keyring().decrypt(proof, bound_to=_binding(key_id)) == KNOWN_TEXT
    except (InvalidTag, KeyError, ValueError):
        return False


def _write_missing() -> None:
    ring = keyring()
    for key_id in ring.keys:
        if db.session.get(KeyProof, key_id) is None:
            proof = ring.only(key_id).encrypt(KNOWN_TEXT, bound_to=_binding(key_id))
            db.session.add(KeyProof(key_id=key_id, proof=proof))


def _binding(key_id: str) -> str:
    return f"key_proofs.proof:{key_id}"


def _before_request() -> None:
    """Ask once, if the database could not be asked at the start: with a wrong key nothing is answered."""
    if current_app.extensions.get(_PROVED) or request.endpoint in NEED_NO_KEY:
        return
    try:
        check()
    except SettingsError as error:
        log.error("%s", error)  # noqa: TRY400 - the text says it all
        raise Busy from None
