"""A stored value opens in its own row, whole, and with its own key; nothing else opens."""

import base64

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from app.crypto import Keyring
from app.settings import SettingsError

ROW = "appointments.email:ABCDEFGH"
TEXT = "maria@example.org"
FIRST, SECOND = "first:" + "5a" * 32, "second:" + "a5" * 32
old = Keyring.parse(FIRST)


@pytest.mark.parametrize(
    "elsewhere", ["appointments.email:HGFEDCBA", "appointments.phone:ABCDEFGH", "holds.email:ABCDEFGH", ""]
)
def test_a_value_moved_to_another_row_field_or_table_does_not_open(elsewhere):
    value = old.encrypt(TEXT, bound_to=ROW)
    with pytest.raises(InvalidTag):
        old.decrypt(value, bound_to=elsewhere)
    assert old.decrypt(value, bound_to=ROW) == TEXT


@given(st.data())
def test_a_value_with_any_bit_flipped_does_not_open(data):
    key_id, _, body = old.encrypt(TEXT, bound_to=ROW).partition(":")
    raw = bytearray(base64.b64decode(body))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidTag):
        old.decrypt(f"{key_id}:{base64.b64encode(raw).decode()}", bound_to=ROW)


@pytest.mark.parametrize("body", ["", "AAAA", "A" * 16])
def test_a_value_cut_short_does_not_open(body):
    with pytest.raises((InvalidTag, ValueError)):
        old.decrypt(f"first:{body}", bound_to=ROW)


def test_a_value_of_a_key_that_is_not_here_says_which_and_nothing_else():
    value = Keyring.parse(SECOND).encrypt(TEXT, bound_to=ROW)
    with pytest.raises(KeyError) as error:
        old.decrypt(value, bound_to=ROW)
    assert error.value.args == ("second",)


def test_a_value_under_another_keys_name_does_not_open():
    both = Keyring.parse(f"{SECOND},{FIRST}")
    value = old.encrypt(TEXT, bound_to=ROW)
    with pytest.raises(InvalidTag):
        both.decrypt(value.replace("first:", "second:"), bound_to=ROW)
    same_key = Keyring.parse("renamed:" + "5a" * 32)
    with pytest.raises(InvalidTag):
        same_key.decrypt(value.replace("first:", "renamed:"), bound_to=ROW)


def test_a_newer_key_in_front_writes_and_the_old_values_still_open():
    both = Keyring.parse(f"{SECOND},{FIRST}")
    before = old.encrypt(TEXT, bound_to=ROW)
    after = both.encrypt(TEXT, bound_to=ROW)
    assert after.startswith("second:")
    assert both.decrypt(before, bound_to=ROW) == both.decrypt(after, bound_to=ROW) == TEXT
    with pytest.raises(KeyError):
        old.decrypt(after, bound_to=ROW)


def test_a_newer_key_in_front_finds_what_was_indexed_before():
    both = Keyring.parse(f"{SECOND},{FIRST}")
    indexed_before = old.blind_index("HK7R4M2P", purpose="code")
    assert indexed_before in both.blind_indexes("hk7r 4m2p", purpose="code")
    assert indexed_before not in both.blind_indexes("HK7R4M2P", purpose="passport")


def test_the_newest_key_makes_the_index_and_the_look_up_knows_it():
    both = Keyring.parse(f"{SECOND},{FIRST}")
    index = both.blind_index("HK7R4M2P", purpose="code")
    assert index != old.blind_index("HK7R4M2P", purpose="code")
    assert both.blind_indexes("HK7R4M2P", purpose="code")[0] == index
    assert Keyring.parse(SECOND).blind_index("HK7R4M2P", purpose="code") == index


@given(st.text())
def test_every_text_comes_back_and_never_looks_the_same_twice(text):
    one, two = (old.encrypt(text, bound_to=ROW) for _ in range(2))
    assert one != two
    assert old.decrypt(one, bound_to=ROW) == old.decrypt(two, bound_to=ROW) == text


@pytest.mark.parametrize("text", ["", ",", "no-hex", ":" + "5a" * 32, "a:" + "5a" * 31, "a:" + "zz" * 32])
def test_keys_that_are_no_keys_are_refused_without_being_repeated(text):
    with pytest.raises(SettingsError) as error:
        Keyring.parse(text)
    assert str(error.value).startswith("DATA_KEY: ")
    assert "5a5a" not in str(error.value)
