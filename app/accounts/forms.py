"""The sign-in form."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length


class SignInForm(FlaskForm):  # type: ignore[misc]
    username = StringField(_l("User name"), [InputRequired(_l("Enter your user name.")), Length(max=200)])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])
    next = HiddenField()

    @property
    def return_to(self) -> str | None:
        """Return the staff page to go back to, never another site's."""
        return local_path(self.next.data or "")


def local_path(target: str) -> str | None:
    """Return the target when it is a staff page of ours, else None."""
    plain = target.isascii() and target.isprintable() and "\\" not in target and "//" not in target
    return target if plain and target.startswith("/staff/") else None
