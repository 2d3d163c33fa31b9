"""The channel of development: each letter becomes a file, and its row says so."""

import os
from datetime import datetime
from pathlib import Path

from app.notifications.channels.mail import email_of, one_line, sender_of
from app.notifications.letter import Letter

WRITTEN = "written to a file"


class EmailFiles:
    """Writes `.eml` files, which every mail program opens."""

    def __init__(self, folder: Path, *, sender: str) -> None:
        self._folder = folder
        self._sender = sender_of(sender)

    def send(self, letter: Letter, *, key: str, now: datetime) -> str:
        content = email_of(letter, sender=self._sender, key=key, now=now).content
        _write(self._folder / f"{key}.eml", content)
        return WRITTEN

    def close(self) -> None:
        pass


class SmsFiles:
    """Writes text messages as `.txt` files: the number, an empty line, the text."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, letter: Letter, *, key: str, now: datetime) -> str:
        _write(self._folder / f"{key}.txt", f"To: {one_line(letter.to)}\n\n{letter.text}\n".encode())
        return WRITTEN

    def close(self) -> None:
        pass


def _write(path: Path, content: bytes) -> None:
    """Write the whole file or none of it; the same message again replaces its own file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".part{os.getpid()}")
    part.touch(mode=0o600)
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
