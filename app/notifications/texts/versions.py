"""The texts of messages: shipped with the program, or changed by an administrator. Every version stays."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import func, select

from app.db import db
from app.errors import DomainError
from app.i18n import current_language, in_language
from app.localtext import LANGUAGES
from app.notifications.models import MessageText
from app.notifications.texts.blanks import BlankProblem, TextTrouble, problems_of
from app.notifications.texts.kinds import EMAIL, MessageKind, Text

MOST_SIGNS = {"subject": 200, "heading": 200, "body": 4000}


class TextChanged(DomainError):
    """Somebody else saved this text since it was opened."""

    code: ClassVar[str] = "text_changed"


class TextUnfit(DomainError):
    """A text misses a blank, has one that nobody fills, or is empty; nothing was saved."""

    code: ClassVar[str] = "text_unfit"
    status = 422

    def __init__(self, problems: Sequence["TextProblem"] = ()) -> None:
        super().__init__()
        self.problems = problems


@dataclass(frozen=True, slots=True)
class TextProblem:
    """One problem and where it is: in which language and field."""

    language: str
    field: str
    problem: BlankProblem


@dataclass(frozen=True, slots=True)
class InLanguages:
    """One message's texts; `version` 0 means that nobody changed what is shipped."""

    texts: Mapping[str, Text]
    version: int = 0
    shipped: bool = True

    @property
    def current(self) -> Text:
        return self.texts[current_language()]


@dataclass(frozen=True, slots=True)
class TextEdit:
    """What an administrator wants saved; None goes back to the shipped texts."""

    kind: MessageKind
    channel: str
    texts: Mapping[str, Text] | None
    seen_version: int
    username: str


def read(kind: MessageKind, channel: str) -> InLanguages:
    """Return the texts in force. One that lost a blank to an upgrade gives way to the shipped one."""
    row = find_latest(kind.name, channel)
    if row is None or row.texts is None:
        return InLanguages(shipped_texts(kind, channel), row.version if row else 0)
    saved = _texts_of(row.texts)
    if check(kind, channel, saved):
        return InLanguages(shipped_texts(kind, channel), row.version)
    return InLanguages(saved, row.version, shipped=False)


_read: ContextVar[dict[tuple[str, str], InLanguages] | None] = ContextVar("read", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Read each text once while a batch of letters is written."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def read_remembered(kind: MessageKind, channel: str) -> InLanguages:
    """Return what `read` does, as read before in the same batch."""
    known = _read.get()
    if known is None:
        return read(kind, channel)
    key = (kind.name, channel)
    if key not in known:
        known[key] = read(kind, channel)
    return known[key]


def read_version(kind: MessageKind, channel: str, version: int) -> Mapping[str, Text] | None:
    """Return the texts of an earlier version; None when there is none."""
    wanted = select(MessageText).where(MessageText.kind == kind.name, MessageText.channel == channel)
    row = db.session.scalar(wanted.where(MessageText.version == version))
    if row is None:
        return None
    return _texts_of(row.texts) if row.texts else shipped_texts(kind, channel)


def shipped_texts(kind: MessageKind, channel: str) -> dict[str, Text]:
    found = {}
    for language in LANGUAGES:
        with in_language(language):
            found[language] = kind.shipped(channel)
    return found


def _texts_of(saved: Mapping[str, Mapping[str, str]]) -> dict[str, Text]:
    return {language: Text(**saved[language]) for language in LANGUAGES}


def find_latest(kind: str, channel: str) -> MessageText | None:
    wanted = select(MessageText).where(MessageText.kind == kind, MessageText.channel == channel)
    return db.session.scalar(wanted.order_by(MessageText.version.desc()).limit(1))


def list_versions(kind: str, channel: str) -> Sequence[MessageText]:
    wanted = select(MessageText).where(MessageText.kind == kind, MessageText.channel == channel)
    return db.session.scalars(wanted.order_by(MessageText.version.desc()).limit(50)).all()


def list_changed() -> set[tuple[str, str]]:
    """Return kind and channel of every text whose latest version is not the shipped one."""
    latest = (
        select(MessageText.kind, MessageText.channel, func.max(MessageText.version).label("version"))
        .group_by(MessageText.kind, MessageText.channel)
        .subquery()
    )
    same = (
        (MessageText.kind == latest.c.kind)
        & (MessageText.channel == latest.c.channel)
        & (MessageText.version == latest.c.version)
    )
    rows = db.session.scalars(select(MessageText).join(latest, same))
    return {(row.kind, row.channel) for row in rows if row.texts is not None}


def save(edit: TextEdit, *, now: datetime) -> MessageText:
    """Save a new version. Raises TextUnfit with every problem, or TextChanged."""
    if edit.texts is not None:
        problems = check(edit.kind, edit.channel, edit.texts)
        if problems:
            raise TextUnfit(problems)
    latest = find_latest(edit.kind.name, edit.channel)
    if (latest.version if latest else 0) != edit.seen_version:
        raise TextChanged
    row = MessageText(
        kind=edit.kind.name,
        channel=edit.channel,
        version=edit.seen_version + 1,
        texts=edit.texts and {language: asdict(text) for language, text in edit.texts.items()},
        saved_by=edit.username,
        saved_at=now,
    )
    db.session.add(row)
    return row


def check(kind: MessageKind, channel: str, texts: Mapping[str, Text]) -> list[TextProblem]:
    """Return every problem of the texts in all languages."""
    found = []
    for language in LANGUAGES:
        for field in fields_of(channel):
            text = getattr(texts[language], field)
            required = kind.required[channel] if field == "body" else ()
            problems = problems_of(text, known=kind.known, required=required)
            if len(text) > MOST_SIGNS[field]:
                problems.append(BlankProblem(TextTrouble.LONG))
            found += [TextProblem(language, field, problem) for problem in problems]
    return found


def fields_of(channel: str) -> tuple[str, ...]:
    """Return what a message over this channel consists of."""
    return ("subject", "heading", "body") if channel == EMAIL else ("body",)
