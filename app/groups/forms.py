"""The forms of a group booking: who books, and the list of people."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.appointments.contacts import (
    MOST_EMAIL,
    MOST_NAME,
    Contact,
    EmailUnreadable,
    PhoneUnreadable,
    read_email,
    read_phone,
)
from app.groups.reading import MOST_ROWS


class WhoForm(FlaskForm):  # type: ignore[misc]
    """The company, how to reach it, and what for."""

    company = StringField(
        _l("Company name"), [InputRequired(_l("Enter the name of the company.")), Length(max=MOST_NAME)]
    )
    email = StringField(_l("E-mail address"), [Length(max=MOST_EMAIL)])
    phone = StringField(_l("Mobile phone"), [Length(max=40)])
    service = RadioField(_l("What for?"))
    people = IntegerField(
        _l("How many people come?"),
        [
            Optional(),
            NumberRange(1, MOST_ROWS, _l("Enter a number from 1 to %(most)s.", most=MOST_ROWS)),
        ],
    )
    consent = BooleanField(
        _l("These people know that I book for them."),
        [InputRequired(_l("Say that these people know. Tick the box."))],
    )

    def validate_email(self, field: Any) -> None:
        if not (self.email.data or "").strip() and not (self.phone.data or "").strip():
            raise ValidationError(_l("Enter an e-mail address or a phone number."))
        try:
            read_email(field.data or "")
        except EmailUnreadable:
            raise ValidationError(_l("Enter an e-mail address like name@example.com.")) from None

    def validate_phone(self, field: Any) -> None:
        try:
            read_phone(field.data or "")
        except PhoneUnreadable:
            raise ValidationError(
                _l("Enter a phone number with its country code, like +86 138 0013 8000 or +7 912 345 67 89.")
            ) from None

    @property
    def contact(self) -> Contact:
        return Contact.read(name=self.company.data, email=self.email.data or "", phone=self.phone.data or "")


class ListForm(FlaskForm):  # type: ignore[misc]
    """The pasted list; rows and the file are read beside it."""

    paste = TextAreaField(_l("Paste a list, one person per line"))
