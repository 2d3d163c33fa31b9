"""The forms of one's own account."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, ValidationError
from wtforms.validators import InputRequired


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The password of now, and the new one twice. None of them is ever shown again."""

    current = PasswordField(_l("Your password now"), [InputRequired(_l("Enter your password."))])
    new = PasswordField(_l("New password"), [InputRequired(_l("Enter a new password."))])
    again = PasswordField(
        _l("The new password once more"), [InputRequired(_l("Enter the new password once more."))]
    )

    def validate_again(self, field: Any) -> None:
        if self.new.data and field.data != self.new.data:
            raise ValidationError(_l("The two new passwords differ. Enter both again."))
