"""Fill a network through its own pages: everything that makes a page look unusual is somewhere in it."""

import re
from typing import Any

from flask import Flask
from sqlalchemy import select, text

from app.appointments.waitlist.models import WaitingEntry
from app.cases.models import Case
from app.db import db
from tests.conftest import Clock
from tests.factories import HASHER
from tests.walker.browser import Browser
from tests.walker.page import Form, Page


class Filler:
    """Somebody who knows which form is which, and presses until it is saved."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def open(self, address: str) -> Page:
        page = self.browser.open(address)
        assert page.status < 400, f"{self.browser.name}: {address} answers {page.status}"
        return page

    def send(self, part: str, button: str = "", **typed: Any) -> Page:
        """Fill the form of this page whose action has this part and which has these names, and send it."""
        page = self.browser.page
        assert page is not None
        typed = {_name_of(name): value for name, value in typed.items()}
        fit = (f for f in page.forms if part in f.action and all(f.named(n) for n in typed))
        form = next(
            (f for f in fit if not button or any(button in f"{b.name}={b.value}" for b in f.buttons)), None
        )
        assert form, (
            f"{self.browser.name}: no form {part}, {button}, {list(typed)} on {page.address}: {_forms(page)}"
        )
        filled = as_is(form) | {n: v if isinstance(v, list) else [v] for n, v in typed.items()}
        pressed = next((b for b in form.buttons if button in f"{b.name}={b.value}"), None)
        answer = self.browser.press(form, filled, (pressed.name, pressed.value) if pressed else None)
        said = f"{answer.heading} {answer.complaints()} {self.browser.failures}"
        done = answer.status < 400 and not _refused(answer)
        assert done, f"{self.browser.name}: {form.action} with {typed}: {answer.status} {said}"
        return answer

    def save(self, part: str, **typed: Any) -> Page:
        """Send a change of the plan, and save it when its effect is shown."""
        self.send(part, **typed)
        return self.send("", button="step=save")


def _name_of(name: str) -> str:
    """Return the name of a control, whose dashes no keyword of Python may have."""
    return name.replace("_", "-") if re.match(r"(d\d|day_\d|g\d)", name) else name


def as_is(form: Form) -> dict[str, list[str]]:
    """Return what a form sends when nobody touches it."""
    sent: dict[str, list[str]] = {}
    for one in form.fields:
        if one.kind not in ("checkbox", "radio") or one.checked:
            sent.setdefault(one.name, []).append(one.value)
    return sent


def _refused(page: Page) -> bool:
    return page.is_html and bool(page.root.xpath("//*[contains(concat(' ', @class, ' '), ' errors ')]"))


def _forms(page: Page) -> str:
    return "; ".join(f"{f.method} {f.action} {f.names}" for f in page.forms)


# --- the network ----------------------------------------------------------------------------------

WEDNESDAY, THURSDAY, FRIDAY = "2026-11-25", "2026-11-26", "2026-11-27"
REASON = {"reason_en": "Typhoon", "reason_zh": "台风", "reason_ru": "Тайфун"}


def fill_network(flask_app: Flask, clock: Clock, languages: dict[str, str], password: str) -> dict[str, Any]:
    """Fill an empty database, and return what the people of the network know."""
    runner = flask_app.test_cli_runner()
    for command in (["seed", "load"], ["seed", "demo"]):
        done = runner.invoke(args=command)
        assert done.exit_code == 0, done.output
    keys = _read_keys(flask_app)
    with flask_app.app_context(), db.engine.begin() as connection:
        for username, language in languages.items():
            renamed = text(
                "UPDATE users SET language = :l, name = :n, password_hash = :h WHERE username = :u"
            )
            values = {"l": language, "u": username, "n": username.upper(), "h": HASHER.hash(password)}
            connection.execute(renamed, values)
    staff = {name: _staff(flask_app, name, password) for name in languages}
    _plan(staff["tom"])
    _points(staff["ada"])
    _people(flask_app, keys)
    clock.move(hours=2)
    # Whoever was away for so long signs in again.
    staff = {name: _staff(flask_app, name, password) for name in languages}
    _day(staff["mei"], staff["tom"])
    _messages(flask_app, staff["tom"])
    return {
        "keys": keys,
        "password": password,
        "cookies": {name: filler.browser.cookies() for name, filler in staff.items()},
    }


def _read_keys(flask_app: Flask) -> list[dict[str, str]]:
    """Return link, code and last 4 of the cases that are ready, in the order of their numbers."""
    with flask_app.app_context():
        cases = db.session.scalars(select(Case).where(Case.ready_at.is_not(None)).order_by(Case.number))
        return [
            {"link": c.link, "code": c.code, "last4": c.passport_last4, "language": c.language} for c in cases
        ]


def _staff(flask_app: Flask, name: str, password: str) -> Filler:
    filler = Filler(Browser(name, flask_app, "en", "/staff/today"))
    filler.open("/staff")
    filler.send("/staff", username=name, password=password)
    return filler


def _plan(tom: Filler) -> None:
    """Give the manager's points special days, closures that overlap, desk groups and held desks."""
    central, fuxingcheng = (f"/staff/stations/{slug}/hours" for slug in ("central-window", "fuxingcheng"))
    tom.open(central)
    tom.save("/week", d3_2_opens="17:30", d3_2_closes="19:00", d3_2_desks="2", d4_0_desks="3", d4_0_held="1")
    tom.save(
        "/days",
        day="2026-12-05",
        choice="open",
        day_0_opens="10:00",
        day_0_closes="12:00",
        day_0_desks="2",
        **REASON,
    )
    tom.save("/days", day="2026-12-08", choice="closed", **REASON)
    for first, last in (("09:00", "11:00"), ("10:00", "12:00")):
        typed = {"from_day": "2026-12-10", "from_time": first, "until_day": "2026-12-10", "until_time": last}
        tom.save("/closures", **typed, **REASON)
    tom.save("/week", starts="2026-12-14", d0_0_desks="1")
    tom.open(central)
    names = {"g1_name_en": "Desk B", "g1_name_zh": "二号柜台", "g1_name_ru": "Окно Б"}
    tom.save("/groups", **names, g1_services=["permit-advice"], g1_slot="30")
    tom.save("/week", d1_2_opens="09:00", d1_2_closes="12:00", d1_2_desks="1", d1_2_group="1")
    tom.open(fuxingcheng)
    # One day that a few people fill.
    tom.save(
        "/days",
        day=FRIDAY,
        choice="open",
        day_0_opens="09:00",
        day_0_closes="09:30",
        day_0_desks="1",
        **REASON,
    )


def _points(ada: Filler) -> None:
    """Retire one point, and begin a draft of another one."""
    ada.open("/staff/points/bonded-zone/retire")
    ada.send("/retire")
    ada.open("/staff/points/meilan")
    ada.send(
        "/staff/points/meilan",
        notice_en="Ring the bell.",
        notice_zh="请按门铃。",
        notice_ru="Позвоните в дверь.",
    )
    ada.open("/staff/calendar/2027")


def _people(flask_app: Flask, keys: list[dict[str, str]]) -> None:
    """Let people book, wait, come as a group, name a proxy, and tell of a mistake."""
    for number in range(4):
        _visitor(flask_app, number)
    person = Filler(Browser("waiting", flask_app, "ru", "/ru/"))
    for number, place in enumerate(("fuxingcheng", "fuxingcheng", "meilan")):
        person.open(f"/ru/book/waiting?place={place}&service=permit-advice")
        person.send("/waiting", name=f"Ван Ли {number}", email=f"waits{number}@example.org", places=[place])
    with flask_app.app_context():
        links = [entry.token for entry in db.session.scalars(select(WaitingEntry))]
    for link in links:
        person.open(f"/w/{link}")
    person.open("/ru/places/meilan/report")
    person.send("/report", message="Дверь с другой стороны", contact="teller@example.org")
    employer = Filler(Browser("employer", flask_app, "en", "/en/business"))
    employer.open("/en/business")
    employer.send(
        "/business",
        company="海南公司",
        email="group@example.org",
        service="document-check",
        people="2",
        consent="y",
    )
    employer.send("/business/hold")
    employer.send("/business/book")
    holder = Filler(Browser("holder", flask_app, "en", f"/c/{keys[1]['link']}"))
    holder.open(f"/c/{keys[1]['link']}")
    holder.open("/en/collect/proxy")
    holder.send("/proxy", name="Ли Мин", relation="spouse")


def _visitor(flask_app: Flask, number: int) -> None:
    person = Filler(Browser(f"visitor{number}", flask_app, "en", "/en/"))
    page = person.open(f"/en/book/time?place=fuxingcheng&service=permit-advice&first={FRIDAY}")
    slots = [b.value for f in page.forms for b in f.buttons if FRIDAY in b.value] if number else []
    person.send("/hold", button=slots[0] if slots else "")
    person.send("/details", name=f"Ana Ruiz {number}", email=f"visitor{number}@example.org")
    person.send("/check")


def _day(mei: Filler, tom: Filler) -> None:
    """Let the counter see who came and who did not."""
    page = mei.open("/staff/today")
    for form in [f for f in page.forms if "/check-in" in f.action][:1]:
        mei.open("/staff/today")
        mei.send(form.action)
    page = tom.open("/staff/today?station=fuxingcheng")
    for form in [f for f in page.forms if "/no-show" in f.action][:1]:
        tom.send(form.action)


def _messages(flask_app: Flask, tom: Filler) -> None:
    """Let messages go out and some fail, and let a broadcast wait for a second person."""
    assert flask_app.test_cli_runner().invoke(args=["messages", "deliver"]).exit_code == 0
    with flask_app.app_context(), db.engine.begin() as connection:
        ids = connection.scalars(
            text("SELECT id FROM outbox_messages WHERE status = 'sent' ORDER BY id")
        ).all()[:6]
        for number, state in zip(
            ids, ("failed", "failed", "bounced", "skipped", "held", "failed"), strict=False
        ):
            statement = text("UPDATE outbox_messages SET status = :s, reason = :r WHERE id = :i")
            connection.execute(statement, {"s": state, "r": "address bounced before", "i": number})
    tom.open("/staff/broadcasts/new")
    titles = {"title_en": "Door", "title_zh": "大门", "title_ru": "Дверь"}
    bodies = {"body_en": "Use the side door.", "body_zh": "请走侧门。", "body_ru": "Вход сбоку."}
    tom.send("/broadcasts/new", last_day="2026-12-20", **titles, **bodies)
    tom.send("/broadcasts/new", button="step=save")
