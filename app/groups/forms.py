"""The forms of a group booking: who books, and the list of people."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import TextInput

from app.appointments.contacts import MOST_NAME, Contact
from app.appointments.views.forms import ReachForm
from app.groups.reading import MOST_ROWS
from app.typed import read_number

HOW_MANY = _l("Enter a number from 1 to %(most)s.", most=MOST_ROWS)


class PeopleField(IntegerField):  # type: ignore[misc]
    """A number of people; what cannot be one is said as one out of bounds is."""

    widget = TextInput()  # of a text, in which browsers know no bounds

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist:
            try:
                self.data = read_number(valuelist[0])
            except ValueError:
                raise ValueError(str(HOW_MANY)) from None


class WhoForm(ReachForm):
    """The company, how to reach it, and what for."""

    company = StringField(
        _l("Company name"), [InputRequired(_l("Enter the name of the company.")), Length(max=MOST_NAME)]
    )
    service = RadioField(_l("What for?"))
    people = PeopleField(
        _l("How many people come?"),
        [
            Optional(),
            NumberRange(1, MOST_ROWS, HOW_MANY),
        ],
    )
    consent = BooleanField(
        _l("These people know that I book for them."),
        [InputRequired(_l("Say that these people know. Tick the box."))],
    )

    @property
    def contact(self) -> Contact:
        return self.contact_of(self.company.data or "")


class ListForm(FlaskForm):  # type: ignore[misc]
    """The pasted list; rows and the file are read beside it."""

    paste = TextAreaField(_l("Paste a list, one person per line"))
