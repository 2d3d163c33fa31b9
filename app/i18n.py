"""Languages of the pages, and dates and times as people of each language write them."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_day_names
from flask import Flask, current_app, g, has_request_context, request, session
from flask_babel import force_locale, get_locale, get_translations

from app.extensions import babel
from app.localtext import LANGUAGES, LocalText
from app.settings import Settings, SettingsError

LANGUAGE = f"any({','.join(LANGUAGES)})"  # what of an address says it
LANGUAGE_PREFIX = f"/<{LANGUAGE}:lang>"
NATIVE_NAMES = {"en": "English", "ru": "Русский", "zh": "中文"}  # alphabetical by native name
CATALOG = "LC_MESSAGES/messages.mo"
HTML_LANG = {"en": "en", "ru": "ru", "zh": "zh-Hans"}

LONG_DAY = {"en": "EEEE d MMMM y", "zh": "y年M月d日 EEEE", "ru": "EEEE, d MMMM y 'г.'"}
DAY = {"en": "EEEE d MMMM", "zh": "M月d日 EEEE", "ru": "EEEE, d MMMM"}
MONTH = {"en": "LLLL y", "zh": "y年M月", "ru": "LLLL y"}
SHORT_DAY = {"en": "EEE d MMM", "zh": "M月d日 EEE", "ru": "EEE, d MMM"}


def current_language() -> str:
    """Return en, zh or ru: the page's, or that of the message being written."""
    locale = get_locale()
    return locale.language if locale and locale.language in LANGUAGES else "en"


def preferred_language() -> str:
    """Return the browser's best match among our languages."""
    return request.accept_languages.best_match(LANGUAGES, default="en") or "en"


def _select_locale() -> str:
    if not has_request_context():
        return "en"
    return g.get("lang") or session.get("lang") or preferred_language()


def in_language(language: str) -> Any:
    """Write texts and dates in another language than the page's (messages to people)."""
    return force_locale(language)


def text(value: LocalText | None) -> str:
    """Return an operator's text in the current language."""
    return value.in_language(current_language()) if value else ""


def local(instant: datetime, zone: str) -> datetime:
    """Return the instant on a station's wall clock."""
    return instant.astimezone(ZoneInfo(zone))


@lru_cache(maxsize=1000)
def _format_date(day: date, pattern: str, language: str) -> str:
    # A letter names its day six times, and thousands of letters name the same day.
    return str(format_date(day, pattern, locale=language))


def _formatted(day: date, patterns: dict[str, str]) -> str:
    language = current_language()
    return _format_date(day, patterns[language], language)


def long_day(day: date) -> str:
    """Return "Tuesday 13 October 2026"."""
    return _formatted(day, LONG_DAY)


def plain_day(day: date) -> str:
    """Return "Tuesday 13 October"."""
    return _formatted(day, DAY)


def short_day(day: date) -> str:
    """Return "Tue 13 Oct"."""
    return _formatted(day, SHORT_DAY)


def month_name(day: date) -> str:
    """Return "October 2026"."""
    return _formatted(day, MONTH)


def day_before(day: date) -> date:
    return day - timedelta(days=1)


def short_weekday(day: date) -> str:
    """Return "Tue"."""
    return _format_date(day, "ccc", current_language())


def short_month(day: date) -> str:
    """Return "Oct"."""
    return _format_date(day, "LLL", current_language())


def weekday_names() -> list[tuple[str, str]]:
    """Return the days of the week from Monday, each long and short: ("Monday", "Mon")."""
    language = current_language()
    long, short = (get_day_names(width, "stand-alone", language) for width in ("wide", "abbreviated"))
    return [(long[day], short[day]) for day in range(7)]


def country(code: str) -> str:
    """Return the name of a country by its ISO 3166 code, in the current language."""
    return str(Locale(current_language()).territories.get(code, code))


def clock_time(moment: datetime) -> str:
    """Return "14:20", on the clock the moment is already on."""
    return moment.strftime("%H:%M")


_catalogs: dict[str, Any] = {}


def _catalog() -> Any:
    """Return the texts of the current language: looked up for each word of a page, and kept for that."""
    language = current_language()
    if language not in _catalogs:
        _catalogs[language] = get_translations()
    return _catalogs[language]


def _check_catalogs(app: Flask) -> None:
    """Raise SettingsError when pages would be English for everybody, silently."""
    settings: Settings = app.extensions["settings"]
    folder = Path(app.root_path) / "translations"
    missing = [code for code in LANGUAGES if code != "en" and not (folder / code / CATALOG).is_file()]
    if settings.production and missing:
        names = ", ".join(NATIVE_NAMES[code] for code in missing)
        raise SettingsError(
            f"The texts in {names} are not compiled. Run `make catalogs` once, then start again."
        )


def init_app(app: Flask) -> None:
    _check_catalogs(app)
    babel.init_app(app, locale_selector=_select_locale, default_locale="en")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda one: _catalog().ugettext(one),
        lambda one, many, count: _catalog().ungettext(one, many, count),
        newstyle=True,
        pgettext=lambda context, one: _catalog().upgettext(context, one),
    )

    @app.url_value_preprocessor
    def _take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values and "lang" in values:
            g.lang = values.pop("lang")

    @app.url_defaults
    def _give_language(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = current_language()

    app.jinja_env.filters.update(
        local=local,
        day_before=day_before,
        long_day=long_day,
        plain_day=plain_day,
        short_day=short_day,
        short_month=short_month,
        short_weekday=short_weekday,
        clock_time=clock_time,
        country=country,
        text=text,
    )
    app.jinja_env.globals.update(
        current_language=current_language, NATIVE_NAMES=NATIVE_NAMES, HTML_LANG=HTML_LANG, LANGUAGES=LANGUAGES
    )
