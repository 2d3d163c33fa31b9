"""Operations of the waiting list and of groups."""

from datetime import timedelta

from app.appointments.booking import answers
from app.appointments.contacts import Contact
from app.appointments.models import Appointment
from app.appointments.waitlist import matching
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.operations import TakingOff
from app.cases.models import Case
from app.groups import operations as groups
from app.groups.operations import GroupDraft
from app.stations.models import Service, Station
from tests.integration.races.table import GONE, VISIT, Table
from tests.integration.races.world import (
    CENTRAL,
    NOW,
    STARTS,
    find,
    hold_group,
    wish,
)

TABLE = Table()


# --- the waiting list ------------------------------------------------------------------------------


@TABLE.enter("entry hold case station", "hoping", "choosing", *VISIT, *GONE, skips=True)
def offer(_w):
    return matching.offer_free_times(find(Station, slug=CENTRAL).id, now=NOW)


@TABLE.enter("entry", "booked", skips=True)
def hand_on(_w):
    return matching.offer_free_times(find(Station, slug=CENTRAL).id, now=NOW + timedelta(minutes=46))


@TABLE.enter("entry visit hold message", "booked", "asked")
def accept(w):
    return answers.take(w.offer, now=NOW)


@TABLE.enter("entry visit", "booked", "asked")
def decline(w):
    return answers.decline(w.offer, now=NOW)


@TABLE.enter("entry", "booked", "waits", "choosing")
def stop_waiting(w):
    return waitlist.stop(w.entry_id, now=NOW)


@TABLE.enter("entry", "booked", "waits", "choosing")
def take_off(w):
    central = find(Station, slug=CENTRAL)
    return waitlist.take_off(TakingOff(w.entry_id, [central], "ada", "called"), now=NOW)


@TABLE.enter("entry visit", "booked", "waits", "moved", "asked")
def join(w):
    return waitlist.join(wish(visit=find(Appointment, reference=w.visit)), now=NOW)


# --- groups ----------------------------------------------------------------------------------------


@TABLE.enter("hold station", "grouped")
def group_hold(w):
    return hold_group(w.group_id, STARTS + timedelta(minutes=20), now=NOW)


@TABLE.enter("hold", "grouped")
def group_extend(w):
    return groups.extend_all(w.group_id, now=NOW)


@TABLE.enter("hold case", "grouped")
def group_book(w):
    return groups.book_all(w.group_id, now=NOW)


@TABLE.enter("hold", "grouped")
def group_start(w):
    other = find(Service, code="document-check")
    draft = GroupDraft("Acme", Contact("", "hr@acme.example", ""), other, "en")
    return groups.start(draft, now=NOW, group_id=w.group_id)


@TABLE.enter("hold", "grouped")
def group_shrink(w):
    return groups.set_cases(w.group_id, [find(Case, number="HK-CLARA")])


@TABLE.enter("hold", "grouped", skips=True)
def group_forget(_w):
    return groups.forget_old(now=NOW + timedelta(hours=25))
