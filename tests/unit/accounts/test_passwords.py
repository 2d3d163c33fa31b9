import pytest
from argon2 import PasswordHasher

from app.accounts import passwords


@pytest.mark.parametrize(
    ("password", "fits"),
    [
        ("1234567", False),
        ("12345678", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("", False),
        ("密码密码密码密码", True),
    ],
)
def test_a_password_has_8_to_128_signs(password, fits):
    assert passwords.acceptable(password) is fits


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
