"""A channel that keeps what it is given, and an SMTP server that answers as it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.notifications.letter import Letter


@dataclass
class StubChannel:
    """Keeps what it is given; `before` may raise or do something first."""

    sent: list[tuple[str, Letter]] = field(default_factory=list)
    before: Callable[[Letter], None] = lambda letter: None
    closed: int = 0

    def send(self, letter: Letter, *, key: str, now: datetime) -> str:
        self.before(letter)
        self.sent.append((key, letter))
        return "stub"

    def close(self) -> None:
        self.closed += 1

    @property
    def subjects(self) -> list[str]:
        return [letter.subject for _, letter in self.sent]


@dataclass
class Postbox:
    """An SMTP server on this machine. `answers` are given to RCPT or DATA in turn, then 250."""

    received: list[Any] = field(default_factory=list)
    connections: int = 0
    rcpt_answers: list[str] = field(default_factory=list)
    data_answers: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_EHLO(  # noqa: N802
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        answer = self.rcpt_answers.pop(0) if self.rcpt_answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.data_answers.pop(0) if self.data_answers else "250 OK"
        if answer.startswith("250"):
            self.received.append(envelope)
        return answer


def note(message: Any, _now: Any) -> Letter:
    """Compose the shortest letter there is."""
    return Letter(to="a@example.org", subject=f"note {message.subject_id}", text="x")
