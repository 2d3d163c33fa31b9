"""Letters written from a kind's texts and the values of its blanks, in the language of the moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup

from app.i18n import current_language, in_language
from app.notifications import texts
from app.notifications.blanks import Values, fill_html, fill_line, fill_plain
from app.notifications.kinds import SMS, MessageKind, Text
from app.notifications.letter import CalendarFile, Letter


@dataclass(frozen=True, slots=True)
class Part:
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


def write(channel: str, to: str, *parts: Part, calendar: CalendarFile | None = None) -> Letter:
    """Return the letter in the current language; an e-mail has Chinese below. Several parts make one."""
    words = {part.kind.name: texts.read(part.kind, channel) for part in parts}
    return _sms(to, parts, words) if channel == SMS else _email(to, parts, words, calendar)


def _email(
    to: str, parts: tuple[Part, ...], words: Mapping[str, texts.InLanguages], calendar: CalendarFile | None
) -> Letter:
    language = current_language()
    sections = [_section(part, words[part.kind.name]) for part in parts]
    if language != "zh":
        # So that a colleague, a guard or a driver can help.
        with in_language("zh"):
            sections += [_section(part, words[part.kind.name]) for part in parts]
    subject = _subject(parts, words)
    return Letter(
        to=to,
        subject=subject,
        text=render_template("letters/letter.txt", sections=sections).strip() + "\n",
        html=render_template("letters/letter.html", sections=sections, subject=subject),
        language=language,
        calendar=calendar,
    )


def _subject(parts: tuple[Part, ...], words: Mapping[str, texts.InLanguages]) -> str:
    first = fill_line(words[parts[0].kind.name].current.subject, parts[0].values())
    if len(parts) == 1:
        return first
    return str(_("%(subject)s, and %(count)s more", subject=first, count=len(parts) - 1))


def _section(part: Part, words: texts.InLanguages) -> Section:
    values, text = part.values(), words.current
    return Section(
        language=current_language(),
        heading=fill_line(text.heading, values),
        text=fill_plain(text.body, values),
        html=fill_html(text.body, values, strong=part.kind.strong),
    )


def _sms(to: str, parts: tuple[Part, ...], words: Mapping[str, texts.InLanguages]) -> Letter:
    body = "\n".join(fill_line(words[part.kind.name].current.body, part.values()) for part in parts)
    return Letter(to=to, subject="", text=body, language=current_language())


def preview(kind: MessageKind, channel: str, text: Text, values: Values) -> Letter:
    """Return what a text, saved or not, would be in the current language alone."""
    if channel == SMS:
        return Letter(to="", subject="", text=fill_line(text.body, values), language=current_language())
    html = fill_html(text.body, values, strong=kind.strong)
    return Letter(
        to="",
        subject=fill_line(text.subject, values),
        text=fill_plain(text.body, values),
        html=str(Markup("<h1>{}</h1>\n").format(fill_line(text.heading, values)) + html),
        language=current_language(),
    )
