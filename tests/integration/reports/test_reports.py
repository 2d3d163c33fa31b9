"""Figures counted from rows equal those counted by hand."""

import csv
import io
from datetime import date, timedelta

import pytest

from app import jobs
from app.accounts.models import Role
from app.appointments.models import AppointmentEvent
from app.appointments.states import Status
from app.cases import approvals, history
from app.cases.history import HistoryLine
from app.cases.models import Case, CaseEvent, CaseEventKind, Employer, PermitLeg
from app.cases.states import LegState, Permit
from app.codes import new_code
from app.db import db, transact
from app.reports import answers, half_year, queries
from app.reports.figures import Period
from app.reports.queries import Collections
from tests import factories
from tests.factories import PASSWORD, at

JUNE = Period(date(2026, 1, 1), date(2026, 6, 30))


@pytest.fixture
def browser(app, network, client):
    """Open a browser for a manager of the central window, or an administrator."""
    factories.build_user("tom", role=Role.MANAGER, stations=(network.central,))
    factories.build_user("ada", role=Role.ADMINISTRATOR)

    def opened(username):
        found = app.test_client()
        assert found.post("/staff", data={"username": username, "password": PASSWORD}).status_code == 303
        return found

    return opened


def visit(network, day, clock, status, **more):
    return factories.build_appointment(
        network.central, network.document_check, starts_at=at(day, clock), status=status, **more
    )


@pytest.fixture
def week(network):
    """Build ten visits of last week: five came, two did not, one was incomplete, two were cancelled."""
    for clock in ("09:00", "09:20", "09:40", "10:00", "10:20"):
        row = visit(network, "2026-11-17", clock, Status.COMPLETED, language="ru")
        for kind, minutes in ((Status.CHECKED_IN, 0), (Status.COMPLETED, 18)):
            moment = row.starts_at + timedelta(minutes=minutes)
            factories.save(
                AppointmentEvent(appointment_id=row.id, happened_at=moment, kind=kind, actor="mei")
            )
    for clock in ("09:00", "09:20"):
        visit(network, "2026-11-18", clock, Status.NO_SHOW)
    visit(network, "2026-11-18", "10:00", Status.INCOMPLETE)
    for clock in ("09:00", "09:20"):
        visit(network, "2026-11-19", clock, Status.CANCELLED)


def rows_of(answer):
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_who_did_not_come_is_counted(browser, week):
    tom = browser("tom")
    page = tom.get("/staff/reports?station=central-window&from=2026-11-16&to=2026-11-20").text
    assert "2 of 8 people did not come." in page
    sheet = rows_of(tom.get("/staff/reports/no-shows.csv?from=2026-11-16&to=2026-11-20"))
    assert sheet[1:] == [["Came", "6"], ["Did not come", "2"], ["Cancelled before", "2"]]


def test_the_time_at_the_counter_and_the_languages(browser, week):
    page = browser("tom").get("/staff/reports?from=2026-11-16&to=2026-11-20").text
    assert "9 of 10 visits took 18 minutes or less." in page
    assert "Most visits were in Русский." in page


def test_use_is_minutes_booked_of_minutes_open(browser, week):
    sheet = rows_of(browser("tom").get("/staff/reports/balance.csv?from=2026-11-17&to=2026-11-17"))
    # Two desks from 9 to 12 and from 14:30 to 17: 660 minutes; five visits of 20 minutes.
    assert sheet[1] == ["Central Window", "100", "660", "15"]
    by_hour = rows_of(browser("tom").get("/staff/reports/by-hour.csv?from=2026-11-17&to=2026-11-17"))
    assert by_hour[0][:3] == ["Weekday", "09:00", "10:00"]
    assert by_hour[1][:3] == ["Tuesday", "50", "33"]


def test_a_party_uses_its_desks_in_each_hour_that_it_is_there(browser, network):
    turns = {"party_size": 2, "desks": 1, "ends_at": at("2026-11-17", "10:20")}
    visit(network, "2026-11-17", "09:40", Status.COMPLETED, **turns)
    visit(network, "2026-11-17", "11:00", Status.COMPLETED, party_size=2)

    balance = rows_of(browser("tom").get("/staff/reports/balance.csv?from=2026-11-17&to=2026-11-17"))
    by_hour = rows_of(browser("tom").get("/staff/reports/by-hour.csv?from=2026-11-17&to=2026-11-17"))

    assert balance[1][:2] == ["Central Window", "80"]
    # Of two desks: 20 minutes at one, twice; then 20 minutes at both.
    assert by_hour[1][:4] == ["Tuesday", "17", "17", "33"]


def test_without_visits_there_is_a_sentence_and_no_grid_of_zeros(browser, network):
    page = browser("tom").get("/staff/reports?from=2026-11-17&to=2026-11-17").text
    part = page[page.index('id="by-hour"') : page.index('id="balance"')]

    assert "Nothing was booked for this time." in part
    assert "<svg" not in part


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("from=2026-11-20&to=2026-11-16", "The last day is before the first."),
        ("from=yesterday&to=2026-11-16", "Enter a date, like 2026-11-24."),
        ("from=2020-01-01&to=2026-11-16", "Choose 366 days at most."),
    ],
)
def test_days_that_cannot_be_used_are_said_and_kept(browser, network, asked, words):
    answer = browser("tom").get(f"/staff/reports?{asked}")
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="2026-11-16"' in answer.text


def test_without_visits_there_are_sentences_and_no_empty_axes(browser, network):
    page = browser("tom").get("/staff/reports?from=2026-11-21&to=2026-11-22").text
    assert "No visit took place in this time." in page
    assert '<svg class="chart"' not in page


def test_another_place_is_not_shown(browser, network):
    assert browser("tom").get("/staff/reports?station=jiangdong").status_code == 404
    assert browser("tom").get("/staff/reports/half-year").status_code == 403


# --- the half-year -----------------------------------------------------------------------------


def approved(network, on, *, nationality="RU", received="2026-03-02", residence=LegState.APPROVED, **more):
    case = factories.build_case(
        network.visit_type, papers_at=network.central, legs=(LegState.APPROVED, residence),
        nationality=nationality, received_on=date.fromisoformat(received), **more,
    )  # fmt: skip
    for leg in db.session.query(PermitLeg).filter_by(case_id=case.id):
        leg.decided_on = date.fromisoformat(on)
    db.session.commit()
    return case


def test_the_half_year_is_counted_from_the_cases(network):
    approved(network, "2026-03-05")
    approved(network, "2026-06-30", nationality="US", received="2026-06-22")
    approved(network, "2026-07-01", nationality="CA", received="2026-06-22")  # the next half
    approved(network, "2025-03-05", nationality="CA")  # the year before
    approved(network, "2026-03-09", nationality="TH", residence=LegState.REFUSED)
    factories.save(
        Employer(code="A", name="A", name_folded="a", registered_on=date(2026, 1, 1)),
        Employer(code="B", name="B", name_folded="b", registered_on=date(2026, 7, 1)),
        Employer(code="C", name="C", name_folded="c", registered_on=None),
    )
    found = half_year.read(JUNE, [network.central])
    assert (found.units, found.permits, found.permits_before, found.countries) == (1, 2, 1, 2)
    assert str(found.change) == "100.00"
    # 2 March to 5 March, and 22 June to 30 June: 3 and 6 working days.
    assert found.median_days == 3


def test_days_in_which_papers_were_awaited_do_not_count(network):
    case = approved(network, "2026-03-10")
    for day, state in ((date(2026, 3, 4), LegState.PAPERS_ASKED), (date(2026, 3, 9), LegState.IN_REVIEW)):
        factories.save(
            CaseEvent(
                public_id=new_code(16), case_id=case.id, happened_at=at("2026-03-04", "09:00"), on_day=day,
                kind=CaseEventKind.LEG, actor="mei", permit=Permit.WORK, details={"to": state},
            )
        )  # fmt: skip
    assert approvals.working_days_of(approvals.list_approved(JUNE.first, JUNE.last)) == [3]


def test_a_year_without_its_calendar_says_that_it_does_not_know(network):
    approved(network, "2024-03-05", received="2024-03-01")
    found = half_year.read(Period(date(2024, 1, 1), date(2024, 6, 30)), [network.central])
    assert found.permits == 1
    assert found.median_days is None


def test_collections_in_one_visit_are_told_from_those_in_more(network):
    for visits in (
        (Status.COMPLETED,),
        (Status.INCOMPLETE, Status.COMPLETED),
        (Status.NO_SHOW, Status.COMPLETED),
        (Status.INCOMPLETE,),
        (Status.NO_SHOW,),
    ):
        collected_at = at("2026-06-10", "10:00") if Status.COMPLETED in visits else None
        case = factories.build_case(network.visit_type, papers_at=network.central, collected_at=collected_at)
        for status in visits:
            factories.build_appointment(
                network.central, network.collect, case_id=case.id, status=status,
                starts_at=at("2026-06-10", "09:40"),
            )  # fmt: skip
    assert queries.count_collections([network.central], JUNE) == Collections(4, 3, 2)
    assert queries.count_collections([network.jiangdong], JUNE) == Collections()
    told = answers.one_visit(answers.ReportScope.read([network.central], JUNE))
    assert told.answer == "2 of 4 people got everything in one visit."
    assert ("Not everything yet", 1) in told.rows


def test_the_administrator_reads_the_half_year_and_saves_it(browser, network):
    approved(network, "2026-03-05")
    ada = browser("ada")
    page = ada.get("/staff/reports/half-year?year=2026&half=1").text
    assert "Units added: 0. Permits approved: 1. Countries: 1." in page
    sheet = rows_of(ada.get("/staff/reports/half-year/half-year.csv?year=2026&half=1"))
    assert ["Permits approved", "1"] in sheet
    assert "This half-year is not over" not in page
    assert ada.get("/staff/reports/half-year/everything.csv").status_code == 404


def test_a_half_year_that_runs_is_compared_with_the_same_days(browser, network):
    approved(network, "2026-11-20", received="2026-11-16")
    approved(network, "2025-11-20", received="2025-11-16")
    approved(network, "2025-12-20", received="2025-12-16")
    path = "/staff/reports/half-year{}?year=2026&half=2"

    ada = browser("ada")

    assert "This half-year is not over" in ada.get(path.format("")).text
    sheet = rows_of(ada.get(path.format("/half-year.csv")))
    assert ["Permits approved in the same time of the year before", "1"] in sheet


def collected(network, *, visits=(Status.COMPLETED,), **more):
    case = approved(network, "2026-06-04", collected_at=at("2026-06-10", "10:00"), **more)
    for status in visits:
        factories.build_appointment(
            network.central, network.collect, case_id=case.id, status=status,
            starts_at=at("2026-06-10", "09:40"),
        )  # fmt: skip
    return case


def test_people_came_to_a_point_that_is_closed_now(browser, network, now):
    collected(network)
    network.central.retired_at = now
    db.session.commit()

    sheet = rows_of(browser("ada").get("/staff/reports/half-year/half-year.csv?year=2026&half=1"))

    assert ["Cases collected", "1"] in sheet


def test_the_figures_stay_when_the_personal_data_go(network, clock):
    for country in ("RU", "US", "US"):
        collected(network, nationality=country, received="2026-05-25")
    collected(network, visits=(Status.INCOMPLETE, Status.COMPLETED), received="2026-05-20")
    asked = collected(network, received="2026-05-18")
    for day, state in ((date(2026, 5, 20), LegState.PAPERS_ASKED), (date(2026, 5, 27), LegState.IN_REVIEW)):
        line = HistoryLine(CaseEventKind.LEG, "mei", Permit.WORK, "A diploma", day, {"to": state})
        transact(history.record, asked, line, now=at("2026-05-27", "09:00"))
    approved(network, "2026-06-09", residence=LegState.REFUSED)
    before = half_year.read(JUNE, [network.central])
    assert (before.permits, before.collected, before.in_one_visit, before.countries) == (5, 5, 4, 2)
    clock.move(days=800)

    jobs.purge_data()

    db.session.expire_all()
    assert db.session.query(Case).filter(Case.emptied_at.is_(None)).count() == 0
    assert half_year.read(JUNE, [network.central]) == before
