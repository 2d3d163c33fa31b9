import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from app.accounts import passwords
from app.errors import Busy


@pytest.mark.parametrize(
    ("password", "fits"),
    [
        ("x" * 14, False),
        ("x" * 15, True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("", False),
        ("密码" * 8, True),
    ],
)
def test_a_new_password_has_15_to_128_signs(password, fits):
    assert passwords.is_long_enough(password) is fits


@pytest.mark.parametrize(
    ("password", "common"),
    [
        ("123456789012345678", True),
        ("qwertyuiopasdfgh", True),
        ("Password1234567!", True),
        ("password password", True),
        ("x" * 128, True),
        ("mei mei mei mei mei", True),  # the account's own words
        ("the tide comes in twice a day", False),
        ("мой длинный пароль 7", False),
        ("我的密码是非常非常长的一个句子啊", False),
    ],
)
def test_what_is_tried_first_is_common(password, common):
    assert passwords.is_common(password, "mei", "Mei Chen") is common


def test_a_third_waits_and_a_fourth_is_told_at_once_that_many_sign_in(monkeypatch):
    monkeypatch.setattr(passwords, "_WAIT_SECONDS", 0.05)
    with passwords._Place(), passwords._Place(), ThreadPoolExecutor(1) as waiting:
        third = waiting.submit(passwords.matches, "correct horse", None)
        while passwords._queue._value:
            time.sleep(0.001)
        with pytest.raises(Busy):
            passwords.matches("correct horse", None)
        with pytest.raises(Busy):
            third.result()
    assert passwords._queue._value == 3


def test_only_the_right_password_matches():
    kept = passwords.hash_password("correct horse")

    assert passwords.matches("correct horse", kept)
    assert not passwords.matches("correct horsE", kept)
    assert kept.startswith("$argon2id$")


def test_blanks_at_the_ends_count():
    kept = passwords.hash_password(" correct horse ")

    assert passwords.matches(" correct horse ", kept)
    assert not passwords.matches("correct horse", kept)


def test_a_letter_with_an_accent_may_be_one_sign_or_two():
    kept = passwords.hash_password("caf\u00e9 au lait")

    assert passwords.matches("cafe\u0301 au lait", kept)


def test_an_enormous_password_is_refused_without_hashing(monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", None)

    assert not passwords.matches("x" * 1_000_000, "$argon2id$")


def test_an_unknown_name_costs_a_hash_as_well(monkeypatch):
    seen = []
    real = passwords._hasher

    class Counting:
        def verify(self, password_hash, password):
            seen.append(password_hash)
            return real.verify(password_hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())

    assert not passwords.matches("nobody has this password", None)
    assert seen == [passwords._NOBODY]


def test_a_weaker_hash_is_outdated():
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")

    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(passwords.hash_password("correct horse"))
