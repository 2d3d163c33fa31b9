"""The two keys of a case: the link of our messages and the code to type."""

from datetime import datetime

from app.cases.finding import keys as finding_keys
from app.cases.models import Case
from app.codes import new_code, new_link
from app.crypto import link_hash


def give_keys(case: Case) -> None:
    """Give a case a new link and a new code; those it had open nothing from now on."""
    case.code, case.link = new_code(), new_link()
    case.link_hash = link_hash(case.link)
    end_old_link(case)
    finding_keys.index_case(case)


def end_visits_of_browsers(case: Case, *, now: datetime) -> None:
    """Let every browser that came in by the link or the code before now come in by it once more."""
    case.left_at = now


def end_old_link(case: Case) -> None:
    """Let the shorter link of earlier days open nothing any more."""
    case.old_link, case.old_link_hash, case.old_link_until = "", None, None
