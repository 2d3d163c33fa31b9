"""Which cases who is signed in may see, move and close."""

from app.accounts.models import Role
from app.cases import queries as cases
from app.cases.models import Case
from app.casework.keeping import Keeper
from app.casework.queries import find_own_permit
from app.errors import NotFound
from app.staff.permissions import get_member, list_own_stations, may_see_cases


def get_keeper() -> Keeper:
    """Return which papers and cases who is signed in may move and close."""
    member = get_member()
    return Keeper(
        permit=find_own_permit(member.bureau),
        station_ids=frozenset(station.id for station in list_own_stations()),
        everything=member.role is Role.ADMINISTRATOR,
    )


def limited_to_bureau() -> str | None:
    """Return the only bureau whose files who is signed in takes in; None for administrators: any."""
    member = get_member()
    return None if member.role is Role.ADMINISTRATOR else member.bureau


def get_case_or_404(number: str) -> Case:
    """Return the case if the person may see cases. Raises NotFound."""
    found = cases.find_by_number(number) if may_see_cases() else None
    if found is None:
        raise NotFound
    return found
