"""Reading pages in tests."""

import re
from html import unescape


def words_of(page: str) -> str:
    """Return the visible words of a page on one line."""
    body = re.sub(r"(?s)<(head|script|svg)\b.*?</\1>", " ", page)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()


def headings(page: str, level: int = 1) -> list[str]:
    return [words_of(h) for h in re.findall(rf"(?s)<h{level}\b.*?</h{level}>", page)]
