"""The common world of all races, and the situations in which operations meet in it.

Anna's permits lie at the central window, where Boris has the other desk at her time. Each situation
goes on from the one that it names.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from app.appointments import attendance
from app.appointments.booking import operations
from app.appointments.booking.operations import BookingRequest
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.models import Appointment, Hold
from app.appointments.waitlist import matching
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.models import TimeOffer, WaitingEntry
from app.appointments.waitlist.operations import JoinRequest
from app.appointments.waitlist.rules import WaitingWish
from app.cases import notices
from app.cases.models import Case
from app.cases.states import LegState
from app.collection import handover
from app.collection.handover import CounterNote
from app.counter import operations as counter
from app.counter.models import OriginCancellation
from app.counter.operations import CancelRequest
from app.db import db, transact
from app.groups import operations as groups
from app.groups.models import Group
from app.groups.operations import GroupDraft
from app.groups.planning import Block, BlockPart
from app.interval import Interval
from app.localtext import LocalText
from app.notifications.models import MessageStatus, OutboxMessage
from app.planning.decisions import Choice, Decisions
from app.planning.edits import ClosureEdit
from app.planning.models import PlanChange
from app.planning.operations import PlanSave, save_plan
from app.stations.hours.opening_hours import ClosedInterval
from app.stations.models import Station
from tests import factories
from tests.factories import at

DAY = "2026-11-24"
NOW = at(DAY, "09:30")
STARTS, EARLIER, LATER, LAST = (at(DAY, clock) for clock in ("15:50", "15:10", "16:10", "16:30"))
HORIZON = 4  # days: few, since each change of a plan looks at all of them
PHONE = "+8613800138000"
TYPHOON = LocalText("typhoon", "台风", "тайфун")
ITEMS = frozenset({"work_permit", "residence_permit"})
CENTRAL, JIANGDONG = "central-window", "jiangdong"
CLOSED = ClosureEdit(ClosedInterval(Interval(STARTS, STARTS + timedelta(minutes=20)), TYPHOON))


@dataclass(frozen=True)
class World:
    """The names by which operations find what they are about: plain values, for any session."""

    case: str
    case_id: int
    double: str
    hold: str
    visit: str
    group_id: int
    entry_id: int
    offer: str
    batch: str
    message_id: int
    sweep: str

    @classmethod
    def read(cls):
        """Return the names as the rows are now; empty for what there is not."""
        anna, double = (find(Case, number=number) for number in ("HK-ANNA", "HK-DOUBLE"))
        kept = newest(Hold, case_id=anna.id) or newest(Hold, appointment_id=visit_id(anna))
        visit = newest(Appointment, case_id=anna.id)
        entry, offer = newest(WaitingEntry), newest(TimeOffer)
        change, group = newest(PlanChange), newest(Group)
        message = newest(OutboxMessage, status=MessageStatus.FAILED)
        sweep = newest(OriginCancellation)
        return cls(
            case=anna.number,
            case_id=anna.id,
            double=double.number,
            hold=kept.public_id if kept else "",
            visit=visit.reference if visit else "",
            group_id=group.id if group else 0,
            entry_id=entry.id if entry else 0,
            offer=offer.token if offer else "",
            batch=change.batch if change else "",
            message_id=message.id if message else 0,
            sweep=sweep.name if sweep else "",
        )


def find(model, **named):
    return db.session.scalars(select(model).filter_by(**named)).one()


def newest(model, **named):
    wanted = select(model).filter_by(**named).order_by(model.id.desc())
    return db.session.scalar(wanted.limit(1))


def visit_id(case):
    visit = newest(Appointment, case_id=case.id)
    return visit.id if visit else -1


# --- what is there in every situation -------------------------------------------------------------


def build():
    """Build the network and its people."""
    with factories.together():
        network = factories.build_network()
        for service in (network.collect, network.document_check):
            service.horizon_days = HORIZON
        factories.offer(network.jiangdong, network.collect)
        factories.build_transfer(network.central, network.jiangdong)
        factories.build_transfer(network.jiangdong, network.central)
        factories.add_closure(network.central, at("2026-12-01", "09:00"), at("2026-12-01", "12:00"))
        for name in ("anna", "boris", "clara", "double"):
            _case(network, name, legs=(LegState.IN_REVIEW, LegState.IN_REVIEW) if name == "double" else None)
    _visit("boris", STARTS)


def _case(network, name, legs):
    more = {"legs": legs} if legs else {}
    case = factories.build_case(
        network.visit_type,
        None if name == "double" else network.central,
        number=f"HK-{name.upper()}",
        full_name=f"{name.title()} Example",
        email=f"{name}@example.org",
        phone=PHONE if name == "anna" else "",
        passport="AB1234821" if name in ("anna", "double") else f"{name.upper()}1234",
        external_number=f"X-{name.upper()}",
        **more,
    )
    if not legs:
        notices.announce_ready(case, now=NOW)


def _hold(name, starts_at, **more):
    case = find(Case, number=f"HK-{name.upper()}")
    wish = HoldRequest(CENTRAL, "collect-permits", starts_at, case_id=case.id, **more)
    return transact(holds.hold, wish, now=NOW).public_id


def _visit(name, starts_at):
    kept = _hold(name, starts_at)
    return transact(operations.book, BookingRequest(kept, kept, Contact(), "en"), now=NOW)


# --- situations ------------------------------------------------------------------------------------


def undecided():
    """Both bureaus still look at Anna's application; her papers are at the central window."""
    anna = find(Case, number="HK-ANNA")
    anna.ready_at = None
    for leg in anna.legs:
        leg.state, leg.decided_on = LegState.IN_REVIEW, None
    notices.withdraw_ready(anna, now=NOW)
    db.session.commit()


def hoping():
    """Anna waits for a time, and has none."""
    anna_id = find(Case, number="HK-ANNA").id
    transact(lambda: waitlist.join(wish(case=db.session.get_one(Case, anna_id)), now=NOW))


def choosing():
    """Anna has a time kept, and waits for a better one."""
    hoping()
    _hold("anna", STARTS)
    _fail_message("case", find(Case, number="HK-ANNA").id)


def wish(**whose):
    station = find(Station, slug=CENTRAL)
    service = next(o.service for o in station.offers if o.service.code == "collect-permits")
    contact = Contact("Anna", "anna@example.org", "")
    return JoinRequest(service, [station], WaitingWish(morning=False), "en", contact, **whose)


def _fail_message(topic, subject_id):
    mine = (OutboxMessage.topic == topic, OutboxMessage.subject_id == subject_id)
    first = select(OutboxMessage.id).where(*mine).order_by(OutboxMessage.id).limit(1).scalar_subquery()
    failed = update(OutboxMessage).where(OutboxMessage.id == first)
    db.session.execute(failed.values(status=MessageStatus.FAILED, finished_at=NOW, reason="refused"))
    db.session.commit()


def grouped():
    """An employer keeps times for Anna and Clara."""
    cases = [find(Case, number=number) for number in ("HK-ANNA", "HK-CLARA")]
    service = find(Station, slug=CENTRAL).offers[0].service
    assert service.code == "collect-permits"
    draft = GroupDraft("Acme", Contact("", "hr@acme.example", ""), service, "en")
    group = transact(groups.start, draft, now=NOW)
    transact(groups.set_cases, group.id, cases)
    transact(hold_group, group.id, EARLIER, now=NOW)


def hold_group(group_id, starts_at, *, now):
    """Keep times for all of a group, one after another."""
    members = [m.id for m in groups.waiting_members(groups.get_group(group_id))]
    step = timedelta(minutes=20)
    parts = tuple(BlockPart(starts_at + n * step, starts_at + (n + 1) * step, 1) for n in range(len(members)))
    return groups.hold_all(group_id, CENTRAL, Block(parts), members=members, asked_from="::1", now=now)


def booked():
    """Anna has a visit, a time to move it to, and an offer of an earlier one."""
    visit = _visit("anna", STARTS)
    _fail_message("appointment", visit.id)
    transact(lambda: waitlist.join(wish(visit=db.session.get_one(Appointment, visit.id)), now=NOW))
    transact(matching.offer_free_times, find(Station, slug=CENTRAL).id, now=NOW)
    _hold("anna", LATER, moves=visit.id)


def waits():
    """Anna has a visit and waits for an earlier one; nothing is offered to her yet."""
    visit = _visit("anna", STARTS)
    transact(lambda: waitlist.join(wish(visit=db.session.get_one(Appointment, visit.id)), now=NOW))


def cancelled():
    """Anna cancelled her visit just now."""
    transact(operations.cancel, _visit("anna", STARTS).reference, now=NOW)


def present():
    """Anna is at the counter."""
    transact(attendance.check_in, _visit("anna", STARTS).reference, actor="mei", now=NOW)


def collected():
    """Anna has everything."""
    present()
    note = CounterNote(newest(Appointment).reference, ITEMS, frozenset({"passport"}), identity_seen=True)
    transact(handover.hand_over, note, actor="mei", now=NOW)


def _displaced(choice):
    _visit("anna", STARTS)
    transact(close, choice, now=NOW)


def close(choice, *, now, edit=CLOSED):
    """Save a change of the central window's plan, as somebody who saw it as it is now."""
    station = find(Station, slug=CENTRAL)
    return save_plan(PlanSave(CENTRAL, edit, station.plan_version, "ada"), Decisions(for_all=choice), now=now)


def moved():
    """A closure moved Anna's visit; it can be undone."""
    _displaced(Choice.MOVE)


def asked():
    """A closure asks Anna to choose; it can be undone."""
    _displaced(Choice.ASK)


def ended():
    """A closure cancelled Anna's visit; it can be undone."""
    _displaced(Choice.CANCEL)


def provisional():
    """Anna's visit is as one without a case would be: her link has to be opened soon."""
    visit = _visit("anna", STARTS)
    visit.proved_at, visit.provisional_until, visit.asked_from = None, NOW + timedelta(minutes=30), "anna's"
    db.session.commit()


def swept():
    """A manager cancelled all bookings of Anna's network; it can be undone."""
    provisional()
    transact(sweep, newest(Appointment).reference, now=NOW)


def sweep(reference, *, now):
    """Cancel what was booked from the network of a visit."""
    own = db.session.scalars(select(Station)).all()
    return counter.cancel_of_origin(CancelRequest(reference, {reference}, own, "mia"), now=now)


SITUATIONS = {
    situation.__name__: situation
    for situation in (
        undecided, hoping, choosing, grouped, booked, waits, cancelled, present, collected,
        moved, asked, ended, provisional, swept,
    )
}  # fmt: skip
