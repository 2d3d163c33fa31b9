"""What each staff page asks for: a role, and that the station is one's own.

Every staff route carries `requires(...)`; a test walks the URL map and proves it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts import sign_in
from app.accounts.models import Role
from app.accounts.sign_in import StaffMember
from app.errors import NotFound
from app.staff import queries
from app.stations.models import Station
from app.web import headers

View = TypeVar("View", bound=Callable[..., Any])

_RANK = {Role.CLERK: 1, Role.MANAGER: 2, Role.ADMINISTRATOR: 3}


def is_at_least(role: Role, needed: Role) -> bool:
    return _RANK[role] >= _RANK[needed]


def requires(role: Role) -> Callable[[View], View]:
    """Let only staff of this role or a higher one in; others sign in first or are told 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            headers.personal()
            member = sign_in.find_current()
            if member is None:
                return redirect(url_for("accounts.sign_in", next=_way_back()), 303)
            if not is_at_least(member.role, role):
                abort(403, _("Your account may not open this page. Ask your station manager."))
            return view(*args, **kwargs)

        guarded.required_role = role  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def _way_back() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else url_for("staff.today")


def get_member() -> StaffMember:
    """Return who is signed in. Only inside a view that `requires` a role."""
    member = sign_in.find_current()
    if member is None:
        abort(401)
    return member


def list_own_stations() -> list[Station]:
    """Return the stations of who is signed in, in published order; all of them for administrators."""
    member = get_member()
    everywhere = member.role is Role.ADMINISTRATOR
    return queries.list_stations_of(None if everywhere else member.user_id)


def get_own_station_or_404(slug: str) -> Station:
    """Return the station, unless it is another's: that looks like one that does not exist."""
    for station in list_own_stations():
        if station.slug == slug:
            return station
    raise NotFound


def may_see_cases() -> bool:
    """Say whether who is signed in decides permits, hands them over, or looks after everything."""
    member = get_member()
    if member.bureau or member.role is Role.ADMINISTRATOR:
        return True
    return any(offer.service.needs_case for station in list_own_stations() for offer in station.offers)


def may_take_in() -> bool:
    """Say whether who is signed in takes in the bureaus' files: their officers, and administrators."""
    member = get_member()
    return member.bureau is not None or member.role is Role.ADMINISTRATOR
