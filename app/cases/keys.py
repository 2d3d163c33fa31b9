"""The two keys of a case: the link of our messages and the code to type."""

from app.cases.finding import keys as finding_keys
from app.cases.models import Case
from app.codes import LINK_LENGTH, new_code
from app.crypto import token_hash


def give_keys(case: Case) -> None:
    """Give a case a new link and a new code; those it had open nothing from now on."""
    case.code, case.link = new_code(), new_code(LINK_LENGTH)
    case.link_hash = token_hash(case.link)
    finding_keys.index_case(case)
