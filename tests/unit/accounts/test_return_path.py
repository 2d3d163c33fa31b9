import pytest

from app.accounts.forms import local_path


@pytest.mark.parametrize("target", ["/staff/today", "/staff/today?station=central-window&day=2026-11-24"])
def test_a_staff_page_may_be_returned_to(target):
    assert local_path(target) == target


@pytest.mark.parametrize(
    "target",
    ["", "https://evil.example/staff/", "//evil.example", "/\\evil.example", "/staff/\\evil",
     "/staff//evil.example", "/en/", "javascript:alert(1)", "/staff/\r\nX: y", "/staffx/", "/staff/\u0430"],
)  # fmt: skip
def test_anything_else_is_not(target):
    assert local_path(target) is None
