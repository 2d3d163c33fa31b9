"""Hand over at the counter: seen, received, given, and to whom; all or nothing. Runs inside `transact()`."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select

from app.appointments import attendance
from app.appointments.attendance import Handover
from app.appointments.booking import operations
from app.appointments.booking.operations import BookingRequest
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.locks import lock_visit_of_id
from app.appointments.models import Appointment
from app.appointments.queries import get_by_reference
from app.appointments.states import Status
from app.cases.locks import lock_case
from app.cases.models import Case, VisitItemKind
from app.collection import proxies
from app.collection.models import HandoverRecord, Proxy
from app.collection.proxies import ProxyCodeWrong
from app.db import db
from app.errors import DomainError

HOLDER, PROXY = "holder", "proxy"


class IdentityNotSeen(DomainError):
    """Nothing is handed over before the clerk has seen who it is."""

    code: ClassVar[str] = "identity_not_seen"
    status = 422


class AllOrNothing(DomainError):
    """This visit hands over everything or nothing: only some of it was ticked."""

    code: ClassVar[str] = "all_or_nothing"
    status = 422


class MissingPapers(DomainError):
    """Something is handed over, but no paper was received and nobody said why. `papers` are their codes."""

    code: ClassVar[str] = "missing_papers"
    status = 422

    def __init__(self, papers: tuple[str, ...]) -> None:
        super().__init__()
        self.papers = papers


class CollectedSince(DomainError):
    """A later visit handed over the rest; that one is to be taken back first."""

    code: ClassVar[str] = "collected_since"


@dataclass(frozen=True, slots=True)
class CounterNote:
    """What the clerk ticked: identity, papers received, things given, and why not everything."""

    reference: str
    given: frozenset[str] = frozenset()
    papers: frozenset[str] = frozenset()
    identity_seen: bool = False
    reason: str = ""
    whole: bool = False  # the clerk says that nothing is left to hand over; a reason is about papers
    proxy_id: int | None = None  # whose code was right; None: the holder came


def hand_over(note: CounterNote, *, actor: str, now: datetime) -> Appointment:
    """End the visit. With everything given, both permits are issued in this same transaction.

    Raises IdentityNotSeen, AllOrNothing, MissingPapers, ProxyCodeWrong, MissingItems or StatusConflict,
    and then nothing happened.
    """
    visit = get_by_reference(note.reference)
    case = _locked_case(visit)
    if case and note.given and not note.identity_seen:
        raise IdentityNotSeen
    lacking = _check_ticks(note, visit, case) if case and visit.live else ()
    handover = Handover(
        note.reference,
        note.given,
        "" if note.whole else note.reason,
        PROXY if note.proxy_id else HOLDER,
        lacking,
        note.reason if lacking else "",
    )
    visit = attendance.complete(handover, actor=actor, now=now)
    if case and find_record(visit) is None:
        _record(note, visit, case, actor=actor, now=now)
    return visit


def _check_ticks(note: CounterNote, visit: Appointment, case: Case) -> tuple[str, ...]:
    """Return the papers if none was received, for a reason. Raises AllOrNothing or MissingPapers."""
    due = [code for code in attendance.item_codes(visit) if code not in attendance.given_before(visit)]
    given = note.given.intersection(due)
    if given and not case.visit_type.in_parts and len(given) < len(due):
        raise AllOrNothing
    papers = tuple(item.code for item in case.visit_type.items if item.kind == VisitItemKind.PAPER)
    # Some papers are asked of some people only, so one that is not there is no fault; none at all is.
    if not given or (note.papers | _received_before(case)).intersection(papers):
        return ()
    if papers and not note.reason.strip():
        raise MissingPapers(papers)
    return papers


def _received_before(case: Case) -> frozenset[str]:
    """Return the papers that earlier visits of the case have received."""
    records = db.session.scalars(select(HandoverRecord).where(HandoverRecord.case_id == case.id))
    return frozenset(code for record in records for code in record.papers)


def _record(note: CounterNote, visit: Appointment, case: Case, *, actor: str, now: datetime) -> None:
    proxy = _live_proxy(note, case)
    papers = [item.code for item in case.visit_type.items if item.code in note.papers]
    record = HandoverRecord(
        appointment_id=visit.id,
        case_id=case.id,
        handed_at=now,
        handed_by=actor,
        identity_seen=note.identity_seen,
        papers=papers,
        proxy=proxy,
    )
    db.session.add(record)
    if proxy and note.given:
        proxy.used_at = now  # The code is for one time.
    if visit.status == Status.COMPLETED:
        _issue(case, now)


def _live_proxy(note: CounterNote, case: Case) -> Proxy | None:
    if note.proxy_id is None:
        return None
    proxy = proxies.find_live(case.id)
    if proxy is None or proxy.id != note.proxy_id:
        raise ProxyCodeWrong  # It was taken back while the clerk was ticking.
    return proxy


def _issue(case: Case, at: datetime | None) -> None:
    for leg in case.legs:
        leg.issued_at = at


def undo(reference: str, undoing: str, *, actor: str, now: datetime) -> Appointment:
    """Take back the last change of staff, with all that a handover wrote.

    Raises what `attendance.undo` raises, and CollectedSince.
    """
    visit = get_by_reference(reference)
    case = _locked_case(visit)
    if case and case.collected_at and visit.status == Status.INCOMPLETE:
        raise CollectedSince
    collected = visit.status == Status.COMPLETED
    visit = attendance.undo(reference, undoing, actor=actor, now=now)
    record = find_record(visit)
    if case and record:
        _take_back(record)
        if collected:
            _issue(case, None)
    return visit


def _take_back(record: HandoverRecord) -> None:
    if record.proxy and proxies.find_live(record.case_id) is None:
        record.proxy.used_at = None
    db.session.delete(record)


def book_rest(reference: str, starts_at: datetime, *, now: datetime) -> Appointment:
    """Book another visit, at the same station, for what a visit left over.

    Raises StatusConflict when nothing is left over, and what holding and booking raise.
    """
    visit = get_by_reference(reference)
    if visit.status != Status.INCOMPLETE or visit.case_id is None:
        raise attendance.StatusConflict
    wish = HoldRequest(visit.station.slug, visit.service.code, starts_at, case_id=visit.case_id)
    kept = holds.hold(wish, now=now)
    key = f"rest:{reference}:{starts_at.isoformat()}"
    return operations.book(BookingRequest(kept.public_id, key, Contact(), visit.language), now=now)


def find_record(visit: Appointment) -> HandoverRecord | None:
    """Return the record of what happened at the counter."""
    return db.session.scalar(select(HandoverRecord).where(HandoverRecord.appointment_id == visit.id))


def _locked_case(visit: Appointment) -> Case | None:
    """Lock the visit, then its case: the order in which a visit is moved too."""
    if visit.case_id is None:
        return None
    lock_visit_of_id(visit.id)
    return lock_case(visit.case_id)
