"""The form with which anybody tells us that something about a service point is wrong."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from app.i18n import current_language
from app.stations.corrections import MOST_CONTACT, MOST_SIGNS, NewReport


class ReportForm(FlaskForm):  # type: ignore[misc]
    """What is wrong, and one way to ask back."""

    message = TextAreaField(
        _l("What is wrong?"),
        [
            InputRequired(_l("Write what is wrong.")),
            Length(max=MOST_SIGNS, message=_l("Write 1,000 characters at most.")),
        ],
    )
    contact = StringField(
        _l("E-mail address or phone number, if we may ask back (optional)"),
        [Length(max=MOST_CONTACT, message=_l("This contact is too long."))],
    )

    def validate_message(self, field: Any) -> None:
        if not _clean(field.data):
            raise ValidationError(_l("Write what is wrong."))

    @property
    def report(self) -> NewReport:
        contact = " ".join(_clean(self.contact.data).split())
        return NewReport(_clean(self.message.data), contact, current_language())


def _clean(text: str | None) -> str:
    """Return the text without signs that are no writing, with one kind of line end."""
    kept = (text or "").replace("\r\n", "\n")
    return "".join(sign for sign in kept if sign.isprintable() or sign == "\n").strip()
