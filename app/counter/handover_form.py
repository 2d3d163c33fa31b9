"""What the clerk ticked at the counter, read from the form of a visit."""

from datetime import datetime

from werkzeug.datastructures import MultiDict

from app.appointments.models import Appointment
from app.collection import proxies
from app.collection.handover import PROXY, CounterNote

LONGEST_REASON = 500


def read_counter_note(visit: Appointment, form: MultiDict[str, str], *, now: datetime) -> CounterNote:
    """Return what was ticked, once the proxy's code is right if one came.

    Raises ProxyCodeWrong or TooManyTries.
    """
    reason = form.get("reason", "").replace("\0", "")[:LONGEST_REASON]
    proxy_id = None
    # The second press of a double click finds the code used; it needs none, for it changes nothing.
    if visit.case_id and visit.live and form.get("receiver") == PROXY:
        proxy_id = proxies.open_with_code(visit.case_id, form.get("proxy_code", ""), now=now).id
    return CounterNote(
        visit.reference,
        given=frozenset(form.getlist("given")),
        papers=frozenset(form.getlist("papers")),
        identity_seen="identity" in form,
        reason=reason,
        whole=form.get("outcome") != "incomplete",
        proxy_id=proxy_id,
    )
