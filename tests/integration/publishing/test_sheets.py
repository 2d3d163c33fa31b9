"""A file of changes is looked at line by line, and published whole or not at all."""

import csv
import io
from io import BytesIO

import pytest
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.db import db
from app.publishing.models import StationChange, StationSheet
from app.staff.models import StaffAssignment
from app.stations.models import Station
from tests import factories
from tests.integration.publishing.conftest import Desk, Office, again


def send(desk: Desk, text: str | bytes, name: str = "points.csv"):
    data = text.encode() if isinstance(text, str) else text
    return desk.browser.post("/staff/points/sheet", data={"file": (BytesIO(data), name)})


def publish(desk: Desk, location: str):
    return desk.browser.post(f"{location}/publish")


def names() -> list[str]:
    return sorted(station.name.en for station in db.session.scalars(select(Station)))


def test_a_downloaded_file_that_was_not_changed_changes_nothing(office: Office):
    file = office.ada.browser.get("/staff/points/sheet.csv")

    assert file.data.startswith(b"\xef\xbb\xbf")
    answer = send(office.ada, file.data)
    assert answer.status_code == 422
    assert "This file changes nothing." in answer.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_changed_file_is_shown_line_by_line_and_published(office: Office, encoding: str):
    ada = office.ada
    rows = list(csv.DictReader(io.StringIO(ada.browser.get("/staff/points/sheet.csv").text.lstrip("\ufeff"))))
    for row in rows:
        row["address_zh"] = f"海口市{row['slug']}路"
    file = io.StringIO()
    writer = csv.DictWriter(file, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)

    kept = send(ada, file.getvalue().encode(encoding))

    assert kept.status_code == 303
    shown = ada.browser.get(kept.location).text
    assert "This file changes 3 service points" in shown
    assert "海口市jiangdong路" in shown
    assert again(office.fuxingcheng).address.zh == "1 Test Road (zh)"
    assert publish(ada, kept.location).status_code == 303
    assert again(office.fuxingcheng).address.zh == "海口市fuxingcheng路"
    causes = db.session.scalars(select(StationChange.cause).distinct())
    assert list(causes) == ["sheet"]
    assert db.session.scalar(select(func.count()).select_from(StationSheet)) == 0


def test_one_wrong_line_keeps_the_whole_file_out(office: Office):
    answer = send(
        office.ada,
        "slug,name_en,precision_m\nfuxingcheng,Harbour,50\njiangdong,East,-5\ncentral-window,Window,9x\n",
    )

    assert answer.status_code == 422
    assert "2 lines cannot be used. Nothing was changed." in answer.text
    for part in ("<td>3</td>", "<td>4</td>", "precision_m", "Enter a whole number"):
        assert part in answer.text
    assert "<td>2</td>" not in answer.text
    assert names() == ["Central Window", "Fuxingcheng", "Jiangdong"]


def test_two_lines_of_one_point_are_refused(office: Office):
    answer = send(office.ada, "slug,name_en\nfuxingcheng,One\nfuxingcheng,Two\n")

    assert "This point is in the file twice." in answer.text


def test_two_lines_of_one_new_point_are_refused_however_they_are_written(office: Office):
    answer = send(office.ada, "slug,name_en\nEast-Gate,One\neast-gate,Two\n")

    assert answer.text.count("This point is in the file twice.") == 2


def test_a_manager_changes_the_own_points_only(office: Office):
    answer = send(office.tom, "slug,name_en\nfuxingcheng,One\njiangdong,Two\nnew-one,Three\n")
    assert answer.status_code == 422
    assert answer.text.count("You do not work at a point with this name.") == 2
    assert "Only administrators" in send(office.tom, "slug,number\nfuxingcheng,700\n").text

    assert "jiangdong" not in office.tom.browser.get("/staff/points/sheet.csv").text


def test_an_administrator_adds_points_with_a_file(office: Office, client):
    kept = send(
        office.ada,
        "slug,number,kind,name_en,position,datum,precision_m,services\n"
        'east-gate,44,station,East gate,"20.03861, 110.32849",gcj02,50,document-check\n',
    )
    publish(office.ada, kept.location)

    page = client.get("/en/places/east-gate")
    assert page.status_code == 200
    station = db.session.scalars(select(Station).where(Station.slug == "east-gate")).one()
    assert station.lat == pytest.approx(20.0402, abs=0.001)


def test_a_point_changed_meanwhile_stops_the_whole_file(office: Office):
    ada = office.ada
    kept = send(ada, "slug,name_en\ncentral-window,Window\nfuxingcheng,Harbour\n")
    office.fuxingcheng.name = factories.words("Other")
    factories.save(office.fuxingcheng)

    refused = publish(ada, kept.location)

    assert refused.status_code == 409
    assert "<li>fuxingcheng</li>" in refused.text
    assert names() == ["Central Window", "Jiangdong", "Other"]


def test_nobody_sees_the_file_of_somebody_else(office: Office):
    kept = send(office.ada, "slug,name_en\nfuxingcheng,Harbour\n")

    assert office.tom.browser.get(kept.location).status_code == 404
    assert publish(office.tom, kept.location).status_code == 404
    assert office.tom.browser.get("/staff/points/sheet/x'--").status_code == 404


def test_a_file_is_published_once_and_can_be_dropped(office: Office):
    ada = office.ada
    kept = send(ada, "slug,name_en\nfuxingcheng,Harbour\n").location
    publish(ada, kept)
    assert publish(ada, kept).status_code == 404
    dropped = send(ada, "slug,name_en\nfuxingcheng,Again\n").location
    assert ada.browser.post(f"{dropped}/discard").status_code == 303
    assert publish(ada, dropped).status_code == 404
    assert again(office.fuxingcheng).name.en == "Harbour"


def test_a_file_that_is_no_csv_says_what_to_do(office: Office):
    answer = send(office.ada, b"PK\x03\x04" + b"\0" * 40, "../../x.csv")

    assert answer.status_code == 422
    assert "Save it as “CSV UTF-8”" in answer.text
    assert office.ada.browser.post("/staff/points/sheet", data={}).status_code == 422


@pytest.mark.parametrize(
    "line",
    [
        "slug,name_en\njiangdong,Two\n",
        "slug,number\nfuxingcheng,700\n",
        'slug,number,kind,name_en,position,precision_m\neast,44,station,East,"20.03861, 110.32849",50\n',
    ],
    ids=["another point", "number", "new point"],
)
def test_who_is_no_administrator_any_more_publishes_no_file_of_before(office: Office, line: str):
    ada = office.ada
    kept = send(ada, line).location
    _demote("ada", office.fuxingcheng)

    refused = publish(ada, kept)

    assert refused.status_code == 403
    assert "what is not yours to change any more" in refused.text
    assert names() == ["Central Window", "Fuxingcheng", "Jiangdong"]
    assert again(office.fuxingcheng).number != 700


def test_who_is_no_administrator_any_more_still_publishes_the_own_points(office: Office):
    ada = office.ada
    kept = send(ada, "slug,name_en\nfuxingcheng,Harbour\n").location
    _demote("ada", office.fuxingcheng)

    assert publish(ada, kept).status_code == 303
    assert again(office.fuxingcheng).name.en == "Harbour"


def _demote(username: str, *stations: Station) -> None:
    user = db.session.scalars(select(User).where(User.username == username)).one()
    user.role = Role.MANAGER
    factories.save(user, *(StaffAssignment(user_id=user.id, station_id=station.id) for station in stations))
