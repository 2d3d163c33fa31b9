"""One box for the counter: a visit by what a person says, shows or is scanned with.

A booking number, a link of ours (as the code on the ticket holds it), a collection or passport number,
the lines of a passport's machine-readable zone, a telephone number, an address, or a name in any script.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from app.appointments import queries
from app.appointments.models import Appointment, is_live
from app.cases.finding import search as case_search
from app.cases.finding.name_words import split, whole_forms_of, words_to_find, words_to_keep
from app.cases.finding.search import CaseSearch
from app.cases.models import Case
from app.cases.queries import find_by_link
from app.codes import UnreadableCode, read_code
from app.counter import board
from app.db import db
from app.errors import NotFound
from app.notifications import contacts
from app.stations.models import Station

LONGEST = 200
MOST_SHOWN = 20
MOST_READ = 400  # visits whose names are looked through: they are encrypted, so each is opened
BACK, AHEAD = timedelta(days=1), timedelta(days=60)
FEWEST_SIGNS = 2
FEWEST_DIGITS = 6
LETTERS_A_SLIP = 4  # one slip for so many letters of a word
_OUR_LINK = re.compile(r"/(?P<kind>[cv])/(?P<token>[A-Za-z0-9]{10,64})(?:/|$)")
_ENDING = re.compile(r"[A-Z0-9]{4}")
_ZONE_LINE = re.compile(r"[A-Z0-9<]{9,44}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A visit that may be meant, and as much of its person as the board shows."""

    visit: Appointment
    initials: str
    passport_ending: str


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: visits at the own stations, cases without one there, visits elsewhere."""

    own: Sequence[Hit]
    cases: Sequence[Case]
    elsewhere: Sequence[Appointment]

    @property
    def only_one(self) -> Appointment | Case | None:
        """Return what there is, if it is one thing."""
        if self.elsewhere or len(self.own) + len(self.cases) != 1:
            return None
        return self.own[0].visit if self.own else self.cases[0]


def find(typed: str, stations: Sequence[Station], *, sees_cases: bool, today: date, now: datetime) -> Hits:
    """Return what the text may mean, for staff of these stations."""
    text = typed.replace("\0", "").strip()[:LONGEST]
    if len(text) < FEWEST_SIGNS:
        return Hits((), (), ())
    cases = _cases(text, today=today, now=now)
    near = _near(stations, now)
    found = (*_exact(text), *_of_cases(cases), *_visitors(text, near), *_by_ending(text, near))
    visits = {visit.id: visit for visit in found}.values()
    here = {station.id for station in stations}
    own = [visit for visit in visits if visit.station_id in here]
    others = [visit for visit in visits if visit.live and visit.station_id not in here]
    shown = {visit.case_id for visit in own}
    return Hits(
        own=_hits(sorted(own, key=lambda visit: (not visit.live, visit.starts_at))[:MOST_SHOWN]),
        cases=[case for case in cases if case.id not in shown][:MOST_SHOWN] if sees_cases else (),
        elsewhere=others[:MOST_SHOWN],
    )


def _cases(text: str, *, today: date, now: datetime) -> Sequence[Case]:
    link = _OUR_LINK.search(text)
    if link:
        case = find_by_link(link["token"], now=now) if link["kind"] == "c" else None
        return [case] if case else ()
    return case_search.find_cases(CaseSearch(text=passport_of(text) or text), today=today).cases


def passport_of(text: str) -> str:
    """Return the passport number of the lower line of a passport's zone; empty for any other text."""
    lines = [line for line in text.upper().split() if _ZONE_LINE.fullmatch(line)]
    lower = next((line for line in lines if "<" in line and any(sign.isdigit() for sign in line[:9])), "")
    return lower[:9].replace("<", "")


def _exact(text: str) -> Iterable[Appointment]:
    """Yield the visit whose number or secret link this is."""
    link = _OUR_LINK.search(text)
    if link and link["kind"] == "v":
        with suppress(NotFound):
            yield queries.get_by_token(link["token"])
    with suppress(UnreadableCode):
        visit = queries.find_visit(read_code(text))
        if visit:
            yield visit


def _of_cases(cases: Sequence[Case]) -> Iterable[Appointment]:
    ids = [case.id for case in cases]
    wanted = _loaded().where(Appointment.case_id.in_(ids), is_live)
    return db.session.scalars(wanted).unique().all() if ids else ()


def _near(stations: Sequence[Station], now: datetime) -> Select[Appointment]:
    about_now = (Appointment.starts_at > now - BACK) & (Appointment.starts_at < now + AHEAD)
    here = Appointment.station_id.in_([station.id for station in stations])
    return _loaded().where(here, about_now).order_by(Appointment.starts_at)


def _visitors(text: str, near: Select[Appointment]) -> Iterable[Appointment]:
    """Return visits without a case, by contact or by name."""
    wanted = near.where(Appointment.case_id.is_(None))
    contact = _by_contact(text)
    if contact is not None:
        return db.session.scalars(wanted.where(contact).limit(MOST_SHOWN)).unique().all()
    if not words_to_find(text):
        return ()
    named = db.session.scalars(wanted.where(Appointment.name_encrypted.is_not(None)).limit(MOST_READ))
    return [visit for visit in named.unique() if is_named(visit.name, text)]


def _by_ending(text: str, near: Select[Appointment]) -> Iterable[Appointment]:
    """Return visits of cases whose passport number ends so; the board shows these four signs."""
    if not _ENDING.fullmatch(text.upper()):
        return ()
    visits = db.session.scalars(near.where(Appointment.case_id.is_not(None)).limit(MOST_READ)).unique().all()
    cases = queries.cases_of(visits)
    return [visit for visit in visits if cases[visit.case_id or 0].passport_last4 == text.upper()]


def _loaded() -> Select[Appointment]:
    return select(Appointment).options(joinedload(Appointment.service), joinedload(Appointment.station))


def _by_contact(text: str) -> ColumnElement[bool] | None:
    if "@" in text:
        return Appointment.email_index.in_(contacts.indexes_of(text))
    if sum(sign.isdigit() for sign in text) >= FEWEST_DIGITS:
        return Appointment.phone_index.in_(contacts.indexes_of(text))
    return None


def is_named(name: str, text: str) -> bool:
    """Say whether each word of the text is one of the name, in any of their spellings, with few slips."""
    kept = words_to_keep(name)
    return all(_is_one_of(whole_forms_of(word), kept) for word in split(text))


def _is_one_of(forms: set[str], kept: set[str]) -> bool:
    return any(_is_like(form, word) for form in forms for word in kept)


def _is_like(typed: str, kept: str) -> bool:
    return OSA.distance(typed, kept) <= min(len(typed), len(kept)) // LETTERS_A_SLIP


def _hits(visits: Sequence[Appointment]) -> list[Hit]:
    cases = queries.cases_of(visits)
    return [_hit(visit, cases.get(visit.case_id or 0)) for visit in visits]


def _hit(visit: Appointment, case: Case | None) -> Hit:
    name = visit.name or (case.full_name if case else "")
    return Hit(visit, board.initials(name), case.passport_last4 if case else "")
