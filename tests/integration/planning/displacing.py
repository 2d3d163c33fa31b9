"""Steps of tests in which a change of a plan displaces people."""

import re
from dataclasses import dataclass

from app.appointments.booking.operations import BookingRequest, book
from app.appointments.contacts import Contact
from app.appointments.holds.operations import HoldRequest, hold
from app.appointments.models import DeskUsage
from app.db import db, transact
from app.interval import Interval
from app.localtext import LocalText
from app.notifications.models import MessageStatus, OutboxMessage
from app.planning.models import PlanChange
from app.stations.models import Station
from tests.factories import at

HOURS = "/staff/stations/fuxingcheng/hours"
TYPHOON = LocalText("typhoon", "台风", "тайфун")
MORNING = Interval(at("2026-11-25", "09:00"), at("2026-11-25", "12:00"))
ELEVEN = at("2026-11-25", "11:00")


@dataclass(frozen=True)
class Named:
    """A station or service by its name, for threads that cannot share rows."""

    slug: str

    @property
    def code(self):
        return self.slug


def make(station, service, starts_at, now, people=1, **contact):
    """Book as people do, so that desks are taken and messages wait."""
    given = {"name": "Maria Example", "email": "maria@example.org", **contact}
    kept = transact(hold, HoldRequest(station.slug, service.code, starts_at, people), now=now)
    request = BookingRequest(kept.public_id, kept.public_id, Contact(**given), "en")
    return transact(book, request, now=now)


def again(row):
    db.session.expire_all()
    return db.session.get(type(row), row.id)


def station(slug="fuxingcheng"):
    db.session.expire_all()
    return db.session.scalars(db.select(Station).where(Station.slug == slug)).one()


def closure(**fields):
    return {
        "plan_version": station().plan_version, "from_day": "2026-11-25", "from_time": "09:00",
        "until_day": "2026-11-25", "until_time": "12:00", "reason_en": "typhoon", "reason_zh": "台风",
        "reason_ru": "тайфун", **fields,
    }  # fmt: skip


def hidden(page):
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: value for name, value in found if name != "csrf_token"}


def close_morning(browser, **fields):
    """Go through the preview and save; the answer to the save."""
    page = browser.post(f"{HOURS}/closures", data=closure()).text
    data = {**hidden(page), "for_all": "move", "step": "save", **fields}
    return browser.post(f"{HOURS}/closures", data=data)


def messages(visit, status=MessageStatus.WAITING):
    db.session.expire_all()
    rows = db.session.scalars(
        db.select(OutboxMessage)
        .where(OutboxMessage.subject_id == visit.id, OutboxMessage.status == status)
        .order_by(OutboxMessage.send_at)
    )
    return [(m.kind, m.send_at) for m in rows]


def desks_taken():
    db.session.expire_all()
    rows = db.session.scalars(db.select(DeskUsage).where(DeskUsage.taken > 0))
    return {(row.station_id, row.cell): row.taken for row in rows}


def batch():
    """Return the name of the one save."""
    return db.session.scalars(db.select(PlanChange).where(PlanChange.kind != "undone")).one().batch
