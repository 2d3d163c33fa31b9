import re
from datetime import date, time, timedelta

import pytest

from app.appointments.models import Hold
from app.db import db, transact
from app.planning.edits import WeekEdit
from app.planning.models import PlanChange
from app.planning.operations import PlanSave, save_plan
from app.planning.refusals import PlanChanged
from app.stations.models import Closure, OpeningException, OpeningPeriod, Station
from tests import factories
from tests.factories import at

HOURS = "/staff/stations/fuxingcheng/hours"


@pytest.fixture
def browser(cast):
    return cast.tom


@pytest.fixture
def visit(network, cast):
    """A visit on Wednesday at 11:00."""
    return factories.build_appointment(
        cast.fuxingcheng, network.document_check, starts_at=at("2026-11-25", "11:00")
    )


def station():
    db.session.expire_all()
    return db.session.scalars(db.select(Station).where(Station.slug == "fuxingcheng")).one()


def version():
    return station().plan_version


def week(*periods, **more):
    """Return the form's fields: week((1, "09:00", "12:00", 2)) opens on Tuesdays only."""
    data = {"plan_version": version(), **more}
    for i, (weekday, opens, closes, desks) in enumerate(periods):
        data |= {
            f"d{weekday}-{i}-opens": opens,
            f"d{weekday}-{i}-closes": closes,
            f"d{weekday}-{i}-desks": desks,
        }
    return data


def saved():
    rows = db.session.scalars(
        db.select(OpeningPeriod)
        .where(OpeningPeriod.station_id == station().id)
        .order_by(OpeningPeriod.weekday, OpeningPeriod.opens)
    )
    return [(p.weekday, p.opens, p.closes, p.desks) for p in rows]


NEW = ((1, "09:00", "12:00", 2), (1, "13:00", "17:30", 1))


def test_the_form_shows_the_saved_week(browser):
    page = browser.get(HOURS).text

    assert 'name="d0-0-opens" value="09:00"' in page
    assert 'name="d0-1-closes" value="17:00"' in page


def test_nothing_is_saved_before_the_preview_is_confirmed(browser, visit):
    before = saved()

    page = browser.post(f"{HOURS}/week", data=week(*NEW))

    assert page.status_code == 200
    assert "<h1>This change touches 1 booked visit</h1>" in page.text
    assert visit.reference in page.text
    assert "e-mail only" in page.text
    assert saved() == before


def test_the_preview_carries_everything_to_the_save(browser, visit):
    preview = browser.post(f"{HOURS}/week", data=week(*NEW)).text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', preview))

    answer = browser.post(f"{HOURS}/week", data={**fields, "step": "save"})

    assert answer.status_code == 303
    assert saved() == [(1, time(9), time(12), 2), (1, time(13), time(17, 30), 1)]
    assert version() == 3


def test_touched_visits_stay_booked_and_need_a_call(browser, visit):
    browser.post(f"{HOURS}/week", data=week(*NEW, step="save"))

    board = browser.get("/staff/today").text
    assert "Needs a call: 1 visit" in board
    assert visit.reference in board
    assert db.session.get(type(visit), visit.id).status == "booked"
    change = db.session.scalars(db.select(PlanChange)).one()
    assert (change.username, change.kind, change.details["touched"]) == ("tom", "week", [visit.reference])

    browser.post(f"/staff/visits/{visit.reference}/told")

    assert "Needs a call" not in browser.get("/staff/today").text


def test_who_was_told_is_on_the_list_again_after_the_next_change(browser, visit, clock):
    browser.post(f"{HOURS}/week", data=week(*NEW, step="save"))
    browser.post(f"/staff/visits/{visit.reference}/told")
    clock.move(minutes=5)
    browser.post(f"{HOURS}/week", data=week((2, "09:00", "12:00", 1), step="save"))
    assert "Needs a call" not in browser.get("/staff/today").text
    clock.move(minutes=5)

    browser.post(f"{HOURS}/week", data=week(*NEW, step="save"))

    assert "Needs a call: 1 visit" in browser.get("/staff/today").text


def test_holds_in_progress_are_counted(browser, visit, network, cast, now):
    hold = Hold(
        public_id="h", station_id=cast.fuxingcheng.id, service_id=network.document_check.id,
        starts_at=at("2026-11-26", "09:00"), ends_at=at("2026-11-26", "09:20"),
        expires_at=now + timedelta(minutes=15), created_at=now, status="open",
    )  # fmt: skip
    factories.save(hold)

    page = browser.post(f"{HOURS}/week", data=week(*NEW)).text

    assert "1 booked visit and 1 hold in progress" in page


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ((1, "12:00", "09:00", 1), "Tuesday: the closing time must be after the opening time."),
        ((1, "09:00", "09:00", 1), "Tuesday: the closing time must be after the opening time."),
        ((1, "09:00", "", 1), "Tuesday: enter times like 09:00."),
        ((1, "25:00", "26:00", 1), "Tuesday: enter times like 09:00."),
        ((1, "nine", "<b>", 1), "Tuesday: enter times like 09:00."),
        ((1, "09:02", "12:00", 1), "Tuesday: use times in steps of 5 minutes."),
        ((1, "09:00", "12:00", 0), "Tuesday: enter the number of desks, from 1 to 50."),
        ((1, "09:00", "12:00", "9" * 20), "Tuesday: enter the number of desks, from 1 to 50."),
        ((1, "09:00", "12:00", "²"), "Tuesday: enter the number of desks, from 1 to 50."),
    ],
)
def test_a_period_that_cannot_be_is_refused_and_kept(browser, period, words):
    before = saved()

    answer = browser.post(f"{HOURS}/week", data=week(period, (4, "08:00", "10:00", 3), step="save"))

    assert answer.status_code == 422
    assert words in answer.text
    assert 'name="d4-1-opens" value="08:00"' in answer.text
    assert "<title>Error:" in answer.text
    assert saved() == before


def test_overlapping_periods_are_refused(browser):
    overlapping = week((1, "09:00", "12:00", 1), (1, "11:00", "13:00", 1), step="save")

    answer = browser.post(f"{HOURS}/week", data=overlapping)

    assert answer.status_code == 422
    assert "Tuesday: this period overlaps another one of the same day." in answer.text


def test_of_two_managers_the_second_compares_and_saves_again(cast):
    first, second = cast.tom, cast.ada
    seen = version()
    first.post(f"{HOURS}/week", data=week((1, "09:00", "12:00", 1), step="save"))

    stale = week((3, "14:00", "16:00", 2), step="save") | {"plan_version": seen}
    answer = second.post(f"{HOURS}/week", data=stale)

    assert answer.status_code == 409
    assert "Somebody else changed this plan" in answer.text
    assert "tom saved a change" in answer.text
    assert "Tuesday 09:00–12:00" in answer.text
    assert 'name="d3-0-opens" value="14:00"' in answer.text
    assert saved() == [(1, time(9), time(12), 1)]
    assert second.post(f"{HOURS}/week", data=stale | {"plan_version": version()}).status_code == 303


def test_a_plan_that_changed_since_it_was_seen_is_not_saved_over(cast, now):
    """The view looks before; this is the look under the lock, for two saves at the same moment."""
    save = PlanSave("fuxingcheng", WeekEdit(()), version() - 1, "tom")
    before = saved()

    with pytest.raises(PlanChanged):
        transact(save_plan, save, now=now)

    assert saved() == before


def test_back_to_the_form_keeps_what_was_typed(browser):
    page = browser.post(f"{HOURS}/week", data=week(*NEW, step="edit"))

    assert page.status_code == 200
    assert 'name="d1-1-closes" value="17:30"' in page.text


def test_confirming_the_hours_takes_their_warning_away(browser, cast):
    row = station()
    row.hours_confirmed_on = None
    factories.save(row)
    assert "These hours are not confirmed" in browser.get(HOURS).text

    browser.post(f"{HOURS}/week", data=week(*NEW, step="save", confirmed="yes"))

    assert station().hours_confirmed_on == date(2026, 11, 24)
    assert "These hours are not confirmed" not in browser.get(HOURS).text


# --- single days and closures ------------------------------------------------------------------


def day(**fields):
    return {"plan_version": version(), "day": "2026-11-25", "choice": "closed", **fields}


def exceptions():
    db.session.expire_all()
    return [(e.on_day, e.opens, e.closes, e.desks) for e in db.session.scalars(db.select(OpeningException))]


def test_one_day_can_be_closed_and_given_back(browser, visit):
    preview = browser.post(f"{HOURS}/days", data=day()).text
    assert "This change touches 1 booked visit" in preview

    browser.post(f"{HOURS}/days", data=day(step="save", reason_ru="Ремонт"))
    assert exceptions() == [(date(2026, 11, 25), None, None, 1)]
    assert "Ремонт" in browser.get(HOURS).text

    browser.post(f"{HOURS}/days", data=day(choice="week", step="save"))
    assert exceptions() == []


def test_one_day_can_have_its_own_hours(browser):
    hours = {"day-0-opens": "10:00", "day-0-closes": "12:00", "day-0-desks": "2"}

    browser.post(f"{HOURS}/days", data=day(choice="open", step="save", **hours))

    assert exceptions() == [(date(2026, 11, 25), time(10), time(12), 2)]
    assert "<td>10:00–12:00, 2 desks</td>" in browser.get(HOURS).text


@pytest.mark.parametrize("fields", [{"day": ""}, {"day": "2026-11-23"}, {"day": "soon"}, {"choice": "open"}])
def test_a_day_that_cannot_be_is_refused(browser, fields):
    assert browser.post(f"{HOURS}/days", data=day(step="save") | fields).status_code == 422
    assert exceptions() == []


def closure(**fields):
    return {
        "plan_version": version(),
        "from_day": "2026-11-25",
        "from_time": "10:00",
        "until_day": "2026-11-25",
        "until_time": "12:00",
        "reason_en": "Power cut",
        **fields,
    }


def closures():
    db.session.expire_all()
    return db.session.scalars(db.select(Closure)).all()


def test_a_closure_is_planned_on_the_stations_clock_and_removed_again(browser, visit):
    assert visit.reference in browser.post(f"{HOURS}/closures", data=closure()).text
    browser.post(f"{HOURS}/closures", data=closure(step="save"))
    [row] = closures()
    assert (row.starts_at, row.ends_at) == (at("2026-11-25", "10:00"), at("2026-11-25", "12:00"))
    assert row.reason.en == "Power cut"

    removal, remove = {"plan_version": version()}, f"{HOURS}/closures/{row.id}/remove"
    preview = browser.post(remove, data=removal)
    assert "This change touches no booked visit" in preview.text
    browser.post(remove, data=removal | {"step": "save"})

    assert closures() == []
    assert "Needs a call" not in browser.get("/staff/today").text
    again = browser.post(remove, data=removal)
    assert (again.status_code, "Somebody else changed this plan" in again.text) == (409, True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"until_time": "09:00"}, "The closure must end after it starts."),
        ({"from_day": "2026-11-20", "until_day": "2026-11-20"}, "This closure is over already."),
        ({"reason_en": "  "}, "Write the reason in one language at least."),
        ({"from_day": "0001-01-01"}, "Start of the closure: enter a day."),
        ({"from_day": ""}, "Start of the closure: enter a day."),
        ({"until_time": "noon"}, "End of the closure: enter times like 09:00."),
    ],
)
def test_a_closure_that_cannot_be_is_refused_and_kept(browser, fields, words):
    answer = browser.post(f"{HOURS}/closures", data=closure(step="save") | fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert 'name="from_time" value="10:00"' in answer.text
    assert closures() == []


def test_a_closure_of_another_station_cannot_be_removed_through_ones_own(browser, network):
    row = factories.add_closure(network.central, at("2026-12-01", "09:00"), at("2026-12-01", "12:00"))

    answer = browser.post(
        f"{HOURS}/closures/{row.id}/remove", data={"plan_version": version(), "step": "save"}
    )

    assert answer.status_code == 409
    assert len(closures()) == 1


def test_a_reason_is_shown_as_text(browser):
    browser.post(
        f"{HOURS}/closures", data=closure(step="save", reason_en="{{7*7}}<img src=x onerror=alert(1)>")
    )

    page = browser.get(HOURS).text
    assert "<img src=x" not in page
    assert "{{7*7}}&lt;img" in page
