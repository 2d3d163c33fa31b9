"""How a visitor can be reached: one name, one address, one number, each well formed or refused."""

from dataclasses import dataclass
from typing import ClassVar, Self

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from app.errors import DomainError

MOST_NAME = 200
MOST_EMAIL = 254


class NameNeeded(DomainError):
    code: ClassVar[str] = "name_needed"
    status = 422


class ContactNeeded(DomainError):
    code: ClassVar[str] = "contact_needed"
    status = 422


class EmailUnreadable(DomainError):
    code: ClassVar[str] = "email_unreadable"
    status = 422


class PhoneUnreadable(DomainError):
    code: ClassVar[str] = "phone_unreadable"
    status = 422


@dataclass(frozen=True, slots=True)
class Contact:
    """A name as in the passport, an e-mail address, a telephone number as typed; each may be empty."""

    name: str = ""
    email: str = ""
    phone: str = ""

    @classmethod
    def read(cls, *, name: str = "", email: str = "", phone: str = "") -> Self:
        """Return the contact from typed text. Raises EmailUnreadable or PhoneUnreadable."""
        return cls(_line(name)[:MOST_NAME], read_email(email), read_phone(phone))

    def checked_for_visitor(self) -> Self:
        """Return it, if it is enough for a visit without a case: a name and one way to reach the person."""
        if not self.name:
            raise NameNeeded
        if not (self.email or self.phone):
            raise ContactNeeded
        return self


def _line(text: str) -> str:
    """Return the text on one line, without control characters that would break a header or a list."""
    return " ".join("".join(s for s in text if s.isprintable() or s.isspace()).split())


def read_email(text: str) -> str:
    """Return exactly one address, normalised; empty stays empty. Raises EmailUnreadable."""
    text = text.strip()
    if not text:
        return ""
    try:
        if len(text) > MOST_EMAIL:
            raise EmailUnreadable
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise EmailUnreadable from None


def read_phone(text: str) -> str:
    """Return the number as typed if it can be dialled; empty stays empty. Raises PhoneUnreadable.

    Eleven digits that start with 1 are a mainland mobile; every other number says its country.
    """
    text = _line(text)
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        raise PhoneUnreadable from None
    if len(text) > 40 or not phonenumbers.is_possible_number(number):
        raise PhoneUnreadable
    return text
