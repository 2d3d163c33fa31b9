"""How a visitor can be reached: one name, one address, one number, each well formed or refused."""

from dataclasses import dataclass
from typing import ClassVar, Self

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from flask import current_app

from app.errors import DomainError
from app.notifications.channels.mail import address_of
from app.notifications.letter import DeliveryError
from app.notifications.phone import is_of, is_reached
from app.settings import Settings

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


class EmailUnreachable(EmailUnreadable):
    """The address is well formed, and our mail cannot go there: there are other scripts before the @."""

    code = "email_unreachable"


class PhoneUnreadable(DomainError):
    code: ClassVar[str] = "phone_unreadable"
    status = 422


class PhoneNotMobile(DomainError):
    """The only contact is a number at which no text message arrives."""

    code: ClassVar[str] = "phone_not_mobile"
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
        self.check_reached()
        return self

    def check_reached(self) -> None:
        """Raise ContactNeeded or PhoneNotMobile unless a message of ours can arrive."""
        if not (self.email or self.phone):
            raise ContactNeeded
        if self.email:
            return
        if not is_reached(self.phone) or not is_of(self.phone, _countries()):
            raise PhoneNotMobile


def _countries() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.sms_countries


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
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise EmailUnreadable from None
    try:
        address_of(found.normalized)
    except DeliveryError:
        raise EmailUnreachable from None
    return found.normalized


def read_phone(text: str) -> str:
    """Return the number as typed if somebody may have it; empty stays empty. Raises PhoneUnreadable.

    Eleven digits that start with 1 are a mainland mobile; every other number says its country. Short
    numbers, and those that no operator has given out, are none.
    """
    text = _line(text)
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        raise PhoneUnreadable from None
    if len(text) > 40 or not phonenumbers.is_valid_number(number):
        raise PhoneUnreadable
    return text
