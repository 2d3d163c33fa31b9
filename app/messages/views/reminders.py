"""When people are reminded: the rules of each service, and what a visit would get from them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.appointments.reminders import changes as plan_changes
from app.appointments.reminders.changes import PlanEdit
from app.appointments.reminders.models import ReminderPlan
from app.appointments.reminders.plan import Booking, PlannedReminder, planned
from app.db import db, transact
from app.errors import DomainError
from app.messages import wording
from app.messages import wording as message_wording
from app.staff.frame import frame
from app.staff.permissions import get_member, requires
from app.stations import queries as stations
from app.stations.models import Service
from app.stations.reminder_rules import By, ReminderRule, RuleTrouble, rules_of, trouble_of
from app.typed import find_day, read_number, read_time
from app.wording import sentence

bp = Blueprint("staff_reminders", __name__, template_folder="../templates", url_prefix="/staff/reminders")
bp.context_processor(frame)

ROWS = 6
COLUMNS = ("days", "at", "minutes", "by", "earliest", "latest", "hours")
ZONE = "Asia/Shanghai"  # of the example; a real visit has its station's


@dataclass
class RulesForm:
    """The rules as typed or as saved: one row of texts for each."""

    rows: list[dict[str, str]]
    version: int
    rules: tuple[ReminderRule, ...] = ()
    errors: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def saved(cls, service: Service) -> "RulesForm":
        rules = tuple(rules_of(service.reminder_plan))
        return cls(_padded([_shown(rule) for rule in rules]), service.reminder_version, rules)

    @classmethod
    def sent(cls) -> "RulesForm":
        rows = [
            {name: request.form.get(f"{name}-{i}", "").strip()[:20] for name in COLUMNS} for i in range(ROWS)
        ]
        form = cls(rows, request.form.get("version", 0, type=read_number))
        form._read()
        return form

    def _read(self) -> None:
        rules = []
        for number, row in enumerate(self.rows):
            if not (row["days"] or row["at"] or row["minutes"]):
                continue
            try:
                rule = _rule(row)
                trouble = trouble_of(rule)
            except ValueError:
                trouble = RuleTrouble.WHEN
            if trouble:
                self.errors.append((f"days-{number}", message_wording.reminder_trouble(trouble, number + 1)))
            else:
                rules.append(rule)
        names = [rule.name for rule in rules]
        if len(set(names)) < len(names):
            self.errors.append(("days-0", _("Two reminders are for the same moment. Remove one.")))
        self.rules = tuple(rules)


def _rule(row: dict[str, str]) -> ReminderRule:
    """Return the rule of a typed row. Raises ValueError for what is no number and no time."""
    return ReminderRule(
        days=_number(row["days"]),
        at=read_time(row["at"]) if row["at"] else None,
        minutes=_number(row["minutes"]),
        by=By(row["by"] or By.ANY),
        earliest=read_time(row["earliest"]) if row["earliest"] else ReminderRule().earliest,
        latest=read_time(row["latest"]) if row["latest"] else ReminderRule().latest,
        hours_after_booking=_number(row["hours"] or "1"),
    )


def _number(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ValueError(text)
    return int(text)


def _shown(rule: ReminderRule) -> dict[str, str]:
    return {
        "days": str(rule.days) if rule.at else "",
        "at": f"{rule.at:%H:%M}" if rule.at else "",
        "minutes": "" if rule.at else str(rule.minutes),
        "by": rule.by.value,
        "earliest": f"{rule.earliest:%H:%M}",
        "latest": f"{rule.latest:%H:%M}",
        "hours": str(rule.hours_after_booking),
    }


def _padded(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    blank = dict.fromkeys(COLUMNS, "")
    return [*rows, *(dict(blank) for _ in range(ROWS - len(rows)))]


@bp.get("")
@requires(Role.ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    rows = [(service, rules_of(service.reminder_plan)) for service in stations.list_services()]
    return render_template("messages/reminders.html", rows=rows, rule_words=message_wording.rule_words)


@bp.get("/<code>")
@requires(Role.ADMINISTRATOR)
def show(code: str) -> ResponseReturnValue:
    service = _service(code)
    return _page(service, RulesForm.saved(service))


@bp.post("/<code>")
@requires(Role.ADMINISTRATOR)
def edit(code: str) -> ResponseReturnValue:
    """Show what a visit would get from the typed rules, or save them: as `step` says."""
    service, form = _service(code), RulesForm.sent()
    if form.errors:
        return _page(service, form), 422
    if request.form.get("step") != "save":
        return _page(service, form)
    change = PlanEdit(service.id, form.rules, form.version, get_member().username)
    try:
        transact(plan_changes.save_plan, change, now=clock.now())
    except DomainError as refusal:
        db.session.expire(service)
        form.version = service.reminder_version
        return _page(service, form, refusal=sentence(refusal)), refusal.status
    flash(_("The reminders are saved. Visits booked before follow within a minute or two."))
    return redirect(url_for(".show", code=code), 303)


def _service(code: str) -> Service:
    found = next((service for service in stations.list_services() if service.code == code), None)
    if found is None:
        abort(404)
    return found


def _page(service: Service, form: RulesForm, refusal: str = "") -> str:
    example = _example()
    return render_template(
        "messages/reminder_plan.html",
        service=service,
        form=form,
        refusal=refusal,
        example=example,
        preview=_preview(form, example),
        ways=By,
        way_words=message_wording.WAYS,
        last=_last_change(service),
        kind_words=wording.message_kind,
        zone=ZONE,
    )


def _example() -> dict[str, str]:
    """Return the visit of the preview: as asked for, or in ten days at 10:20, booked now."""
    asked = {name: request.values.get(name, "")[:20] for name in ("visit_day", "visit_time", "booked_day")}
    today = clock.now().astimezone(ZoneInfo(ZONE)).date()
    usual = {
        "visit_day": today.fromordinal(today.toordinal() + 10).isoformat(),
        "visit_time": "10:20",
        "booked_day": today.isoformat(),
    }
    return {name: asked[name] or usual[name] for name in usual}


def _preview(form: RulesForm, example: dict[str, str]) -> list[PlannedReminder]:
    day, booked = find_day(example["visit_day"]), find_day(example["booked_day"])
    try:
        at = read_time(example["visit_time"])
    except ValueError:
        return []
    if form.errors or not day or not booked:
        return []
    zone = ZoneInfo(ZONE)
    starts_at = datetime.combine(day, at, zone).astimezone(UTC)
    booked_at = datetime.combine(booked, time(9), zone).astimezone(UTC)
    return planned(Booking(starts_at, ZONE, booked_at, ("email", "sms")), form.rules, now=booked_at)


def _last_change(service: Service) -> ReminderPlan | None:
    wanted = select(ReminderPlan).where(ReminderPlan.service_id == service.id)
    return db.session.scalar(wanted.order_by(ReminderPlan.id.desc()).limit(1))
