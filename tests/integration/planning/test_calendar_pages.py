"""A year of the official calendar: seen, imported with its effect shown first, undone."""

import io
import re
from datetime import date

import pytest

from app.db import db
from app.stations.hours import calendar
from app.stations.hours.calendar import read_notice, read_year
from app.stations.hours.plans import read_calendar
from app.stations.models import CalendarStatus
from tests import factories
from tests.factories import at
from tests.integration.planning.displacing import again, hidden, make, messages

YEAR = "/staff/calendar/2026"
HEADER = "day,kind,name_en,name_zh,name_ru,works_as,note\n"
THURSDAY_OFF = HEADER + "2026-11-26,day_off,City day,城市日,День города,,\n"


def notice(browser, text=THURSDAY_OFF, year=2026, **fields):
    address = f"/staff/calendar/{year}"
    page = browser.get(address).text
    data = {
        **hidden(page),
        "form": "notice",
        "status": "official",
        "source": "gov.cn 2026",
        "days": text,
        **fields,
    }
    return browser.post(address, data=data)


def save(browser, preview, **fields):
    return browser.post(YEAR, data={**hidden(preview.text), "step": "save", **fields})


@pytest.fixture
def visit(network, cast, now):
    return make(cast.fuxingcheng, network.document_check, at("2026-11-26", "10:00"), now)


def test_years_are_listed_with_state_and_source_and_next_year_too(cast, network):
    page = cast.tom.get("/staff/calendar").text

    assert "State Council notice" in page
    assert re.search(r">2027</a></th>\s*<td>not published: nothing can be booked", page)


def test_the_page_of_the_hours_says_which_year_cannot_be_booked(cast, clock):
    assert "2027 is not published officially" in cast.tom.get("/staff/stations/fuxingcheng/hours").text

    factories.save(calendar.CalendarYear(year=2027, status="official", source="x"))
    cast.fuxingcheng.plan_version += 1
    db.session.commit()

    assert "is not published officially" not in cast.tom.get("/staff/stations/fuxingcheng/hours").text


def test_the_difference_and_whom_it_touches_are_seen_before_anything_is_saved(cast, visit):
    before = read_year(2026)

    page = notice(cast.ada)

    assert page.status_code == 200
    assert "Thursday 26 November 2026" in page.text
    assert "No more:" in page.text
    assert visit.reference in page.text
    assert "This change touches 1 booked visit" in page.text
    assert read_year(2026) == before


def test_saving_moves_people_and_undo_brings_days_and_people_back(cast, visit, now):
    before = read_year(2026)
    save(cast.ada, notice(cast.ada), for_all="move")

    assert date(2026, 11, 26) in read_calendar().days_off
    assert again(visit).starts_at != at("2026-11-26", "10:00")
    assert messages(visit)[0][0] == "moved_by_us"

    batch = re.search(r"/staff/changes/([^/\"]+)/undo", cast.ada.get("/staff/today").text)[1]
    cast.ada.post(f"/staff/changes/{batch}/undo")

    assert read_year(2026) == before
    assert again(visit).starts_at == at("2026-11-26", "10:00")


def test_a_file_goes_before_the_text(cast, network):
    text = HEADER + "2026-12-24,day_off,Eve,平安夜,Сочельник,,\n"

    page = notice(cast.ada, "nonsense", notice=(io.BytesIO(text.encode()), "days.csv"))
    save(cast.ada, page)

    assert [day.day for day in read_year(2026).days] == [date(2026, 12, 24)]


def test_a_new_year_opens_when_its_notice_is_imported(cast, network):
    text = HEADER + "2027-01-01,day_off,New Year's Day,元旦,Новый год,,\n"
    page = notice(cast.ada, text, year=2027, complete="1")
    cast.ada.post("/staff/calendar/2027", data={**hidden(page.text), "step": "save"})

    assert read_year(2027).status == CalendarStatus.OFFICIAL
    assert 2027 in read_calendar().known_years


def test_a_year_that_is_taken_back_cannot_be_booked(cast, visit):
    page = notice(cast.ada, status="unpublished")
    assert visit.reference in page.text

    save(cast.ada, page, for_all="keep")

    assert 2026 not in read_calendar().known_years


def test_which_weekday_a_make_up_day_works_as_is_changed_on_the_page(cast, network):
    page = cast.ada.get(YEAR).text
    data = {**hidden(page), "form": "weekdays", "works-2026-10-10": "0"}

    preview = cast.ada.post(YEAR, data=data)
    assert "works as Monday" in preview.text
    cast.ada.post(YEAR, data={**data, "step": "save"})

    assert read_calendar().makeup_workdays[date(2026, 10, 10)] == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The list has no days."),
        (HEADER, "The list has no days."),
        ("day;kind\n", "“day;kind”"),
        (HEADER + "2026-13-01,day_off,A,B,C,,\n", "Line 2 of the list, “day”: it must be a day of"),
        (HEADER + "2027-01-01,day_off,A,B,C,,\n", "Line 2 of the list, “day”: it must be a day of"),
        (
            HEADER + "2026-10-10,makeup_workday,A,B,C,7,\n",
            "Line 2 of the list, “works_as”: it must be 0",
        ),
        (
            HEADER + "2026-10-10,makeup_workday,A,B,C,,\n",
            "Line 2 of the list, “works_as”: it must be 0",
        ),
        (
            HEADER + "2026-10-10,holiday,A,B,C,,\n",
            "Line 2 of the list, “kind”: it must be day_off",
        ),
        ("day,kind,notes\n2026-10-10,day_off,\n", "the first line must be: day,kind,name_en,name_zh"),
        (HEADER + '2026-10-10,day_off,"A\n', "cannot be read"),
        (HEADER + "2026-10-10,day_off,A\n", "cannot be read"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_with_its_line_and_kept(cast, network, text, words):
    before = read_year(2026)

    answer = notice(cast.ada, text, step="save")

    assert answer.status_code == 422
    assert words in answer.text
    assert "gov.cn 2026" in answer.text
    assert read_year(2026) == before


def test_a_file_that_is_no_text_is_refused(cast, network):
    answer = notice(cast.ada, notice=(io.BytesIO(b"\x00\xff\xfePK\x03\x04" * 50), "days.xlsx"))

    assert answer.status_code == 422


def test_the_second_of_two_administrators_compares(cast, network):
    page = cast.ada.get(YEAR).text
    save(cast.ada, notice(cast.ada))

    late = {**hidden(page), "form": "notice", "status": "official", "source": "late", "days": THURSDAY_OFF}
    answer = cast.ada.post(YEAR, data={**late, "step": "save"})

    assert answer.status_code == 409
    assert "Somebody changed this year" in answer.text
    assert read_year(2026).source == "gov.cn 2026"


def test_only_administrators_change_it(cast, network):
    assert "Import a notice" not in cast.tom.get(YEAR).text
    assert cast.tom.post(YEAR, data={"form": "notice", "days": THURSDAY_OFF}).status_code == 403


@pytest.mark.parametrize("year", ["1999", "99999", "0"])
def test_a_year_far_away_is_not_found(cast, year):
    assert cast.ada.get(f"/staff/calendar/{year}").status_code == 404


# --- the command ----------------------------------------------------------------------------------


def run(runner, path, *more, given=""):
    args = ["calendar", "import", str(path), "--year", "2026", "--source", "gov.cn", *more]
    return runner.invoke(args=args, input=given)


def test_the_command_shows_the_difference_and_asks(network, cast, runner, tmp_path, visit):
    path = tmp_path / "2026.csv"
    path.write_text(THURSDAY_OFF, encoding="utf-8")
    before = read_year(2026)

    refused = run(runner, path, given="n\n")
    assert "+ 2026-11-26 day_off City day" in refused.output
    assert "1 booked visits lose their desk." in refused.output
    assert visit.reference in refused.output
    assert refused.exit_code != 0
    assert read_year(2026) == before

    assert run(runner, path, "--yes").exit_code == 0
    assert [day.day for day in read_year(2026).days] == [date(2026, 11, 26)]
    assert again(visit).status == "booked"
    assert "Needs a call: 1 visit" in cast.tom.get("/staff/today").text
    assert "Nothing to change." in run(runner, path, "--yes").output
    assert "2026  official  1 days  gov.cn" in runner.invoke(args=["calendar", "list"]).output


def test_the_command_names_the_line_that_is_wrong(network, runner, tmp_path):
    path = tmp_path / "2026.csv"
    path.write_text(HEADER + "2026-02-30,day_off,A,B,C,,\n", encoding="utf-8")

    result = run(runner, path, "--yes")

    assert result.exit_code != 0
    assert "line 2, column day" in result.output


def test_what_is_written_is_read_back_the_same(network):
    days = read_year(2026).days

    assert read_notice(calendar.written(days), 2026) == days


def test_a_year_that_lacks_holidays_is_official_only_when_somebody_says_that_it_is_complete(
    cast, network, runner, tmp_path
):
    half = HEADER + "2027-01-01,day_off,New Year,元旦,Новый год,,\n"
    refused = notice(cast.ada, half, year=2027)
    assert refused.status_code == 422
    names = {day.name.en for day in read_year(2026).days if day.works_as is None} - {"New Year"}
    assert "These holidays are missing: " in refused.text
    assert all(name in refused.text for name in names)
    assert "2027-01-01,day_off" in refused.text

    path = tmp_path / "2027.csv"
    path.write_text(half, encoding="utf-8")
    args = ["calendar", "import", str(path), "--year", "2027", "--source", "gov.cn", "--yes"]
    told = runner.invoke(args=args)
    assert told.exit_code != 0
    assert "These holidays are missing: " in told.output
    assert read_year(2027).status is CalendarStatus.UNPUBLISHED

    assert "The calendar of 2027" in notice(cast.ada, half, year=2027, complete="1").text
    assert runner.invoke(args=[*args, "--complete"]).exit_code == 0
    assert read_year(2027).status is CalendarStatus.OFFICIAL
