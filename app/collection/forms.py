"""The form that names a proxy."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from app.appointments.contacts import MOST_NAME
from app.collection.models import Relation
from app.collection.wording import RELATIONS


class ProxyForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        _l("Their full name, as in the passport or identity card"),
        validators=[
            DataRequired(_l("Enter the full name, as in the passport.")),
            Length(max=MOST_NAME, message=_l("This name is too long.")),
        ],
    )
    relation = RadioField(
        _l("Who is it?"),
        choices=[SelectChoice(relation.value, RELATIONS[relation]) for relation in Relation],
        validators=[InputRequired(_l("Choose who it is."))],
    )
