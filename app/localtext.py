"""A text in the languages we serve. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

LANGUAGES = ("en", "zh", "ru")


@dataclass(frozen=True, slots=True)
class LocalText:
    """One text in English, Chinese and Russian. Unknown stays empty and another language steps in."""

    en: str = ""
    zh: str = ""
    ru: str = ""

    def in_language(self, language: str) -> str:
        """Return the text in this language, else in English, else in Chinese."""
        return getattr(self, language, "") or self.en or self.zh or self.ru

    def __bool__(self) -> bool:
        return bool(self.en or self.zh or self.ru)

    def as_dict(self) -> dict[str, str]:
        return {language: getattr(self, language) for language in LANGUAGES}

    @classmethod
    def from_dict(cls, texts: Mapping[str, str]) -> Self:
        return cls(**{language: texts.get(language, "") for language in LANGUAGES})
