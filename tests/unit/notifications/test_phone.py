"""Which numbers a text message reaches, in the one spelling that providers take."""

import pytest

from app.notifications.letter import DeliveryError
from app.notifications.phone import number_of, same_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("138 0013 8000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("+7 912 345-67-89", "+79123456789"),
        ("+1 650 253 0000", "+16502530000"),  # a number plan that does not tell mobiles apart
    ],
)
def test_a_mobile_number_in_any_spelling(typed, number) -> None:
    assert number_of(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "+86 138",
        "1" * 40,
        "📱📱📱",
        "0898 6536 0000",
        "+44 909 879 0000",
        "12345",
        "+999 123456",
        "call me",
    ],
)
def test_a_number_that_no_text_reaches_is_refused_for_good(typed) -> None:
    with pytest.raises(DeliveryError) as refused:
        number_of(typed)
    assert (refused.value.permanent, refused.value.dead) == (True, True)
    assert typed == "" or typed not in refused.value.detail


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("13800138000", "+86 138 0013 8000", True),
        ("13800138000", "+8613800138001", False),
        ("", "", False),
        ("x", "x", False),
    ],
)
def test_two_spellings_of_one_line(one, other, same) -> None:
    assert same_number(one, other) is same
