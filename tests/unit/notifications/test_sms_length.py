"""The SMS meter, sign by sign."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications.channels.sms_length import SmsLength, sms_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", SmsLength(1, 0, 160, False)),
        ("a" * 160, SmsLength(1, 160, 160, False)),
        ("a" * 161, SmsLength(2, 161, 306, False)),
        ("a" * 306, SmsLength(2, 306, 306, False)),
        ("a" * 307, SmsLength(3, 307, 459, False)),
        ("€" * 80, SmsLength(1, 160, 160, False)),
        ("€" * 81, SmsLength(2, 162, 306, False)),
        ("a" * 151 + "€" + "a" * 153, SmsLength(2, 306, 306, False)),
        ("é" * 160, SmsLength(1, 160, 160, False)),
        ("ç", SmsLength(1, 1, 70, True)),
        ("’", SmsLength(1, 1, 70, True)),
        ("明" * 70, SmsLength(1, 70, 70, True)),
        ("明" * 71, SmsLength(2, 71, 134, True)),
        ("я" * 134, SmsLength(2, 134, 134, True)),
        ("я" * 135, SmsLength(3, 135, 201, True)),
        ("я" + "a" * 69, SmsLength(1, 70, 70, True)),
        ("😀" * 35, SmsLength(1, 70, 70, True)),
        ("😀" * 36, SmsLength(2, 72, 134, True)),
    ],
)
def test_the_limits(text, length):
    assert sms_length(text) == length


def test_an_extension_sign_is_not_cut_in_two():
    # 153 units fit the first part, but the two of the last sign there do not.
    assert sms_length("a" * 152 + "€" + "a" * 153).parts == 3


def test_a_pair_of_utf_16_is_not_cut_in_two():
    assert sms_length("я" * 66 + "😀" + "я" * 66).parts == 3


@given(st.text(max_size=400))
def test_a_longer_text_never_takes_fewer_parts(text):
    shorter, longer = sms_length(text), sms_length(text + "a")
    assert longer.parts >= shorter.parts
    assert longer.used > shorter.used
    assert shorter.used <= shorter.room
