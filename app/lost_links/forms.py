"""The form by which somebody asks for a lost link."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired, Length

from app.appointments.contacts import (
    MOST_EMAIL,
    Contact,
    EmailUnreadable,
    PhoneUnreadable,
)
from app.codes import UnreadableCode
from app.lost_links.queries import KnownDetails


class LostLinkForm(FlaskForm):  # type: ignore[misc]
    """What somebody still knows, and where our messages reached them."""

    contact_way = StringField(
        _l("E-mail address or mobile phone"),
        [
            InputRequired(_l("Enter the e-mail address or phone number at which our messages reach you.")),
            Length(max=MOST_EMAIL),
        ],
    )
    known = StringField(
        _l("Last 4 characters of your passport number, or your booking number"), [Length(max=40)]
    )

    def validate_contact_way(self, field: Any) -> None:
        try:
            read_way(field.data or "")
        except (EmailUnreadable, PhoneUnreadable):
            raise ValidationError(
                _l("Enter an e-mail address like name@example.com, or a number like +86 138 0013 8000.")
            ) from None

    def validate_known(self, field: Any) -> None:
        try:
            KnownDetails.read(field.data or "")
        except UnreadableCode:
            raise ValidationError(
                _l("Enter 4 characters of the passport number, or the 8 of your booking number or code.")
            ) from None


def read_way(typed: str) -> Contact:
    """Return the one contact that was typed. Raises EmailUnreadable or PhoneUnreadable."""
    return Contact.read(email=typed) if "@" in typed else Contact.read(phone=typed)
