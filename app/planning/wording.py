"""Words of what is decided about people, of weekdays, and of calls."""

from flask_babel import lazy_gettext as _l

from app.appointments.displacement import wording as displacement_words
from app.appointments.displacement.operations import Displacement, TimeAtStation
from app.appointments.states import Status
from app.i18n import in_language
from app.planning.calls import CallRow
from app.planning.decisions import Choice
from app.stations.models import Station

CHOICES = {
    Choice.KEEP: _l("Keep them, stop new bookings"),
    Choice.MOVE: _l("Move to the nearest times"),
    Choice.ASK: _l("Ask them to choose: the time is kept 48 hours"),
    Choice.CANCEL: _l("Cancel with a message"),
}

WEEKDAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)


ASK = _l("Which other time suits you?")
CANCELLED = _l("Your visit is cancelled.")


def call_script(row: CallRow, station: Station) -> str:
    """Return what to say on the telephone, in the person's language."""
    before = Displacement(TimeAtStation(station.name, row.starts_at, station.timezone), row.reason)
    with in_language(row.language):
        why = displacement_words.why(before)
        if row.new_starts_at:
            new = TimeAtStation(row.new_place, row.new_starts_at, station.timezone)
            return f"{why} {displacement_words.now_at(new)}"
        if row.asked:
            return f"{why} {ASK}"
        return f"{why} {CANCELLED}" if row.status == Status.CANCELLED else why
