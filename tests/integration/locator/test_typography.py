"""Chinese sentences follow each other without a hole; other languages keep their space."""

import re
from html import unescape

import pytest

PAGES = (
    "/zh/",
    "/zh/find?near=20.03,110.33",
    "/zh/find?near=Atlantis",
    "/zh/find?near=20.03,110.33&open=now",
    "/zh/places/central-window",
    "/zh/places/central-window/report",
    "/zh/map",
    "/zh/contact",
    "/zh/privacy",
    "/zh/accessibility",
    "/zh/book?place=central-window&service=document-check",
)
HOLE = re.compile(r".{0,20}[。：！？；，] [^\s|].{0,20}")


def lines_of(html: str) -> str:
    """Return the words as they stand beside each other: inline tags are nothing, others a bar."""
    html = re.sub(r"<(script|style|svg)\b.*?</\1>", "|", html, flags=re.S)
    html = re.sub(r"</?(?:span|a|bdi|b|strong|em|time|code)\b[^>]*>", "", html)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "|", html)))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", PAGES)
def test_there_is_no_hole_after_a_chinese_sentence(network, client, path):
    page = client.get(path, follow_redirects=True)
    assert page.status_code in (200, 400, 404), page.status_code

    assert HOLE.findall(lines_of(page.text)) == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_other_languages_keep_their_space(network, client, language):
    page = client.get(f"/{language}/find?near=20.03,110.33").text

    assert not re.search(r"[a-zа-я][.:?][A-ZА-Я“«]", lines_of(page))
