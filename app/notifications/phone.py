"""Telephone numbers as providers want them. PURE."""

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from app.notifications.letter import DeliveryError

HOME = "CN"  # eleven digits that start with 1 are a mainland mobile
REACHED = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def number_of(text: str, countries: str = "") -> str:
    """Return the number as +, country and digits (E.164). Raises DeliveryError where no text arrives.

    Other countries than those, where some are listed, landlines, premium numbers and numbers that no
    operator has given out are refused for good.
    """
    number = _parsed(text)
    if number is None or not phonenumbers.is_valid_number(number):
        raise DeliveryError("not a telephone number", permanent=True, dead=True)
    if phonenumbers.number_type(number) not in REACHED:
        raise DeliveryError("not a mobile number", permanent=True, dead=True)
    if not is_of(text, countries):
        raise DeliveryError("no text messages go to this country", permanent=True)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def is_reached(text: str) -> bool:
    """Say whether a text message can arrive at this number."""
    try:
        number_of(text)
    except DeliveryError:
        return False
    return True


def is_of(text: str, countries: str) -> bool:
    """Say whether the number belongs to one of these countries, like "CN HK RU"; none listed are all."""
    number = _parsed(text)
    region = phonenumbers.region_code_for_number(number) if number else None
    return not countries or region in countries.split()


def spelled(text: str) -> str:
    """Return the one spelling of a number, or the text itself when it is none."""
    number = _parsed(text)
    if number is None:
        return text
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def same_number(one: str, other: str) -> bool:
    """Return whether two typed numbers are the same line; an unreadable one is nobody's."""
    first, second = _parsed(one), _parsed(other)
    return first is not None and second is not None and spelled(one) == spelled(other)


def _parsed(text: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        return None
