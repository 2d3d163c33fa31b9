"""What the two operations left behind: as plain values to compare, and what must be true of it."""

import itertools
from collections import Counter, defaultdict

from sqlalchemy import select

from app.appointments.availability.slots import cells_of
from app.appointments.models import Appointment, AppointmentEvent, DeskUsage, HandoverItem, Hold, HoldStatus
from app.appointments.reminders.announcing import REMINDER
from app.appointments.states import LIVE, Status
from app.appointments.waitlist.models import TimeOffer, WaitingEntry
from app.cases.models import Case, CaseEvent, CaseEventKind, CaseNotice
from app.cases.readiness import is_complete
from app.collection.models import HandoverRecord, Proxy
from app.db import db
from app.groups.models import Group, Member
from app.notifications.models import MessageStatus, OutboxMessage
from app.planning.models import PlanChange, TouchedVisit
from app.reports import checks
from app.stations.models import Closure, DeskGroup, OpeningException, OpeningPeriod, Station
from tests.integration.races.world import NOW

ENDS = ("cancelled", "ran_out")  # how messages begin that tell the end of a visit
READINESS = (CaseEventKind.READY, CaseEventKind.NOT_READY)


def digest(written, before):
    """Return everything by sections, without the numbers that a sequence or chance gave.

    What nobody wrote to is as it was before.
    """
    db.session.rollback()
    db.session.expire_all()
    reader = _Reader()
    return {
        name: getattr(reader, name)() if before is None or written & tables else before[name]
        for name, tables in SECTIONS.items()
    }


# The sections, and the tables whose rows they tell.
SECTIONS = {
    "visits": {"appointments", "appointment_events"},
    "holds": {"holds"},
    "desks": {"desk_usage"},
    "cases": {"cases", "permit_legs", "case_notices", "case_events"},
    "messages": {"outbox_messages"},
    "offers": {"time_offers"},
    "entries": {"waiting_entries", "waiting_places"},
    "plans": {"stations"},
    "hours": {"opening_periods", "opening_exceptions", "closures", "desk_groups"},
    "changes": {"plan_changes", "touched_visits"},
    "groups": {"groups", "group_members"},
    "given": {"handover_items", "handover_records", "proxies"},
}


class _Reader:
    """Reads the sections."""

    def visits(self):
        self.lines = _lines(AppointmentEvent, "appointment_id")
        return [self._visit(visit) for visit in _all(Appointment)]

    def holds(self):
        return sorted(map(self._hold, _all(Hold)))

    def desks(self):
        return sorted((r.station_id, r.desk_group, r.cell, r.taken) for r in _rows(DeskUsage) if r.taken)

    def cases(self):
        self.case_lines = _lines(CaseEvent, "case_id")
        self.notices = {notice.case_id: notice for notice in _rows(CaseNotice)}
        return [self._case(case) for case in _all(Case)]

    def messages(self):
        cases = dict(db.session.execute(select(Appointment.id, Appointment.case_id)).all())
        return sorted(
            (m.topic, _subject(m, cases), m.kind, m.channel, m.revision, m.status)
            for m in _rows(OutboxMessage)
        )

    def offers(self):
        return [(o.reason, o.answer, o.hold.starts_at, bool(o.appointment_id)) for o in _all(TimeOffer)]

    def entries(self):
        return [self._entry(entry) for entry in _all(WaitingEntry)]

    def plans(self):
        return sorted((s.slug, s.plan_version, bool(s.retired_at)) for s in _rows(Station))

    def hours(self):
        models = (OpeningPeriod, OpeningException, Closure, DeskGroup)
        return [len(db.session.scalars(select(model.station_id)).all()) for model in models]

    def changes(self):
        touched = sorted((t.decision, t.starts_at, t.needs_call) for t in _rows(TouchedVisit))
        return [*((c.kind, bool(c.undone_at)) for c in _all(PlanChange)), *touched]

    def groups(self):
        members = [(m.case_id, m.hold and m.hold.starts_at, bool(m.appointment_id)) for m in _all(Member)]
        return [*(bool(g.booked_at) for g in _all(Group)), *members]

    def given(self):
        return [
            *sorted((i.item_code, i.given_by) for i in _rows(HandoverItem)),
            *((r.handed_by, r.case_id) for r in _all(HandoverRecord)),
            *((p.name, bool(p.revoked_at), bool(p.used_at)) for p in _all(Proxy)),
        ]

    def _visit(self, v):
        events = [
            (e.kind, e.actor, e.details.get("before"), e.details.get("after")) for e in self.lines[v.id]
        ]
        spot = (v.station_id, v.starts_at, v.ends_at, v.desks, v.desk_group)
        contact = (v.name, v.email, v.phone, v.language, bool(v.email_index), bool(v.phone_index))
        key = v.token_encrypted.split(":")[0]
        return (
            v.case_id,
            v.status,
            spot,
            v.revision,
            contact,
            key,
            v.cancelled_by,
            bool(v.confirmed_at),
            bool(v.proved_at),
            events,
        )

    def _hold(self, h):
        return (
            h.station_id, h.starts_at, h.status, h.desks, h.case_id or 0, bool(h.appointment_id),
            h.extensions, h.expires_at,
        )  # fmt: skip

    def _case(self, c):
        legs = [(leg.permit, leg.state, leg.external_version, bool(leg.issued_at)) for leg in c.legs]
        told = self.notices.get(c.id)
        notice = (bool(told.told_at), told.round, bool(told.paused_at)) if told else ()
        facts = (c.papers_station_id, c.shelf, bool(c.ready_at), bool(c.collected_at), bool(c.emptied_at))
        person = (c.full_name, c.passport, c.email, c.phone, c.code_encrypted.split(":")[0])
        lines = sorted(
            (e.kind, e.permit or "", str(sorted(e.details.items()))) for e in self.case_lines[c.id]
        )
        return c.id, c.merged_into_id, facts, person, notice, c.due_on, legs, lines

    def _entry(self, e):
        places = sorted(place.station_id for place in e.places)
        return e.case_id, bool(e.appointment_id), bool(e.ended_at), e.removed_by, e.morning, places


def _subject(message, cases):
    if message.topic == "appointment":
        return cases[message.subject_id]
    return 0 if message.topic in ("offer", "reply", "waiting", "group", "proxy") else message.subject_id


# --- what must be true -----------------------------------------------------------------------------


class State:
    """All rows that matter, read once."""

    def __init__(self):
        db.session.rollback()
        db.session.expire_all()
        self.visits = _all(Appointment)
        self.holds = _all(Hold)
        self.cases = _all(Case)
        self.messages = _all(OutboxMessage)
        self.offers = _all(TimeOffer)
        self.notices = {notice.case_id: notice for notice in _rows(CaseNotice)}
        self.stations = {station.id: station for station in _rows(Station)}
        self.events = _lines(AppointmentEvent, "appointment_id")
        self.case_events = _lines(CaseEvent, "case_id")

    def faults(self):
        """Return a sentence for each promise that does not hold."""
        return sorted(
            {
                *self._desks(),
                *self._one_visit(),
                *(fault for visit in self.visits for fault in self._history(visit)),
                *(fault for visit in self.visits for fault in self._letters(visit)),
                *(fault for case in self.cases for fault in (*self._readiness(case), *self._course(case))),
                *self._offers(),
                *self._nightly(),
            }
        )

    def _desks(self):
        expected = Counter()
        for owner in self.visits + self.holds:
            if owner.status not in (Status.CANCELLED, HoldStatus.USED, HoldStatus.RELEASED):
                for cell in cells_of(owner.interval):
                    expected[owner.station_id, owner.desk_group, cell] += owner.desks
        rows = _rows(DeskUsage)
        taken = {(r.station_id, r.desk_group, r.cell): r.taken for r in rows if r.taken}
        if taken != expected:
            yield f"desks taken {sorted((taken.items()) ^ expected.items())[:3]} are not those of people"
        if any(r.taken > r.capacity for r in rows):
            yield "more is taken than there is"

    def _one_visit(self):
        live = Counter(visit.case_id for visit in self.visits if visit.status in LIVE)
        for case_id, count in live.items():
            case = next(case for case in self.cases if case.id == case_id)
            if count > 1:
                yield f"{count} live visits of one case"
            if case.merged_into_id or case.collected_at:
                yield "a live visit of a case that is closed"
            if case.ready_at is None:
                yield "a live visit of a case that is not ready"

    def _history(self, visit):
        """Walk the lines: each must follow from what was so before, and the last is how the visit is."""
        status, place, changes, asked = None, None, 0, False
        for event in self.events[visit.id]:
            problem = _unlawful(status, place, event)
            if problem:
                yield f"history: {problem}"
            status = _status_after(status, event)
            place = event.details.get("after") or (None if event.kind == "put_back" else place)
            changes += event.kind in REVISES and not (asked and event.kind in ("put_back", "contact_changed"))
            asked = event.kind == "asked_by_us" or (asked and event.kind == "contact_changed")
        if status != visit.status:
            yield f"history ends {status}, the visit is {visit.status}"
        if changes > visit.revision:  # a contact that was corrected elsewhere raises it too
            yield f"history counts {changes} changes, the visit {visit.revision}"
        spot = f"{self.stations[visit.station_id].slug} {visit.starts_at.isoformat()}"
        if place not in (None, spot):
            yield f"history says {place}, the visit {spot}"

    def _letters(self, visit):
        """Nothing may wait to be sent that is not so, and what is so must be told."""
        mine = [m for m in self.messages if m.topic == "appointment" and m.subject_id == visit.id]
        waiting = [m for m in mine if m.status in (MessageStatus.WAITING, MessageStatus.CLAIMED)]
        gone = visit.status == Status.CANCELLED
        for message in waiting:
            if message.revision != visit.revision:
                yield f"{message.kind} waits for a visit as it was"
            elif gone != message.kind.startswith(ENDS):
                yield f"{message.kind} waits for a visit that is {visit.status}"
        if not (visit.email or visit.phone):
            return
        kinds = {m.kind for m in mine if m.revision == visit.revision}
        if gone and not any(kind.startswith(ENDS) for kind in kinds):
            yield "nobody tells that the visit is cancelled"
        booked = visit.status == Status.BOOKED and not visit.asked
        if booked and not any(kind.startswith(REMINDER) for kind in kinds):
            yield "nobody reminds of the visit"

    def _readiness(self, case):
        """A case is ready as its permits and papers say, and its person is told so."""
        wanted = is_complete(case.legs, hands_over=case.papers_station_id is not None)
        if (wanted and not case.merged_into_id) != bool(case.ready_at):
            yield "the case is ready, or not, against its permits and papers"
        told = self.notices.get(case.id)
        if told and bool(told.told_at) != bool(case.ready_at):
            yield "told that it is ready, and it is not, or the other way round"
        waiting = (MessageStatus.WAITING, MessageStatus.CLAIMED)
        mine = [m for m in self.messages if m.topic == "case" and m.subject_id == case.id]
        if any(m.status in waiting for m in mine) and not case.ready_at:
            yield "a message that the case is ready waits, and it is not"

    def _course(self, case):
        """Each line of a permit goes on from the one before, and the last is how the permit is."""
        kinds = [e.kind for e in self.case_events[case.id] if e.kind in READINESS]
        if any(one == other for one, other in itertools.pairwise(kinds)):
            yield f"history of a case: {kinds}"
        states = {}
        for event in self.case_events[case.id]:
            if event.kind == CaseEventKind.LEG:
                if states.get(event.permit, event.details["from"]) != event.details["from"]:
                    yield f"history: {event.permit} was not {event.details['from']}"
                states[event.permit] = event.details["to"]
        for leg in case.legs:
            if states.get(leg.permit, leg.state) != leg.state:
                yield f"{leg.permit} is {leg.state}, its history says {states[leg.permit]}"

    def _offers(self):
        open_holds = {kept.id for kept in self.holds if kept.status == HoldStatus.OPEN}
        visits = {visit.id: visit for visit in self.visits}
        for made in self.offers:
            waits = any(m.topic == "offer" and m.subject_id == made.id
                        and m.status == MessageStatus.WAITING for m in self.messages)  # fmt: skip
            if made.answer and made.hold_id in open_holds:
                yield "an answered offer keeps its desk"
            if made.answer and waits:
                yield "the message of an answered offer waits"
            visit = visits.get(made.appointment_id)
            if (
                made.answer is None
                and made.hold_id in open_holds
                and visit
                and visit.status == Status.CANCELLED
            ):
                yield "a time is offered to a visit that is cancelled"

    def _nightly(self):
        for station in self.stations.values():
            counted = [*checks._counters(station, now=NOW)]
            here = [v for v in self.visits if v.station_id == station.id and v.status in LIVE]
            counted += [*checks._untold(here), *checks._not_offered(station, here)]
            yield from (f"nightly check: {one.code}" for one in counted)


REVISES = {
    "rescheduled",
    "cancelled",
    "restored",
    "moved_by_us",
    "cancelled_by_us",
    "ran_out",
    "put_back",
    "contact_changed",
}
NEEDS_BOOKED = {"rescheduled", "cancelled", "confirmed", "moved_by_us", "cancelled_by_us", "asked_by_us",
                "checked_in", "no_show", "contact_changed", "ran_out"}  # fmt: skip
LEADS_TO = {
    "booked": Status.BOOKED,
    "cancelled": Status.CANCELLED,
    "cancelled_by_us": Status.CANCELLED,
    "ran_out": Status.CANCELLED,
    "restored": Status.BOOKED,
    "put_back": Status.BOOKED,
    **{status: status for status in (Status.CHECKED_IN, Status.NO_SHOW, Status.COMPLETED, Status.INCOMPLETE)},
}


def _unlawful(status, place, event):
    if event.kind in NEEDS_BOOKED and status != Status.BOOKED:
        return f"{event.kind} when {status}"
    if event.kind in ("completed", "incomplete") and status != Status.CHECKED_IN:
        return f"{event.kind} when {status}"
    if event.kind == "restored" and status != Status.CANCELLED:
        return f"restored when {status}"
    if event.kind == "undone" and event.details["undone"] != status:
        return f"{event.details['undone']} undone when {status}"
    before = event.details.get("before")
    return f"{event.kind} from {before}, it was {place}" if before and place and before != place else ""


def _status_after(status, event):
    return event.details["to"] if event.kind == "undone" else LEADS_TO.get(event.kind, status)


def _all(model):
    return list(db.session.scalars(select(model).order_by(model.id)))


def _rows(model):
    return list(db.session.scalars(select(model)))


def _lines(model, of):
    found = defaultdict(list)
    for row in _all(model):
        found[getattr(row, of)].append(row)
    return found
