"""Words that names of places are made of besides what is their own: kinds, directions, the city. PURE.

"Road", "lu" and "улица" are one word here; a name is told by its own words and by these together, in any
order. A text of nothing else names no place: it asks what there is.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.stations.geography.names import folded, is_chinese, units_of

# Each line: a word of ours, and how it is written. Signs are folded: no accents, й as и, э as е, no ь.
_KINDS = """
#road road rd lu
#street street str jie ул улица улице улицы
#avenue avenue ave av dadao boulevard blvd проспект проспекте просп пр шоссе
#rail railway train rail railroad huoche gaotie железнодорожныи железнодорожная жд поезд
#station station stn zhan станция станции вокзал вокзала stop остановка
#bus bus coach qiche автобусныи автобусная автобус
#airport airport jichang аеропорт
#terminal terminal терминал
#port port harbour harbor seaport ferry gang matou quay pier wharf порт порта причал паром гавань пристан
#hospital hospital clinic yiyuan больница больницы госпиталь госпитал клиника поликлиника
#hotel hotel jiudian binguan resort inn hostel отел гостиница
#park park gongyuan garden gardens парк парка сад
#plaza plaza square guangchang площад
#mall mall shopping тц молл торговыи торговая магазин shop store supermarket супермаркет
#university university univ daxue университет институт
#college college xueyuan колледж academy institute
#school school zhongxue xiaoxue школа школы
@high high secondary senior
@primary primary elementary начальная
#museum museum bowuguan музеи
#library library tushuguan библиотека
#bridge bridge qiao daqiao мост моста
#island island isle остров
#market market shichang рынок
#beach beach пляж пляжа
#temple temple храм
#government government govt administration правительство администрация мерия
#court court суд
#police police полиция полиции
#consulate consulate embassy visa консулство посолство визовыи
#bank bank банк
#building building mansion dasha здание
#tower tower башня
#zone zone area зона park-zone
#district district район района
#town town zhen township поселок
#village village cun деревня деревни
#subdistrict subdistrict jiedao микрораион
#stadium stadium arena gymnasium gym стадион
#centre centre center zhongxin центр центра downtown cbd
#gate gate ворота
#campus campus кампус
#bay bay залив бухта
#lake lake озеро
#people people peoples народныи народная народного renmin
#river river река
#first 1st first перваия первая первыи
#second 2nd second вторая второи
#third 3rd third третя третии
#fourth 4th fourth
#fifth 5th fifth
#sixth 6th sixth
#international international международныи международная guoji
"""
_DIRECTIONS = """
@e east eastern dong восток восточныи восточная восточное восточнои восточного дун
@w west western xi запад западныи западная западное западнои западного си
@s south southern nan юг южныи южная южное южнои южного нан
@n north northern bei север северныи северная северное севернои северного беи
@m middle zhong чжун среднии средняя
@main main general главныи главная
@new new xin новыи новая
@old old старая старыи
"""
# Names of the city and the province, and of their offices: "Hainan Tower" is no tower of Haikou.
_CITY = """
haikou haikou хаикоу
hainan hainan хаинан хаинаня хаинаньскии хаинанскии хаинанская
china china prc китаи кнр
city city municipal municipality город города городская городскои
province province provincial провинция провинции
"""
# Of each: the city or the province that is not ours. A place beside one of these names is not ours either.
_ELSEWHERE = """
beijing пекин 北京 shanghai шанхай 上海 tianjin тянцзин 天津 chongqing чунцин 重庆 guangzhou гуанчжоу 广州
canton кантон shenzhen шенчжен 深圳 guangdong гуандун 广东 guangxi гуанси 广西 nanning нанин 南宁 beihai
бехаи 北海 zhuhai чжухаи 珠海 zhanjiang чжанцзян 湛江 xuwen сюивен 徐闻 dongguan дунгуан 东莞 foshan фошан
佛山 macau macao макао 澳门 taiwan 台湾 hongkong гонконг 香港 taipei таибеи 台北 hangzhou ханчжоу 杭州
nanjing нанкин 南京 suzhou сучжоу 苏州 wuhan ухан 武汉 changsha чанша 长沙 chengdu ченду 成都 xian сиан 西安
xiamen сямен 厦门 fuzhou фучжоу 福州 qingdao циндао 青岛 dalian далян 大连 kunming кунмин 昆明 guiyang гуиян
贵阳 harbin харбин 哈尔滨 zhengzhou чженчжоу 郑州 moscow москва hanoi ханои 河内
"""
_NOISE = (
    "the of in at to near by next from and a an s my me here home i am is on opposite behind beside around "
    "where please go no № в на у около рядом с из к я и от до где дом мои моя нахожус no. nr"
)

_GENERIC_CHINESE = """
火车站 高铁站 高铁 火车 动车 汽车站 汽车 客运站 客运 总站 车站 站 机场 航站楼 港口 港 码头 轮渡 渡口
人民医院 中医院 中医 医院 妇幼保健院 妇幼 保健院 附属 医科 卫生院 门诊 诊所
学校 大学 学院 师范 中学 高中 初中 小学 幼儿园 大酒店 酒店 宾馆 饭店 旅馆
商场 商业 购物中心 广场 超市 市场 公园 图书馆 博物馆 体育馆 体育场 体育 银行 邮局
公安局 公安 派出所 分局 法院 检察院 人民政府 政府 人民 政务 服务 中心 大厅 管委会 街道 办事处 委员会
大道 道 路 街 桥 大桥 岛 村 镇 乡 县 区 市 省 楼 大厦 花园 小区 园区 工业园 保税区 综保区 开发区 新区
老街 夜市 门口 门 停车场 地铁 公交站 公交 出入境 海关 领事馆 使馆 签证 体检 国际 国家 高级 中级 第 号
东 南 西 北 中 新 老 大 小 上 下 一 二 三 四 五 六 七 八 九 十
"""
_ONLY_GENERIC = re.compile(f"(?:{'|'.join(sorted(_GENERIC_CHINESE.split(), key=len, reverse=True))}|[0-9])+")
CITY_CHINESE = re.compile(r"^(?:中国)?(?:海南省|海南)?(?:海口市|海口)?")
# What may follow a name and leave it what it is: a number, a part of the building, "beside".
# A number is taken whole, for there are too many ways to take a long one apart.
TAIL = re.compile(
    r"(?:第?(?:[0-9一二三四五六七八九]|十(?!字))++(?:号楼|号院|号|栋|幢|座|单元|室|层|楼|期|门|弄|巷)?|"
    r"[a-z](?:[0-9]*[座栋口区幢])?|附近|"
    r"旁边|旁|边上|对面|门口|正门|大门|出站口|进站口|出口|入口|候车厅|里面|内|路口|十字路口|交叉口|这里|这边|那里)*"
)
# What is written as one word, or with another one, and is the same.
_SAME_AS = {"автовокзал": "автобус вокзал", "bus terminal": "bus station", "’": "'"}
_SPELT = re.compile("|".join(_SAME_AS), re.IGNORECASE)
STREET_KINDS = frozenset({"#road", "#street", "#avenue"})
STREET_ENDS = ("路", "街", "大道", "巷", "横路")
_UNITS = """
unit floor room building block apt flat office fl rm этаж офис кв квартира корпус д
"""
UNIT_WORDS = frozenset(_UNITS.split())
KINDS_OF_CATEGORY: dict[str, tuple[str, ...]] = {
    "hotel": ("#hotel",),
    "hospital": ("#hospital",),
    "mall": ("#mall", "#plaza"),
    "university": ("#university", "#college"),
    "school": ("#school",),
    "railway_station": ("#rail", "#station"),
    "bus_station": ("#bus", "#station"),
    "airport": ("#airport",),
    "port": ("#port",),
    "park": ("#park",),
    "museum": ("#museum",),
    "library": ("#library",),
    "beach": ("#beach",),
    "market": ("#market",),
    "government": ("#government",),
    "district": ("#district",),
}
# What is listed for a text of generic words, by the kind it names. "Station" alone is a station of any kind.
CATEGORIES_OF_CHINESE = (
    ("火车|高铁|动车", ("railway_station",)),
    ("汽车|客运|公交", ("bus_station",)),
    ("车站|站", ("railway_station", "bus_station")),
    ("机场|航站楼", ("airport",)),
    ("港|码头|轮渡|渡口", ("port",)),
    ("医院|门诊|诊所|卫生院|保健院", ("hospital",)),
    ("大学|学院", ("university",)),
    ("学校|中学|小学|高中", ("school",)),
    ("酒店|宾馆|饭店|旅馆", ("hotel",)),
    ("商场|购物|超市", ("mall",)),
    ("公园", ("park",)),
    ("博物馆", ("museum",)),
    ("图书馆", ("library",)),
    ("政府", ("government",)),
    ("市场", ("market",)),
)


@dataclass(frozen=True, slots=True)
class Said:
    """A text as its own words and the words of ours: `own` in order, `kinds` kinds and directions."""

    own: tuple[str, ...]
    kinds: frozenset[str]
    city: frozenset[str]
    numbers: tuple[str, ...]

    @property
    def joined(self) -> str:
        return "".join(self.own)

    @property
    def words(self) -> frozenset[str]:
        return frozenset(self.own) | self.kinds

    @property
    def signatures(self) -> tuple[tuple[str, frozenset[str]], tuple[str, frozenset[str]]]:
        """Return what makes it equal to another: its own words in their order, or in any."""
        return (self.joined, self.kinds), (" ".join(sorted(self.own)), self.kinds)


@lru_cache(maxsize=8192)
def said(text: str) -> Said:
    """Read a text in Latin or Cyrillic letters; Chinese characters in it are left out."""
    own: list[str] = []
    kinds: set[str] = set()
    numbers: list[str] = []
    city: set[str] = set()
    for word in units_of(_SPELT.sub(lambda found: _SAME_AS[found[0].casefold()], text)):
        if is_chinese(word) or word in _noise():
            continue
        if word in _city():
            city.add(_city()[word])
        elif word in _ours():
            kinds.add(_ours()[word])
        elif word.isdecimal():
            numbers.append(word)
        else:
            own.append(word)
    return Said(tuple(own), frozenset(kinds), frozenset(city), tuple(numbers))


def only_generic(key: str) -> bool:
    """Say whether a Chinese key has no word of its own: 人民医院, 东站."""
    return bool(_ONLY_GENERIC.fullmatch(key))


def is_elsewhere(key: str) -> bool:
    """Say whether a key is the name of a large city or a province that is not ours."""
    return key.removesuffix("市").removesuffix("省").removesuffix("city") in _elsewhere()


def cities_of_chinese(key: str) -> frozenset[str]:
    """Return which of the city and the province stand before a Chinese name."""
    before = key[: len(key) - len(without_city(key))]
    return frozenset(word for word, name in (("haikou", "海口"), ("hainan", "海南")) if name in before)


def without_city(key: str) -> str:
    """Return a Chinese key without the names of the province and the city before it."""
    return CITY_CHINESE.sub("", key, count=1)


def categories_of_chinese(key: str) -> tuple[str, ...]:
    """Return which kinds of places a generic Chinese text asks for."""
    return next((found for words, found in CATEGORIES_OF_CHINESE if re.search(words, key)), ())


def categories_of(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return which kinds of places words of ours ask for: those that have all of the words."""
    wanted = {kind for kind in kinds if kind.startswith("#")}
    return tuple(name for name, has in KINDS_OF_CATEGORY.items() if wanted and wanted <= set(has))


def kind_word(word: str) -> str:
    """Return the word of ours that is meant; empty when it is none."""
    return _ours().get(word, "")


@lru_cache(maxsize=1)
def _ours() -> dict[str, str]:
    return _table(f"{_KINDS}{_DIRECTIONS}")


@lru_cache(maxsize=1)
def _city() -> dict[str, str]:
    return _table(_CITY)


@lru_cache(maxsize=1)
def _elsewhere() -> frozenset[str]:
    return frozenset(folded(word) for word in _ELSEWHERE.split())


@lru_cache(maxsize=1)
def _noise() -> frozenset[str]:
    return frozenset(folded(word) for word in _NOISE.split())


def _table(text: str) -> dict[str, str]:
    lines = [line.split() for line in text.splitlines() if line]
    return {folded(word): name for name, *words in lines for word in words}


def kind_words() -> tuple[str, ...]:
    """Return all words of ours as they are written, to find slips in them."""
    return tuple(_ours())
