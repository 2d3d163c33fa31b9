"""A point is changed in a draft, looked at, published, and every change is written down."""

from datetime import date

import pytest
from markupsafe import escape
from sqlalchemy import select

from app.db import db
from app.publishing.models import StationChange, StationDraft
from app.stations.models import Station, StationFact
from tests import factories
from tests.hostile import HOSTILE_NAMES
from tests.integration.publishing.conftest import Office, again, fields_of


def changes_of(station: Station) -> list[tuple[str, str, str, str]]:
    rows = db.session.scalars(select(StationChange).where(StationChange.station_id == station.id))
    return [(c.username, c.field, c.before, c.after) for c in rows]


def fact(station: Station, field: str) -> StationFact:
    wanted = select(StationFact).where(StationFact.station_id == station.id, StationFact.field == field)
    return db.session.scalars(wanted).one()


def test_a_draft_is_seen_by_nobody_until_it_is_published(office: Office, client):
    saved = office.tom.save(name_en="Harbour station")

    assert saved.location.endswith("/staff/points/fuxingcheng/preview")
    assert "Harbour station" not in client.get("/en/places/fuxingcheng").text
    assert office.tom.publish().status_code == 303
    assert "Harbour station" in client.get("/en/places/fuxingcheng").text
    assert db.session.scalar(select(StationDraft)) is None


def test_the_preview_is_the_public_page_with_the_drafted_facts(office: Office):
    tom = office.tom
    tom.save(name_ru="Гавань", address_zh="海口市新路8号", notice_en="The lift is out of order.")

    page = tom.browser.get("/staff/points/fuxingcheng/preview/ru")

    assert page.status_code == 200
    assert "<h1>Гавань</h1>" in page.text
    assert "海口市新路8号" in page.text
    assert "The lift is out of order." in page.text
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert again(office.fuxingcheng).name.ru == "Fuxingcheng (ru)"


def test_the_history_says_who_changed_what_from_what_to_what(office: Office):
    tom = office.tom
    tom.save(name_en="Harbour station", step_free="yes")
    tom.publish()

    assert changes_of(office.fuxingcheng) == [
        ("tom", "name_en", "Fuxingcheng", "Harbour station"),
        ("tom", "step_free", "", "yes"),
    ]
    page = tom.browser.get("/staff/points/fuxingcheng/history").text
    for words in ("tom", "Harbour station", "Step-free access", "Nobody knows"):
        assert words in page


def test_every_kind_of_fact_can_be_changed(office: Office, client):
    tom = office.tom
    tom.save(
        languages=["en", "ru"], languages_more="ja", services=["document-check", "collect-permits"],
        phone_1="0898-66750650", phone_1_label_en="Window C04", phone_1_label_zh="C04号窗口",
        step_free="no", precision_m="30", position="20.0402, 110.3239", position_checked_on="2026-11-20",
        opening_hours_checked_on="2026-11-21", address_en="8 New Road", address_source="site visit",
        address_checked_on="2026-11-22", address_confidence="confirmed",
    )  # fmt: skip
    assert tom.publish().status_code == 303

    station = again(office.fuxingcheng)
    assert (station.lat, station.lon, station.precision_m) == (20.0402, 110.3239, 30)
    assert station.position_confirmed_on == date(2026, 11, 20)
    assert station.hours_confirmed_on == date(2026, 11, 21)
    assert station.languages == ["en", "ja", "ru"]
    assert station.step_free is False
    assert sorted(offer.service.code for offer in station.offers) == ["collect-permits", "document-check"]
    assert [(p.number, p.label.zh) for p in station.phones] == [("0898-66750650", "C04号窗口")]
    address = fact(station, "address_en")
    assert (address.confidence, address.source, address.checked_on) == (
        "confirmed", "site visit", date(2026, 11, 22),
    )  # fmt: skip
    page = client.get("/en/places/fuxingcheng").text
    for words in ("English, Japanese, Russian", "0898-66750650", "Window C04", "8 New Road"):
        assert words in page


@pytest.mark.parametrize(
    ("typed", "datum"),
    [("20.04019, 110.32387", "wgs84"), ("20.03861, 110.32849", "gcj02"), ("20.04436, 110.33507", "bd09")],
)
def test_typed_coordinates_are_kept_as_wgs84(office: Office, typed: str, datum: str):
    from app.stations.geography.datum import Datum, to_wgs84  # noqa: PLC0415

    lat, lon = to_wgs84(tuple(map(float, typed.split(", "))), Datum(datum))
    office.tom.save(position=typed, datum=datum)
    office.tom.publish()

    station = again(office.fuxingcheng)
    assert station.lat == pytest.approx(lat, abs=1e-6)
    assert station.lon == pytest.approx(lon, abs=1e-6)


def test_a_moved_pin_is_not_confirmed_any_more(office: Office):
    office.tom.save(position="20.05, 110.30")
    office.tom.publish()

    assert again(office.fuxingcheng).position_confirmed_on is None


def test_a_changed_fact_loses_what_was_said_of_the_old_value(office: Office):
    station = office.fuxingcheng
    factories.save(
        StationFact(station_id=station.id, field="address_en", confidence="verified", source="a web page",
                    checked_on=date(2026, 1, 1)),
        StationFact(station_id=station.id, field="address_zh", confidence="derived", source="a map"),
    )  # fmt: skip
    office.tom.save(address_en="8 New Road")
    office.tom.publish()

    changed, kept = fact(station, "address_en"), fact(station, "address_zh")
    assert (changed.confidence, changed.source, changed.checked_on) == ("confirmed", "station staff", None)
    assert (kept.confidence, kept.source) == ("derived", "a map")


REFUSED = [
    ({"name_en": "", "name_zh": "", "name_ru": ""}, "Write the name in one language at least."),
    ({"name_en": "x" * 81}, "This text is too long."),
    ({"position": "somewhere"}, "Write latitude and longitude"),
    ({"position": "110.3, 20.04"}, "look swapped"),
    ({"position": "nan, 110"}, "not a position"),
    ({"position": "1e999, 110"}, "not a position"),
    ({"position": ""}, "Position"),
    ({"datum": "pulkovo"}, "We do not know this kind of coordinates"),
    ({"precision_m": "-1"}, "Enter a whole number"),
    ({"precision_m": "٣"}, "Enter a whole number"),
    ({"phone_1": "javascript:alert(1)"}, "not a phone number"),
    ({"address_source": "javascript:alert(1)"}, "A source is a text"),
    ({"address_source": " DATA:text/html,x"}, "A source is a text"),
    ({"address_checked_on": "2027-01-01"}, "Enter a day up to today"),
    ({"address_checked_on": "2026-02-30"}, "Enter a day up to today"),
    ({"address_confidence": "not_found"}, "Choose one of"),
    ({"step_free": "perhaps"}, "Write yes or no"),
    ({"services": ["flying"]}, "We do not have the service"),
    ({"languages_more": "klingon1"}, "We do not know the language"),
    ({"languages_more": "en.anything"}, "We do not know the language"),
]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("changes", "words"), REFUSED, ids=[str(c)[:40] for c, _w in REFUSED])
def test_what_cannot_be_used_is_named_and_everything_typed_is_kept(office: Office, changes, words):
    answer = office.tom.save(**{"notice_en": "My long notice", **changes})

    assert answer.status_code == 422
    assert words in answer.text
    assert "My long notice" in answer.text
    typed = [
        changes[name].strip()
        for name in ("position", "precision_m", "phone_1", "languages_more")
        if changes.get(name)
    ]
    assert [value for value in typed if f'value="{value}"' not in answer.text] == []
    assert db.session.scalar(select(StationDraft)) is None


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_hostile_names_are_shown_and_never_run(office: Office):
    tom = office.tom
    for name in HOSTILE_NAMES:
        tom.save(name_en=name[:80], notice_en=name, phone_1="12345", phone_1_label_en=name[:80])
        preview = tom.browser.get("/staff/points/fuxingcheng/preview").text
        page = tom.browser.get("/staff/points/fuxingcheng/preview/en").text
        for shown in (preview, page):
            assert str(escape(" ".join(name.split()))) in shown
            assert "<img src=x" not in shown


def test_line_ends_and_signs_that_turn_the_page_are_taken_out(office: Office):
    office.tom.save(name_en="Har\u2028bour\r\nBcc: x\u202e y\u0085z")
    office.tom.publish()

    assert again(office.fuxingcheng).name.en == "Har bour Bcc: x y z"


# --- two people at once ------------------------------------------------------------------------


def test_two_editors_at_once_lose_nothing(office: Office):
    tom, ada = office.tom, office.ada
    toms, adas = tom.form(), ada.form()
    assert ada.save(form=adas, address_en="9 Ada Road").status_code == 303

    refused = tom.save(form=toms, address_en="8 Tom Road", notice_en="Tom's notice")

    assert refused.status_code == 409
    for words in ("Somebody else changed this point", "ada saved a draft meanwhile", "9 Ada Road",
                  "8 Tom Road", "Tom&#39;s notice"):  # fmt: skip
        assert words in refused.text
    draft = db.session.scalars(select(StationDraft)).one()
    assert draft.after["address_en"] == "9 Ada Road"
    # Having seen both, Tom saves what is in the form he was shown.
    assert tom.save(form=fields_of(refused.text)).status_code == 303
    db.session.refresh(draft)
    assert draft.after["address_en"] == "8 Tom Road"


def test_a_form_that_is_mended_still_knows_what_it_was_filled_with(office: Office):
    tom, ada = office.tom, office.ada
    adas = ada.form()
    assert tom.save(notice_en="Tom's notice").status_code == 303
    refused = ada.save(form=adas, precision_m="x", address_en="9 Ada Road")
    assert refused.status_code == 422

    mended = ada.save(form={**fields_of(refused.text), "precision_m": "1000"})

    assert mended.status_code == 409
    assert "tom saved a draft meanwhile" in mended.text
    assert "9 Ada Road" in mended.text


def test_a_draft_does_not_overwrite_what_was_published_after_it(office: Office):
    tom = office.tom
    tom.save(address_en="8 Tom Road")
    office.fuxingcheng.address = factories.words("7 Other Road")
    factories.save(office.fuxingcheng)

    refused = tom.publish()

    assert refused.status_code == 409
    assert "7 Other Road" in refused.text
    assert again(office.fuxingcheng).address.en == "7 Other Road"
    assert changes_of(office.fuxingcheng) == []


def test_a_draft_that_went_on_is_not_published_unseen(office: Office):
    tom, ada = office.tom, office.ada
    tom.save(name_en="One")
    ada.save(name_en="Two")

    assert tom.browser.post("/staff/points/fuxingcheng/publish", data={"version": "1"}).status_code == 409
    assert again(office.fuxingcheng).name.en == "Fuxingcheng"


def test_publishing_twice_publishes_once(office: Office):
    tom = office.tom
    tom.save(name_en="Harbour")
    tom.publish()

    again_pressed = tom.browser.post("/staff/points/fuxingcheng/publish", data={"version": "1"})

    assert again_pressed.status_code == 303
    assert len(changes_of(office.fuxingcheng)) == 1


def test_a_dropped_draft_changes_nothing(office: Office):
    tom = office.tom
    tom.save(name_en="Harbour")

    tom.browser.post("/staff/points/fuxingcheng/discard", data={"version": "1"})

    assert db.session.scalar(select(StationDraft)) is None
    assert again(office.fuxingcheng).name.en == "Fuxingcheng"


def test_saving_what_is_published_keeps_no_draft(office: Office):
    tom = office.tom
    tom.save(name_en="Harbour")
    tom.save(name_en="Fuxingcheng")

    assert db.session.scalar(select(StationDraft)) is None


# --- who may -----------------------------------------------------------------------------------


def test_a_manager_finds_the_form_of_the_own_points_only(office: Office):
    assert office.tom.browser.get("/staff/points/central-window").status_code == 404
    assert office.ada.browser.get("/staff/points/central-window").status_code == 200
    assert "central-window" not in office.tom.browser.get("/staff/points").text


def test_only_administrators_change_number_and_kind(office: Office):
    office.tom.save(number="77", kind="talent_home", name_en="Harbour")
    office.tom.publish()

    station = again(office.fuxingcheng)
    assert station.number != 77
    assert station.kind == "station"
    assert station.name.en == "Harbour"


def test_what_staff_wrote_is_not_overwritten_by_the_seed_files(office: Office, runner):
    tom = office.tom
    tom.save(name_en="Harbour", services=[])
    tom.publish()

    assert runner.invoke(args=["seed", "load"]).exit_code == 0

    station = again(office.fuxingcheng)
    assert station.name.en == "Harbour"
    assert station.name.zh == "复兴城服务站"  # nobody changed it by hand
    assert [offer.service.code for offer in station.offers] == []
