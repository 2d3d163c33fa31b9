"""Which visits who is signed in may see."""

from app.appointments import queries
from app.appointments.models import Appointment
from app.errors import NotFound
from app.planning import queries as planning_queries
from app.staff.permissions import list_own_stations


def get_own_visit_or_404(reference: str) -> Appointment:
    """Return the visit if it is at one of the own stations. Raises NotFound.

    One that an own station had to give away is still its own to call about.
    """
    found, own = queries.find_visit(reference), {station.id for station in list_own_stations()}
    if found is None or not (found.station_id in own or planning_queries.is_to_be_called_from(found, own)):
        raise NotFound
    return found
