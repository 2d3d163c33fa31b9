"""The forms of the booking pages: the collection code, and how to reach the person."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.appointments.contacts import (
    MOST_EMAIL,
    MOST_NAME,
    Contact,
    EmailUnreachable,
    EmailUnreadable,
    PhoneNotMobile,
    PhoneUnreadable,
    read_email,
    read_phone,
)
from app.appointments.waitlist.rules import WaitingWish
from app.i18n import NATIVE_NAMES
from app.typed import read_day
from app.wording import sentence


def check_email(typed: str | None) -> None:
    """Raise ValidationError for what we cannot write to."""
    try:
        read_email(typed or "")
    except EmailUnreachable as refusal:
        raise ValidationError(sentence(refusal)) from None
    except EmailUnreadable:
        raise ValidationError(_l("Enter an e-mail address like name@example.com.")) from None


def check_phone(typed: str | None, *, alone: bool) -> None:
    """Raise ValidationError for what is no number, or at which no message arrives when it is all there is."""
    try:
        number = read_phone(typed or "")
        if number and alone:
            Contact(phone=number).check_reached()
    except PhoneNotMobile as refusal:
        raise ValidationError(sentence(refusal)) from None
    except PhoneUnreadable:
        raise ValidationError(
            _l("Enter a phone number with its country code, like +86 138 0013 8000 or +7 912 345 67 89.")
        ) from None


class ReachForm(FlaskForm):  # type: ignore[misc]
    """How to reach somebody, for every form that asks: an address, a number, or both."""

    email = StringField(_l("E-mail address"), [Length(max=MOST_EMAIL)])
    phone = StringField(_l("Mobile phone"), [Length(max=40)])

    needed = True  # at least one of the two
    email_known = False  # an address is known already, so the number need not be a mobile

    def validate_email(self, field: Any) -> None:
        check_email(field.data)
        if self.needed and not (self.email.data or "").strip() and not (self.phone.data or "").strip():
            raise ValidationError(_l("Enter an e-mail address or a phone number."))

    def validate_phone(self, field: Any) -> None:
        check_phone(field.data, alone=not (self.email_known or (self.email.data or "").strip()))

    def contact_of(self, name: str = "") -> Contact:
        """Return what was typed, after it was found valid."""
        return Contact.read(name=name, email=self.email.data or "", phone=self.phone.data or "")

    @property
    def contact(self) -> Contact:
        return self.contact_of()


class ContactForm(ReachForm):
    """How to reach the person about this visit, and in which language; nothing is needed."""

    needed = False
    language = RadioField(
        _l("Language for messages"),
        choices=[SelectChoice(code, name) for code, name in NATIVE_NAMES.items()],
    )


class WayForm(ContactForm):
    """Where to write about a booked visit; a field left empty keeps what is known."""

    needed = True


class VisitorForm(WayForm):
    """The same for a visit without a case: a name, and at least one way to reach the person."""

    name = StringField(
        _l("Full name, as in the passport"),
        [InputRequired(_l("Enter the full name, as in the passport.")), Length(max=MOST_NAME)],
    )

    @property
    def contact(self) -> Contact:
        return self.contact_of(self.name.data or "")


class WishForm(FlaskForm):  # type: ignore[misc]
    """When and where a waiting person would come; an empty day sets no limit.

    `today` is the day at the service points; whoever makes the form says it.
    """

    today: date

    from_day = StringField(_l("From day"))
    until_day = StringField(_l("Until day"))
    parts = SelectMultipleField(
        _l("Part of the day"),
        [InputRequired(_l("Choose the morning, the afternoon, or both."))],
        choices=[SelectChoice("morning", _l("Morning")), SelectChoice("afternoon", _l("Afternoon"))],
    )
    places = SelectMultipleField(_l("Where"), [InputRequired(_l("Choose at least one service point."))])

    def validate_from_day(self, field: Any) -> None:
        _read_day(field.data)

    def validate_until_day(self, field: Any) -> None:
        until, start = _read_day(field.data), _day_or_none(self.from_day.data)
        if until and start and until < start:
            raise ValidationError(_l("The last day must not be before the first day."))
        if until and until < self.today:
            raise ValidationError(_l("The last day has passed. Choose today or a later day."))

    @property
    def wish(self) -> WaitingWish:
        parts = self.parts.data or []
        start, until = _day_or_none(self.from_day.data), _day_or_none(self.until_day.data)
        return WaitingWish(start, until, "morning" in parts, "afternoon" in parts)


def _read_day(typed: str | None) -> date | None:
    if not (typed or "").strip():
        return None
    day = _day_or_none(typed)
    if day is None:
        raise ValidationError(_l("Write the day as year-month-day, for example 2026-10-13."))
    return day


def _day_or_none(typed: str | None) -> date | None:
    try:
        return read_day(typed or "")
    except ValueError:
        return None


class CaseWishForm(WishForm, ContactForm):
    """The same for a person with a case and no visit."""


class VisitorWishForm(WishForm, VisitorForm):
    """The same for a person without a case."""
