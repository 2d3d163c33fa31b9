"""Words for permits, their states, the clock and the history of a case, as staff read them."""

from flask_babel import lazy_gettext as _l

from app.cases.finding.search import Shelf
from app.cases.models import CaseEventKind
from app.cases.states import LegState, Permit
from app.cases.working_days import PromiseStanding

PERMITS = {
    Permit.WORK: _l("Work permit"),
    Permit.RESIDENCE: _l("Residence permit"),
}

LEG_STATES = {
    LegState.RECEIVED: _l("Received"),
    LegState.IN_REVIEW: _l("In review"),
    LegState.PAPERS_ASKED: _l("Papers asked for"),
    LegState.APPROVED: _l("Approved"),
    LegState.REFUSED: _l("Refused"),
}

LEG_SHAPES = {
    LegState.RECEIVED: "○",
    LegState.IN_REVIEW: "◐",
    LegState.PAPERS_ASKED: "!",
    LegState.APPROVED: "✓",
    LegState.REFUSED: "✕",
}

STANDINGS = {
    PromiseStanding.IN_TIME: _l("In time"),
    PromiseStanding.NEAR: _l("Near the promise"),
    PromiseStanding.LATE: _l("Past the promise"),
    PromiseStanding.STOPPED: _l("The clock stands: papers are awaited"),
    PromiseStanding.KEPT: _l("Promise kept"),
    PromiseStanding.MISSED: _l("Promise not kept"),
    PromiseStanding.UNKNOWN: _l("Not known"),
}

SHELVES = {
    Shelf.TO_DECIDE: _l("To decide"),
    Shelf.OPEN: _l("Open cases"),
    Shelf.URGENT: _l("Near or past the promise"),
    Shelf.READY: _l("Ready"),
    Shelf.CLOSED: _l("Closed"),
}

EVENTS = {
    CaseEventKind.OPENED: _l("Case opened"),
    CaseEventKind.UPDATED: _l("Updated by the bureaus"),
    CaseEventKind.LEG: _l("Permit decided"),
    CaseEventKind.PAPERS_PLACED: _l("Papers placed"),
    CaseEventKind.READY: _l("Ready to collect"),
    CaseEventKind.NOT_READY: _l("Not ready any more"),
    CaseEventKind.VIEWED: _l("Case opened by staff"),
    CaseEventKind.SHOWN: _l("Name, passport number and contact shown"),
    CaseEventKind.NOTED: _l("Note"),
    CaseEventKind.MERGED: _l("Merged"),
    CaseEventKind.EXPORTED: _l("All data written out for the person"),
}

# What a button says that brings a permit into this state.
CHANGES = {
    LegState.RECEIVED: _l("Received"),
    LegState.IN_REVIEW: _l("Begin the review"),
    LegState.PAPERS_ASKED: _l("Ask for papers"),
    LegState.APPROVED: _l("Approve"),
    LegState.REFUSED: _l("Refuse"),
}
