"""What the browser's session remembers of a person's way to a visit: names of rows, nothing personal.

Views read and write it; GET requests only ever change it, never the database. Leaving does: a copy of the
cookie must open nothing either.
"""

from datetime import datetime

from flask import session

from app import clock
from app.appointments import queries
from app.appointments.holds import queries as hold_queries
from app.appointments.holds.refusals import HoldNotFound
from app.appointments.models import Appointment, Hold
from app.cases.keys import end_visits_of_browsers
from app.cases.locks import lock_case
from app.cases.models import Case
from app.crypto import token_hash
from app.db import db, transact

CASE, VISIT, HOLD, WORD, WANTED = "case", "visit", "hold", "word", "wanted"
# Beside each a part of its secret's fingerprint: with the secret, what was entered by it ends.
CASE_KEY, VISIT_KEY = "case_key", "visit_key"
CASE_SINCE = "case_since"
KEY_LENGTH = 16


def _part_of(secret: str) -> str:
    """Return what a session keeps of a secret; it outlives a rotation of keys, as the link itself does."""
    return token_hash(secret)[:KEY_LENGTH]


def enter_with_case(case: Case) -> None:
    """Start with a case. What belongs to another case is left behind."""
    if session.get(CASE) != case.id:
        for key in (VISIT, HOLD, WORD):
            session.pop(key, None)
    session.permanent = True
    session[CASE], session[CASE_KEY] = case.id, _part_of(case.link)
    session[CASE_SINCE] = clock.now().timestamp()


def leave_case() -> None:
    """Forget the case in this browser, and let a copy of its cookie open nothing either."""
    case = find_case()
    if case:
        transact(_end, case.id, now=clock.now())
    for key in (CASE, VISIT, HOLD, WORD, WANTED):
        session.pop(key, None)


def _end(case_id: int, *, now: datetime) -> None:
    end_visits_of_browsers(lock_case(case_id), now=now)


def enter_with_visit(visit: Appointment) -> None:
    """Start with a visit; that of a case brings its case along, which says what is handed over."""
    if visit.case_id:
        enter_with_case(db.session.get_one(Case, visit.case_id))
    session.permanent = True
    session[VISIT], session[VISIT_KEY] = visit.id, _part_of(visit.token)


def find_case() -> Case | None:
    """Return the case this browser came with, unless its link was renewed or it was left since."""
    case_id = session.get(CASE)
    case = db.session.get(Case, case_id) if case_id else None
    if case is None or _part_of(case.link) != session.get(CASE_KEY):
        return None
    left = case.left_at.timestamp() if case.left_at else 0.0
    return case if session.get(CASE_SINCE, 0.0) >= left else None


def find_visit() -> Appointment | None:
    """Return the visit this browser came for; that of its case when the visit it knew is over."""
    visit, case = _known_visit(), find_case()
    if visit and (visit.live or visit.case_id is None):
        return visit
    return (queries.find_latest_for_case(case.id) if case else None) or visit


def _known_visit() -> Appointment | None:
    visit_id = session.get(VISIT)
    visit = db.session.get(Appointment, visit_id) if visit_id else None
    if visit and visit.case_id:  # It is opened by the link of its case.
        case = find_case()
        return visit if case and case.id == visit.case_id else None
    return visit if visit and _part_of(visit.token) == session.get(VISIT_KEY) else None


def keep_hold(hold: Hold) -> None:
    session.permanent = True
    session[HOLD] = hold.public_id


def hold_id() -> str | None:
    found: str | None = session.get(HOLD)
    return found


def find_hold() -> Hold | None:
    public_id = hold_id()
    try:
        return hold_queries.get_hold(public_id) if public_id else None
    except HoldNotFound:
        return None


def find_running_hold(*, now: datetime) -> Hold | None:
    """Return the hold this browser has, while it lasts."""
    hold = find_hold()
    return hold if hold and hold.status == "open" and hold.expires_at > now else None


def want(slot: str) -> None:
    """Remember the time that was pressed before the code was typed."""
    session[WANTED] = slot


def wanted() -> str:
    found: str = session.get(WANTED, "")
    return found


def take_wanted() -> str:
    """Return the same, once."""
    found: str = session.pop(WANTED, "")
    return found


def tell(word: str) -> None:
    """Leave one word for the next page to say: "booked", "moved", "already" …"""
    session[WORD] = word


def told() -> str:
    """Return the word that was left, once."""
    word: str = session.pop(WORD, "")
    return word
