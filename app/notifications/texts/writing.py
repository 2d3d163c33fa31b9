"""Letters written from a kind's texts and the values of its blanks, in the language of the moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.i18n import current_language, in_language
from app.notifications.letter import CalendarFile, Letter
from app.notifications.texts import versions as texts
from app.notifications.texts.blanks import Value, Values, fill_html, fill_line, fill_plain
from app.notifications.texts.kinds import SMS, MessageKind, Text
from app.notifications.texts.stand_ins import put_in, stand_in


@dataclass(frozen=True, slots=True)
class LetterPart:
    """What one cause says: its kind, and its values, asked for once in each language."""

    kind: MessageKind
    values: Callable[[], Values]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of an e-mail in one of its languages."""

    language: str
    heading: str
    text: str
    html: Markup


def write(channel: str, to: str, *parts: LetterPart, calendar: CalendarFile | None = None) -> Letter:
    """Return the letter in the current language; an e-mail has Chinese below. Several parts make one."""
    words = {part.kind.name: texts.read_remembered(part.kind, channel) for part in parts}
    return _sms(to, parts, words) if channel == SMS else _email(to, parts, words, calendar)


def _email(
    to: str,
    parts: tuple[LetterPart, ...],
    words: Mapping[str, texts.InLanguages],
    calendar: CalendarFile | None,
) -> Letter:
    language = current_language()
    personal: list[str] = []
    wanted = [_wanted(part, words, personal) for part in parts]
    if language != "zh":
        # So that a colleague, a guard or a driver can help.
        with in_language("zh"):
            wanted += [_wanted(part, words, personal) for part in parts]
    drawn = _draw(tuple(wanted), len(parts))
    return Letter(
        to=to,
        subject=put_in(drawn.subject, personal),
        text=put_in(drawn.text, personal),
        html=put_in(drawn.html, [str(escape(value)) for value in personal]),
        language=language,
        calendar=calendar,
        stop_link=_stop_link(dict(wanted[0].values)),
    )


def _stop_link(values: Values) -> str:
    link = values.get("stop_link", "")
    return link if isinstance(link, str) else ""


@dataclass(frozen=True, slots=True)
class WantedSection:
    """A section to write: everything that decides it but what differs from person to person."""

    language: str
    text: Text
    values: tuple[tuple[str, Value], ...]
    strong: frozenset[str]


def _wanted(part: LetterPart, words: Mapping[str, texts.InLanguages], personal: list[str]) -> WantedSection:
    values = part.values()
    return WantedSection(
        language=current_language(),
        text=words[part.kind.name].current,
        values=tuple(stand_in(values, personal).items()),
        strong=frozenset(part.kind.strong),
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """A letter in which stand-ins stand for what differs from person to person."""

    subject: str
    text: str
    html: str


@lru_cache(maxsize=500)
def _draw(wanted: tuple[WantedSection, ...], parts: int) -> Drawn:
    """Write a letter once for all who get the same but for their link and number.

    Thousands of reminders of a day differ in nothing else, and writing is the slow part of sending.
    All that a letter says is in the arguments, so what is remembered cannot grow old.
    """
    sections = [_section(each) for each in wanted]
    subject = fill_line(wanted[0].text.subject, dict(wanted[0].values))
    if parts > 1:
        subject = str(_("%(subject)s, and %(count)s more", subject=subject, count=parts - 1))
    return Drawn(
        subject=subject,
        text=render_template("letters/letter.txt", sections=sections).strip() + "\n",
        html=render_template("letters/letter.html", sections=sections, subject=subject),
    )


def _section(wanted: WantedSection) -> Section:
    values, text = dict(wanted.values), wanted.text
    return Section(
        language=wanted.language,
        heading=fill_line(text.heading, values),
        text=fill_plain(text.body, values),
        html=fill_html(text.body, values, strong=wanted.strong),
    )


def _sms(to: str, parts: tuple[LetterPart, ...], words: Mapping[str, texts.InLanguages]) -> Letter:
    filled = [(words[part.kind.name].current.body, part.values()) for part in parts]
    return Letter(
        to=to,
        subject="",
        text="\n".join(fill_line(body, values) for body, values in filled),
        language=current_language(),
        template=parts[0].kind.name if len(parts) == 1 else "several",
        blanks={name: text for name, text in filled[0][1].items() if isinstance(text, str)},
    )


def preview(channel: str, text: Text, values: Values) -> Text:
    """Return what a text, saved or not, would say in the current language alone."""
    if channel == SMS:
        return Text(body=fill_line(text.body, values))
    return Text(
        subject=fill_line(text.subject, values),
        heading=fill_line(text.heading, values),
        body=fill_plain(text.body, values),
    )
