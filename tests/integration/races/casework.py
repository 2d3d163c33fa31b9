"""Operations on cases and messages, and what time does to both."""

from datetime import timedelta

from app.appointments.waitlist import operations as waitlist
from app.cases import decisions
from app.cases.decisions import Decision
from app.cases.states import LegState, Permit
from app.casework import operations as case_operations
from app.casework.keeping import Keeper
from app.collection import operations as collecting
from app.intake.facts import CaseFacts, LegFacts
from app.intake.operations import take_in
from app.messages import replay
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import Outcome, Result
from app.privacy import retention, rotation
from app.privacy.retention import PURGES, Kind
from app.stations.models import Station
from tests.integration.races.table import CASE, EVERYWHERE, VISIT, Table
from tests.integration.races.world import (
    CENTRAL,
    JIANGDONG,
    NOW,
    STARTS,
    find,
)

EVERYTHING = Keeper(everything=True)
BUREAUS = {Permit.WORK: "foreign-experts", Permit.RESIDENCE: "exit-entry"}
TABLE = Table()


# --- cases -----------------------------------------------------------------------------------------


def _decide(w, permit, state=LegState.APPROVED, reason=""):
    made = Decision(permit, state, reason)
    return decisions.decide(w.case, made, bureau=BUREAUS[permit], actor="lin", now=NOW)


@TABLE.enter("case message", "undecided")
def approve_work(w):
    return _decide(w, Permit.WORK)


@TABLE.enter("case", "undecided")
def approve_residence(w):
    return _decide(w, Permit.RESIDENCE)


@TABLE.enter("case", "undecided")
def refuse_residence(w):
    return _decide(w, Permit.RESIDENCE, LegState.REFUSED, "not complete")


@TABLE.enter("case hold", *CASE)
def take_back(w):
    return case_operations.take_back(
        w.case, Permit.WORK, "an error", bureau=BUREAUS[Permit.WORK], actor="lin", now=NOW
    )


def _place(w, slug, shelf):
    station = find(Station, slug=slug)
    return case_operations.place_papers(w.case, station, shelf, keeper=EVERYTHING, actor="mei", now=NOW)


@TABLE.enter("case hold", *CASE)
def place_papers(w):
    return _place(w, JIANGDONG, "B2")


@TABLE.enter("case", *CASE)
def place_on_shelf(w):
    return _place(w, CENTRAL, "A1")


@TABLE.enter("case hold", *CASE)
def merge_away(w):
    return case_operations.merge(w.case, w.double, "twice", keeper=EVERYTHING, actor="ada", now=NOW)


@TABLE.enter("case", *CASE)
def merge_double(w):
    return case_operations.merge(w.double, w.case, "twice", keeper=EVERYTHING, actor="ada", now=NOW)


@TABLE.enter("case", *CASE)
def tell(_w):
    legs = {Permit.RESIDENCE: LegFacts(LegState.APPROVED)}
    facts = CaseFacts("X-ANNA", 7, "Anna Example", "AB1234821", "two-permits", email="told@example.org",
                      papers_station=JIANGDONG, legs=legs)  # fmt: skip
    return take_in([facts], actor="system", now=NOW)


@TABLE.enter("case message", *CASE, *VISIT)
def remove_contact(w):
    return collecting.remove_contact(w.case_id, "email", now=NOW)


@TABLE.enter("case", "undecided", "choosing")
def pause(w):
    return collecting.pause(w.case_id, actor="person", now=NOW)


# --- messages --------------------------------------------------------------------------------------


@TABLE.enter("message visit", "choosing", "booked")
def send_again(w):
    return replay.send_one_again(w.message_id, tries=None, username="ada", now=NOW)


@TABLE.enter("message", *EVERYWHERE, skips=True)
def send(_w):
    for message in outbox.claim_due("worker", now=NOW, lease=timedelta(minutes=2), limit=50):
        outbox.record(message, Result(Outcome.SENT), started_at=NOW, now=NOW)


# --- what time does --------------------------------------------------------------------------------


def _purge(kind, now):
    return retention.purge_some(next(p for p in PURGES if p.kind == kind), now=now)


@TABLE.enter("visit", "booked", "collected", "cancelled", skips=True)
def forget_visits(_w):
    return _purge(Kind.VISITS, NOW + timedelta(days=40))


@TABLE.enter("case", "collected", skips=True)
def empty_cases(_w):
    return _purge(Kind.COLLECTED_CASES, NOW + timedelta(days=40))


@TABLE.enter("message", "choosing", "booked")
def forget_messages(_w):
    return _purge(Kind.MESSAGES, NOW + timedelta(days=500))


@TABLE.enter("case visit hold entry", *EVERYWHERE)
def rotate(_w):
    for vault in rotation.list_vaults():
        rotation.rotate_some(vault)


@TABLE.enter("entry", "booked", "waits", "choosing", skips=True)
def end_useless(_w):
    return waitlist.end_useless(now=STARTS + timedelta(minutes=1))
