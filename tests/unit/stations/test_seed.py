"""The shipped files say what is known, invent nothing, and a mistake in them is named."""

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest

from app.cases import importer as visit_types
from app.cases.models import VisitItemKind
from app.seeding.files import SeedError
from app.stations.models import CalendarStatus, Confidence
from app.stations.seeding import facts, seed

SHIPPED = Path(__file__).parents[3] / "seed_data"
SLUGS = "central-window fuxingcheng jiangdong longhua xiuying high-tech-zone bonded-zone meilan talent-home"
CODES = ["collect-permits", "document-check", "permit-advice", "recruitment-advice"]


@pytest.fixture(scope="module")
def network() -> seed.NetworkSeed:
    return seed.read(SHIPPED)


def values(network: seed.NetworkSeed, field: str) -> dict[str, str]:
    return {s.slug: f.value for s in network.stations for f in s.facts if f.field == field}


# --- what is shipped ---------------------------------------------------------------------------


def test_the_nine_points_have_their_names_and_numbers(network: seed.NetworkSeed) -> None:
    assert [s.slug for s in network.stations] == SLUGS.split()
    assert [s.number for s in network.stations] == list(range(1, 10))


def test_the_services_have_their_codes_and_only_collecting_needs_a_case(network: seed.NetworkSeed) -> None:
    assert [s.code for s in network.services] == CODES
    assert [s.code for s in network.services if s.columns["needs_case"]] == ["collect-permits"]


def test_only_the_central_window_hands_permits_over(network: seed.NetworkSeed) -> None:
    collecting = [offer for offer in network.offers if offer.service == "collect-permits"]
    assert [(o.slug, o.confidence) for o in collecting] == [("central-window", Confidence.VERIFIED)]
    assert {offer.slug for offer in network.offers} == set(SLUGS.split())


def test_what_was_not_found_stays_empty(network: seed.NetworkSeed) -> None:
    assert set(values(network, "opening_hours").values()) == {""}
    assert {slug for slug, number in values(network, "phone_1").items() if number} == {
        "central-window",
        "fuxingcheng",
    }
    assert {slug for slug, address in values(network, "address_zh").items() if address} == {
        "central-window",
        "fuxingcheng",
        "talent-home",
    }


def test_every_known_fact_has_a_source_or_says_how_it_was_made(network: seed.NetworkSeed) -> None:
    silent = [
        (s.slug, f.field) for s in network.stations for f in s.facts if f.value and not (f.source or f.note)
    ]
    assert silent == []


def test_every_position_has_an_honest_radius(network: seed.NetworkSeed) -> None:
    radii = {s.slug: f.point.precision_m for s in network.stations for f in s.facts if f.point}
    assert set(radii) == set(SLUGS.split())
    assert radii["central-window"] == 300
    assert min(radii.values()) >= 300


def test_russian_names_are_marked_as_derived(network: seed.NetworkSeed) -> None:
    for station in network.stations:
        for fact in station.facts:
            if fact.field.endswith("_ru") and fact.value:
                assert fact.confidence is Confidence.DERIVED, (station.slug, fact.field)


def test_bookable_hours_are_marked_as_assumed(network: seed.NetworkSeed) -> None:
    assert {p.confidence for p in network.periods} == {Confidence.ASSUMED}
    assert Counter(p.slug for p in network.periods) == dict.fromkeys(SLUGS.split(), 9)
    assert {p.desks for p in network.periods if p.slug == "central-window"} == {2}


def test_no_day_of_an_unpublished_year_is_loaded(network: seed.NetworkSeed) -> None:
    assert {y.year: y.status for y in network.years} == {
        2026: CalendarStatus.OFFICIAL,
        2027: CalendarStatus.UNPUBLISHED,
    }
    assert {d.day.year for d in network.days} == {2026}
    assert {d.works_as for d in network.days} == {None, 4}


def test_every_place_names_its_licence_and_all_but_russian_names(network: seed.NetworkSeed) -> None:
    for place in network.places:
        assert place.columns["licence"]
        assert place.columns["name"].en
        assert place.columns["name"].zh


def test_every_place_has_a_name_in_each_language_and_says_how_russian_came_about() -> None:
    with (SHIPPED / "gazetteer.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["slug"] for row in rows if not (row["name_en"] and row["name_zh"] and row["name_ru"])] == []
    assert all("by rule" in row["note"] for row in rows if row["name_ru"].startswith("посёлок"))


def test_both_visit_types_are_shipped_and_the_one_of_2023_is_first() -> None:
    first, second = visit_types.read(SHIPPED, set(CODES))
    assert first.code == "work-and-residence"
    assert handed_over(first) == ["work-permit", "residence-permit"]
    assert second.code == "residence-and-originals"
    assert handed_over(second) == ["residence-permit", "originals-checked"]
    assert second.note
    assert second.note.en.startswith("Your work permit is electronic.")


def handed_over(visit_type: visit_types.VisitTypeSeed) -> list[str]:
    return [item.code for item in visit_type.items if item.kind is VisitItemKind.HANDOVER]


# --- mistakes ----------------------------------------------------------------------------------

# file, column, new value of line 2, complaint
MISTAKES = [
    ("stations.csv", "kind", "kiosk", "line 2, column kind: 'kiosk' is not one of"),
    ("stations.csv", "number", "first", "line 2, column number: 'first' is not a whole number"),
    ("stations.csv", "timezone", "Asia/Haikou", "line 2, column timezone: 'Asia/Haikou' is not a time zone"),
    ("station_facts.csv", "slug", "nowhere", "line 2, column slug: 'nowhere' is not known"),
    ("station_facts.csv", "field", "colour", "line 2, column field: 'colour' is not a field of a station"),
    ("station_facts.csv", "value", "", "line 2, column confidence: must be not_found where"),
    ("station_facts.csv", "confidence", "sure", "line 2, column confidence: 'sure' is not one of"),
    ("station_facts.csv", "precision_m", "5", "line 2, column precision_m: belongs to a position only"),
    ("station_facts.csv", "checked_on", "yesterday", "line 2, column checked_on: 'yesterday' is not a day"),
    ("services.csv", "minutes", "17", "line 2, column minutes: 17 is not a multiple of five"),
    ("services.csv", "name_ru", "", "line 2, column name_ru: is empty"),
    (
        "services.csv",
        "party_served",
        "both",
        "line 2, column party_served: 'both' is not one of side_by_side",
    ),
    ("services.csv", "needs_case", "maybe", "line 2, column needs_case: 'maybe' is not yes or no"),
    ("services.csv", "reminder_plan", "72h", "line 2, column reminder_plan: is not a list of reminders"),
    ("services.csv", "reminder_plan", "1d@23:00", "line 2, column reminder_plan: is not a list of reminders"),
    ("station_services.csv", "service", "visas", "line 2, column service: 'visas' is not known"),
    ("opening_periods.csv", "closes", "08:00", "line 2, column closes: 08:00 is not after 09:00"),
    ("opening_periods.csv", "opens", "9 o'clock", 'line 2, column opens: "9 o\'clock" is not a time'),
    ("opening_periods.csv", "desks", "0", "line 2, column desks: 0 is not between 1 and 200"),
    ("calendar_days.csv", "day", "2027-01-01", "line 2, column day: calendar_years.csv does not say"),
    ("calendar_days.csv", "works_as", "4", "line 2, column works_as: belongs to a make-up workday only"),
    ("gazetteer.csv", "lat", "nan", "line 2, column lat: nan is not between -90 and 90"),
    ("gazetteer.csv", "licence", "", "line 2, column licence: is empty"),
    ("booking_limits.csv", "contact_visits", "0", "line 2, column contact_visits: 0 is not between 1 and"),
    ("booking_limits.csv", "confidence", "sure", "line 2, column confidence: 'sure' is not one of"),
    ("visit_types.csv", "service", "visas", "line 2, column service: 'visas' is not known"),
    ("visit_items.csv", "kind", "gift", "line 2, column kind: 'gift' is not one of"),
]


@pytest.mark.parametrize(("file", "column", "value", "complaint"), MISTAKES)
def test_a_mistake_in_a_file_is_named(
    tmp_path: Path, file: str, column: str, value: str, complaint: str
) -> None:
    folder = shutil.copytree(SHIPPED, tmp_path / "seed")
    change_cell(folder / file, column, value)
    with pytest.raises(SeedError) as error:
        read_all(folder)
    assert str(error.value).startswith(f"{file}, {complaint}")


def read_all(folder: Path) -> None:
    services = {service.code for service in seed.read(folder).services}
    visit_types.read(folder, services)


def change_cell(path: Path, column: str, value: str, *, line: int = 2) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    rows[line - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)


def test_a_station_without_a_position_is_named(tmp_path: Path) -> None:
    folder = shutil.copytree(SHIPPED, tmp_path / "seed")
    path = folder / "station_facts.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(x for x in lines if not x.startswith("meilan,position")), encoding="utf-8")
    with pytest.raises(SeedError, match="has no position for it"):
        seed.read(folder)


def test_the_fields_of_a_station_are_known() -> None:
    assert {facts.POSITION, facts.HOURS, facts.STEP_FREE} <= {
        fact.field for station in seed.read(SHIPPED).stations for fact in station.facts
    }
