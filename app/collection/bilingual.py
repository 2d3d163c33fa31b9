"""Sheets of paper carry the person's language first and Chinese below, for who stands at the other side."""

from typing import Any

from flask import render_template
from markupsafe import Markup

from app.i18n import HTML_LANG, in_language


def in_both(template: str, language: str, **facts: Any) -> list[tuple[str, Markup]]:
    """Return a part of a page in a language and, where that is another, in Chinese; each with its `lang`."""
    languages = [language] if language == "zh" else [language, "zh"]
    return [(HTML_LANG[each], _rendered(template, each, facts)) for each in languages]


def _rendered(template: str, language: str, facts: dict[str, Any]) -> Markup:
    with in_language(language):
        return Markup(render_template(template, **facts))  # noqa: S704 - autoescaped
