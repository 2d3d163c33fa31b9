"""After a change of display settings people return only to pages of ours."""

import pytest

from app.pages import local_path


@pytest.mark.parametrize("path", ["/en/", "/ru/find?near=%D0%A5&service=permit-advice", "/zh/places/meilan"])
def test_a_path_on_this_site_is_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "address",
    [
        "",
        "en/",
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/en/\r\nSet-Cookie: a=b",
        "/\t/evil.example",
        "//[",
        "/\\[::",
    ],
)
def test_anything_that_leads_elsewhere_is_refused(address: str) -> None:
    assert local_path(address) is None
