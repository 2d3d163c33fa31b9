"""A person is found by the name in any script, with or without accents, and as the passport's zone has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.finding.name_words import folded, words_to_find, words_to_keep


def finds(typed: str, kept: str) -> bool:
    words = words_to_find(typed)
    return bool(words) and all(forms & words_to_keep(kept) for forms in words)


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("Guðrún Jónsdóttir", "GUDRUN"),
        ("Guðrún Jónsdóttir", "jonsdottir gudrun"),
        ("Nguyễn Tấn Dũng", "nguyen tan dung"),
        ("NGUYEN TAN DUNG", "Nguyễn Tấn Dũng"),
        ("Jürgen Müller", "MUELLER<<JUERGEN<<<<<<"),
        ("MUELLER JUERGEN", "müller"),
        ("Jürgen Müller", "muller"),
        ("Suharto", "suharto"),
        ("O’Brien Siân", "OBRIEN SIAN"),
        ("Anne-Marie Dupont", "ANNE<MARIE"),
        ("IULIIA SHCHERBAKOVA", "Юлия Щербакова"),
        ("ЮЛИЯ ЩЕРБАКОВА", "iuliia"),
        ("DMITRII SOKOLOV", "Дмитрий Соколов"),
        ("王小明", "王小明"),
        ("王小明", "wang xiaoming"),
        ("WANG XIAOMING", "王小明"),
        ("김민서", "김민서"),
        ("محمد علي", "محمد"),
        ("Łukasz Żółć", "LUKASZ ZOLC"),
        ("Strauß Æbeltoft", "STRAUSS AEBELTOFT"),
        ("Ｆｕｌｌ Ｗｉｄｔｈ", "full width"),
        ("Null", "null"),
        ("\u202eAnna\u202c Pe\u200btrova", "anna petrova"),
        ("e\u0301milie", "Émilie"),
    ],
)
def test_it_finds_the_person(kept: str, typed: str) -> None:
    assert finds(typed, kept)


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("Anna Petrova", "Anna Ivanova"),
        ("Anna Petrova", "Petrov"),
        ("王小明", "王大明"),
        ("Anna Petrova", "<<< -- ''"),
        ("", "anna"),
    ],
)
def test_it_does_not_find_somebody_else(kept: str, typed: str) -> None:
    assert not finds(typed, kept)


@pytest.mark.parametrize("fillers", ["<", "<<"])
def test_the_zone_ends_after_39_signs(fillers: str) -> None:
    family, given_name = "NETTELBECK", "MARIAMAGDALENATHEODORAGENOVEVAANNABELLA"
    zone = f"{family}{fillers}{given_name}"[:39]

    assert len(zone) == 39
    assert finds(zone, f"{family} {given_name}")


@given(st.text(max_size=60))
def test_every_name_is_found_by_itself(name: str) -> None:
    assert finds(name, name) or not words_to_find(name)


@given(st.text(max_size=300))
def test_a_company_is_compared_in_plain_capitals(name: str) -> None:
    assert folded(name).isascii()
    assert folded(folded(name)) == folded(name)


def test_a_company_is_compared_by_its_reading() -> None:
    assert folded("海口科技 Ltd.") == "HAIKOUKEJI LTD"
