"""What is typed into forms: right, at the border, hostile. PURE but for the chance that is given."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from tests.hostile import HOSTILE_NAMES
from tests.walker.page import Field, Form

MARK = "walker-was-here"  # an element of this id on a page is code that came in by a form
LONG = "long " * 2000
WORDS = {"en": "Repairs at the door", "zh": "门口维修", "ru": "Ремонт у двери"}

RIGHT = {
    "email": ("walker@example.org", "second.walker@example.org", "w3@example.org"),
    "tel": ("+86 138 0013 8000", "13900139000", "+7 912 345-67-89"),
    "time": ("09:00", "10:30", "12:00", "14:30", "17:00"),
    "number": ("1", "2", "3", "5", "20", "30"),
    "search": ("Longhua", "海口", "аэропорт", "20.03, 110.33", "meilan"),
    "name": ("Ван Ли", "王丽", "Nguyễn Thị Lan", "Ana Ruiz"),
}
ODD = {
    "email": (
        "", "a@b", "юля@пример.рф", "walker@straße.de", "x" * 300 + "@example.org", "two@x.org, three@x.org",
        "new\nline@example.org", "walker @example.org",
    ),
    "tel": ("", "12", "110", "+" + "1" * 40, "tel", "０１３８００１３８０００", "+86 10 8888 8888"),
    "time": ("", "24:00", "9:5", "09:03", "25:61", "noon", "٠٩:٠٠", "00:00", "23:55"),
    "number": (
        "", "0", "-1", "1.5", "9" * 400, "１２", "٣", "1e3", "2147483648", "32768", "9" * 20, "abc", "NaN",
        " 7 ", "+2",
    ),
    "date": (
        "", "2026-02-30", "2026/11/5", "1999-12-31", "9999-12-31", "0001-01-01", "soon", "26-11-05",
        "2027-01-04", "2026-10-01", "٢٠٢٦-١١-٢٥",
    ),
    "text": (
        "", "   ", *HOSTILE_NAMES, f"<b id='{MARK}'>bold</b>", LONG, "👩\u200d👧" * 30,
        "\u202egnp.exe", "'; DROP TABLE visits;--", "\ufffd", "line\nline", "\t", "=1+1", "\u0301" * 50,
    ),
}  # fmt: skip

DATES = re.compile(r"day|date|starts$|from$|until$|_on$", re.IGNORECASE)
NUMBERS = re.compile(r"desks|held|people|slot$|minutes|days|visits|limit|count|hours|party", re.IGNORECASE)


CASES = (
    "application_number,passport,nationality,name,residence,decided_on,employer,email,phone,language\n"
    "R-1,X77001122,FR,JEAN DUPONT,approved,2026-11-23,海南公司,jean@example.org,,en\n"
    "R-2,X77001133,RU,IVAN PETROV,in_review,,海南公司,,13900139000,ru\n"
)
FILES = (("cases.csv", CASES.encode()), ("odd.csv", b"\xff\xfe,;\n\x00"), ("empty.csv", b""))


@dataclass
class Known:
    """What one browser's person knows: how to sign in, whose codes, which files."""

    username: str = ""
    password: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    files: list[tuple[str, bytes]] = field(default_factory=lambda: list(FILES))


Filled = dict[str, list[str]]


def kind_of(one: Field) -> str:
    """Return what is to be typed here, by the type of the control, else by its name."""
    name = one.name.lower()
    if one.kind in ("email", "tel", "time", "date", "search"):
        return one.kind
    for kind, signs in (("email", "email"), ("tel", "phone"), ("search", "near")):
        if signs in name:
            return kind
    if one.kind == "number" or (one.kind == "text" and NUMBERS.search(name)):
        return "number"
    if one.kind == "text" and DATES.search(name):
        return "date"
    return "name" if "name" in name and one.language == "" else "text"


@dataclass
class Typist:
    """Fills forms in one mood: "right" | "odd" (one control is not) | "wild" | "as_is".

    "fresh" is right, too, but keeps no word and no day that the page has filled in already.
    """

    known: Known
    today: date
    chance: Random
    mood: str = "right"

    def fill(self, form: Form) -> Filled:
        """Return what is sent for each name."""
        typed = [one for one in form.fields if one.is_typed]
        odd = {id(self.chance.choice(typed))} if typed and self.mood == "odd" else set()
        filled: Filled = {}
        pair = self._pair()
        for one in form.fields:
            if one.kind not in ("checkbox", "radio"):
                wild = id(one) in odd or (self.mood == "wild" and self.chance.random() < 0.7)
                filled.setdefault(one.name, []).append(self._typed(one, pair, wild=wild))
                pair = self._pair() if one.name == "last4" else pair
        for name in dict.fromkeys(one.name for one in form.fields if one.kind in ("checkbox", "radio")):
            filled[name] = self._ticked(form.named(name))
        return filled

    def _pair(self) -> tuple[str, str]:
        return self.chance.choice(self.known.codes or (("HKAB2345", "1234"),))

    def _typed(self, one: Field, pair: tuple[str, str], *, wild: bool) -> str:
        if one.kind == "file":
            return self.chance.choice(["", *(name for name, _ in self.known.files)])
        if one.kind == "hidden" or self.mood == "as_is":
            return one.value
        if one.kind == "select":
            return self.chance.choice(one.options or (one.value,))
        if one.kind == "password" or one.name == "username":
            secret = self.known.password if one.kind == "password" else self.known.username
            return self.chance.choice(("", "wrong")) if wild else secret
        kind = kind_of(one)
        return self.chance.choice(ODD.get(kind, ODD["text"])) if wild else self._right(one, kind, pair)

    def _right(self, one: Field, kind: str, pair: tuple[str, str]) -> str:
        kept = self.mood != "fresh" or kind in ("number", "time")
        if one.value and kept and self.chance.random() < 0.6:
            return one.value
        if "last4" in one.name:
            return pair[1]
        if one.name in ("code", "collection_code"):
            return self.chance.choice((pair[0], f"{pair[0][:4]} {pair[0][4:]}".lower()))
        if kind == "date":
            ahead = self.chance.choice((0, 1, 1, 2, 3, 5, 7, 10, 14, 30))
            return (self.today + timedelta(days=ahead)).isoformat()
        if kind in RIGHT:
            return self.chance.choice(RIGHT[kind])
        return WORDS[one.language] if one.language in WORDS else self.chance.choice(list(WORDS.values()))

    def _ticked(self, boxes: list[Field]) -> list[str]:
        if self.mood == "as_is" or self.chance.random() < 0.3:
            return [box.value for box in boxes if box.checked]
        if boxes[0].kind == "radio":
            return [self.chance.choice(boxes).value]
        return [box.value for box in boxes if self.chance.random() < 0.6]
