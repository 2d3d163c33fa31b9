import pytest

from app.counter.finding import is_named, passport_of

LOWER = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"


@pytest.mark.parametrize(
    ("name", "typed", "fits"),
    [
        ("Anna Petrova", "petrova", True),
        ("Anna Petrova", "Petrova Anna", True),
        ("Anna Petrova", "Анна Петрова", True),
        ("Anna Petrova", "petrowa", True),  # one slip
        ("Anna Petrova", "ptrva", False),
        ("Anna Petrova", "Anna Ivanova", False),
        ("Юлия Соколова", "SOKOLOVA", True),
        ("José Müller", "mueller jose", True),
        ("王丽", "wang li", True),
        ("Li Na", "li", True),
        ("Li Na", "lu", False),  # short words have no slips
        ("Anna Petrova", "P<UTOPETROVA<<ANNA<<<<", False),  # the country is no word of the name
    ],
)
def test_a_name_is_found_in_any_script_and_with_few_slips(name, typed, fits):
    assert is_named(name, typed) is fits


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (LOWER, "L898902C3"),
        (f"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n{LOWER}", "L898902C3"),
        ("E1234567Q", ""),
        ("Anna", ""),
        ("", ""),
    ],
)
def test_the_zone_of_a_passport_is_read(text, number):
    assert passport_of(text) == number
