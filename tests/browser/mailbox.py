"""A mailbox that takes in what comes over SMTP, and waits for a letter."""

import email
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

PATIENCE = 40  # seconds for a letter; it comes after two or three


@dataclass
class Mailbox:
    """What arrived, as address and letter, in order."""

    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        with self.news:
            letter = email.message_from_bytes(envelope.content, policy=default)
            self.letters.append((envelope.rcpt_tos[0], letter))
            self.news.notify_all()
        return "250 OK"

    def wait_for(self, to: str, count: int) -> str:
        """Return the text of the letter that is the count-th to this address."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.letters_to(to)) >= count, PATIENCE), (
                f"no letter {count}"
            )
            return text_of(self.letters_to(to)[count - 1])

    def letters_to(self, to: str) -> list[EmailMessage]:
        return [letter for address, letter in self.letters if address == to]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
