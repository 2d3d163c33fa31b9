"""What is typed to come in by a code."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired

from app.codes import UnreadableCode, read_code
from app.crypto import normalised

CODE_HINT = _l("The code has no 0, 1, O, I, L or U.")


class CodeForm(FlaskForm):  # type: ignore[misc]
    """Two fields that open a case: the code of our message and the end of the passport number."""

    code = StringField(
        _l("Collection code"), [InputRequired(_l("Enter the collection code from our message."))]
    )
    last4 = StringField(
        _l("Last 4 characters of your passport number"),
        [InputRequired(_l("Enter the last 4 characters of your passport number."))],
    )

    def validate_code(self, field: Any) -> None:
        try:
            read_code(field.data)
        except UnreadableCode as error:
            if error.foreign_signs and set(error.foreign_signs.upper()) <= set("01OILU"):
                raise ValidationError(CODE_HINT) from None
            raise ValidationError(_l("The code has 8 letters and numbers, for example HK7R 4M2P.")) from None

    def validate_last4(self, field: Any) -> None:
        if len(normalised(field.data)) != 4:
            raise ValidationError(_l("Enter exactly 4 letters or numbers, for example 4821."))
