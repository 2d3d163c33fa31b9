"""Words for who collects."""

from flask_babel import lazy_gettext as _l

from app.collection.models import Relation

RELATIONS = {
    Relation.EMPLOYER: _l("my employer"),
    Relation.SPOUSE: _l("my husband or wife"),
    Relation.RELATIVE: _l("a relative"),
    Relation.FRIEND: _l("a friend"),
    Relation.OTHER: _l("somebody else"),
}
