"""A name is found in every way of writing it, in spite of slips, and told apart from its like."""

import time
from collections.abc import Callable

import pytest

from app.localtext import LocalText
from app.stations.geography.distance import Point
from app.stations.geography.name_index import NameIndex, look_up
from app.stations.geography.names import in_cyrillic, key_of, keys_of, readings_of
from app.stations.geography.places import Ambiguous, FoundPlace, PlaceKind, Unknown, named
from app.stations.geography.suggesting import suggest
from bench.places import made_up_places

HERE = Point(20.0, 110.3, 1000)


def place(slug: str, en: str, zh: str, *aliases: str, ru: str = "", kind: PlaceKind = PlaceKind.PLACE):
    return named(slug, kind, LocalText(en, zh, ru), HERE, aliases=aliases)


PLACES = NameIndex(
    [
        place("longhua", "Longhua District", "龙华区", "570100", kind=PlaceKind.DISTRICT),
        place("meilan", "Meilan District", "美兰区", "570100", ru="Район Мэйлань", kind=PlaceKind.DISTRICT),
        place("qiongshan", "Qiongshan District", "琼山区", "571100", kind=PlaceKind.DISTRICT),
        place("haikou", "Haikou city centre", "海口市中心", "Haikou", "海口", kind=PlaceKind.CITY),
        place("evergreen", "Evergreen Park", "万绿园", "Wanlu Park"),
        place("binhai", "Binhai Park", "滨海公园", ru="Парк Биньхай"),
        place("baishamen", "Baishamen Park", "白沙门公园", "白沙门"),
        place("changliu", "Changliu Town", "长流镇", "长流"),
        place("airport", "Haikou Meilan International Airport", "海口美兰国际机场", "HAK", "机场"),
        place("railway", "Haikou Railway Station", "海口站", "海口火车站", "570312"),
        place("fullsing", "Fullsing Park", "复兴城", "滨海大道32号"),
        place("daan-west", "Da’an Town", "打安镇"),
        place("daan-south", "Da’an Town", "大安镇"),
    ]
)


def found(text: str) -> tuple[str, bool] | None:
    """Return the slug that was found and whether it was a guess."""
    outcome = look_up(text, PLACES)
    return (outcome.place.slug, outcome.guessed) if isinstance(outcome, FoundPlace) else None


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("wanlvyuan", "evergreen"),
        ("wanlüyuan", "evergreen"),
        ("wan lu yuan", "evergreen"),
        ("Wàn Lǜ Yuán", "evergreen"),
        ("binhai gongyuan", "binhai"),
        ("bīnhǎi gōngyuán", "binhai"),
        ("chang liu", "changliu"),
        ("zhangliuzhen", "changliu"),  # a character of two readings
        ("park binhai", "binhai"),  # in another order
        ("Парк Биньхай", "binhai"),
        ("байшамэнь", "baishamen"),
        ("Байшамень", "baishamen"),
        ("район мейлань", "meilan"),
        ("чанлю", "changliu"),
        ("萬綠園", "evergreen"),  # the traditional characters
        ("海口市龙华区滨海大道32号", "fullsing"),  # an address
        ("Longhua District, Haikou", "longhua"),
    ],
)
def test_a_name_is_found_in_every_writing(text: str, slug: str) -> None:
    assert found(text) == (slug, False)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Binhia Park", "binhai"),  # two exchanged
        ("Bnhai Park", "binhai"),  # one missing
        ("Evergreeen Park", "evergreen"),  # one too many
        ("Evergrean Prak", "evergreen"),  # two slips
        ("raylway", "railway"),  # in one word of several
        ("wan4 lv4 yuan2", "evergreen"),  # tones as digits
        ("万律园", "evergreen"),  # sounds the same
        ("白沙们公园", "baishamen"),
        ("wly", "evergreen"),  # the first letters of the syllables
        ("WLY", "evergreen"),
        ("bhgy", "binhai"),
        ("haikou meilan international", "airport"),
        ("changliu zhe", "changliu"),
        ("airport", "airport"),  # the only one there is
        ("570312", "railway"),
        ("571100", "qiongshan"),
        ("Haikou, Meilan District, Nowhere Road 5", "meilan"),
        ("海口市美兰区无名路5号", "meilan"),
        ("Парк Бинхап, Хайкоу", "binhai"),
    ],
)
def test_a_guess_is_said_to_be_one(text: str, slug: str) -> None:
    assert found(text) == (slug, True)


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("Da'an", {"daan-west", "daan-south"}),
        ("park", {"evergreen", "binhai", "baishamen", "fullsing"}),
        ("570100", {"longhua", "meilan"}),
        ("570125", {"longhua", "meilan"}),  # of the same postal area
    ],
)
def test_names_of_several_places_are_told_apart(text: str, slugs: set[str]) -> None:
    outcome = look_up(text, PLACES)
    assert isinstance(outcome, Ambiguous)
    assert {candidate.slug for candidate in outcome.candidates} == slugs


@pytest.mark.parametrize(
    "text",
    [
        "Atlantis",
        "Atlantis, Haikou",
        "999999",
        "571155",
        "57",
        "亚特兰蒂斯",
        "Атлантида",
        "xx",
        "zzzzzz",
        "万"[:0],
    ],
)
def test_what_is_like_nothing_is_not_guessed(text: str) -> None:
    outcome = look_up(text, PLACES)
    assert isinstance(outcome, Unknown)
    assert (outcome.text, outcome.districts) == (text, PLACES.districts)


def test_a_number_with_a_slip_is_another_number() -> None:
    assert found("570313") is None


def test_readings_agree_with_pypinyin_for_names_of_places() -> None:
    pypinyin = pytest.importorskip("pypinyin")
    for name in (
        "海口美兰国际机场",
        "长流镇",
        "重兴镇",
        "澄迈县",
        "儋州市",
        "遵谭镇",
        "综合保税区",
        "三门坡镇",
    ):
        assert tuple(pypinyin.lazy_pinyin(name)) in set(readings_of(name))


@pytest.mark.parametrize(
    ("name", "russian"),
    [
        ("海口", "Хайкоу"),
        ("三亚", "Санья"),
        ("文昌", "Вэньчан"),
        ("琼山", "Цюншань"),
        ("秀英", "Сюин"),
        ("龙华", "Лунхуа"),
        ("江东", "Цзяндун"),
        ("会文", "Хуэйвэнь"),
        ("潮州", "Чаочжоу"),
    ],
)
def test_russian_names_follow_palladius(name: str, russian: str) -> None:
    assert key_of(russian) in keys_of([name]).names


def test_any_name_among_ten_thousand_is_looked_up_in_five_milliseconds() -> None:
    index = NameIndex(made_up_places(10_000))
    texts = [
        "binhai gongyuan",
        "Binhia Praks",
        "万律园",
        "海口市龙华区滨海大道32号",
        "wlyy",
        "Atlantis on the sea",
        "road",
        "East Road",
        "pingping haiha road",
    ]
    for ask in (look_up, lambda text, index: suggest(index, text)):
        slowest = max(min(seconds_for(ask, text, index) for _ in range(5)) for text in texts)
        assert slowest < 0.005


def seconds_for(ask: Callable[[str, NameIndex], object], text: str, index: NameIndex) -> float:
    began = time.thread_time()
    ask(text, index)
    return time.thread_time() - began


@pytest.mark.parametrize(
    ("pinyin", "russian"),
    [
        ("ya xing", "Ясин"),
        ("chang an", "Чанъань"),
        ("da an", "Даань"),
        ("hui wen", "Хуэйвэнь"),
        ("ji zhou", "Цзичжоу"),
        ("zun tan", "Цзуньтань"),
        ("lv shan", "Люйшань"),
        ("hou an", "Хоуань"),
    ],
)
def test_a_chinese_name_is_written_in_russian_by_the_rule_of_palladius(pinyin, russian):
    assert in_cyrillic(pinyin.split()) == russian
