"""Operations on visits that nobody is known to stand behind yet."""

from datetime import timedelta

from app.appointments.booking import provisional
from app.counter import operations as counter
from tests.integration.races.table import Table
from tests.integration.races.world import NOW, sweep

TABLE = Table()


@TABLE.enter("visit", "provisional")
def prove(w):
    return provisional.prove(w.visit, actor="person", now=NOW)


@TABLE.enter("visit entry station message", "provisional", skips=True)
def expire(_w):
    return provisional.expire(now=NOW + timedelta(minutes=31))


@TABLE.enter("visit station", "provisional")
def cancel_of_origin(w):
    return sweep(w.visit, now=NOW)


@TABLE.enter("visit station message", "swept")
def undo_of_origin(w):
    return counter.undo_of_origin(w.sweep, username="mia", now=NOW + timedelta(minutes=1))
