"""The words a person's name is found by, in any script and as machines write it in passports. PURE.

A name is kept as the passport has it and found by whole words. Each word has several forms: as it is
written, without its accents, and as the machine-readable zone spells it (ICAO 9303: Ü is UE or U,
Ю is IU). Chinese is also read as pinyin. The zone ends after 39 signs, so the word that it cuts is
found by its cut form too.
"""

import unicodedata

from anyascii import anyascii

ZONE_LENGTHS = (38, 39)  # with two fillers after the family name, or with one
LONGEST_NAME = 400

# Where the zone spells a letter otherwise than by dropping its accent.
_ZONE_LATIN = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Ð": "D", "Đ": "D", "Ĳ": "IJ", "Ñ": "NXX", "Ö": "OE", "Ø": "OE",
    "Œ": "OE", "ẞ": "SS", "ß": "SS", "Ü": "UE", "Þ": "TH", "Ł": "L",
}  # fmt: skip
_CYRILLIC = """
А:A Б:B В:V Г:G Д:D Е:E Ё:E Ж:ZH З:Z И:I Й:I К:K Л:L М:M Н:N О:O П:P Р:R С:S Т:T У:U Ф:F Х:KH Ц:TS
Ч:CH Ш:SH Щ:SHCH Ъ:IE Ы:Y Ь: Э:E Ю:IU Я:IA І:I Ї:I Є:IE Ґ:G
"""
_ZONE_CYRILLIC = dict(pair.split(":") for pair in _CYRILLIC.split())
_ZONE = {**_ZONE_LATIN, **_ZONE_CYRILLIC}
_APOSTROPHES = "'’‘`ʼʹ´."


def words_to_keep(name: str) -> set[str]:
    """Return every form of every word by which this name can be found."""
    words = [form for word in split(name) for form in forms_of(word)]
    return {*words, *_cut_words(name)}


def words_to_find(text: str) -> list[set[str]]:
    """Return the forms of each word of a search; a name fits that has a form of every word."""
    return [whole_forms_of(part) for word in split(text) for part in _parts_of(word)]


def split(text: str) -> list[str]:
    """Return the words of a name in capitals: fillers and hyphens part them, apostrophes do not."""
    text = unicodedata.normalize("NFKC", text[:LONGEST_NAME]).upper()
    text = "".join("" if sign in _APOSTROPHES else sign for sign in text)
    parted = "".join(sign if _belongs(sign) else " " for sign in text)
    return [word for word in ("".join(filter(_is_letter, part)) for part in parted.split()) if word]


def forms_of(word: str) -> set[str]:
    """Return the forms under which one word of a name in capitals is kept."""
    forms = whole_forms_of(word)
    if _is_chinese(word):
        # A family name of one or two characters stands before the given name without a space.
        for cut in range(1, min(3, len(word))):
            forms |= {_plain(word[:cut]), _plain(word[cut:])}
    return forms - {""}


def whole_forms_of(word: str) -> set[str]:
    """Return a word in capitals as it is written, without accents, and as the zone spells it."""
    return {word, _plain(word), _plain(_zoned(word))} - {""}


def _parts_of(word: str) -> list[str]:
    """Return a Chinese name in two parts, so that it also finds one that is kept in Latin letters."""
    return [word[:1], word[1:]] if _is_chinese(word) and len(word) > 1 else [word]


def folded(text: str) -> str:
    """Return a company's name as a search compares it: plain capitals in single spaces."""
    return " ".join(filter(None, map(_plain, split(text))))[:LONGEST_NAME].strip()


def _belongs(sign: str) -> bool:
    # Marks stay with their letter; signs that only steer the direction of writing part nothing.
    return _is_letter(sign) or unicodedata.category(sign) in ("Mn", "Mc", "Cf")


def _is_letter(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign) in ("Mn", "Mc")


def _plain(word: str) -> str:
    bare = "".join(s for s in unicodedata.normalize("NFKD", word) if not unicodedata.combining(s))
    return "".join(sign for sign in anyascii(bare).upper() if sign.isascii() and sign.isalnum())


def _zoned(word: str) -> str:
    return "".join(_ZONE.get(sign, sign) for sign in unicodedata.normalize("NFC", word))


def _is_chinese(word: str) -> bool:
    return all("\u3400" <= sign <= "\u9fff" for sign in word)


def _cut_words(name: str) -> set[str]:
    words = split(name)
    spellings = ([_plain(word) for word in words], [_plain(_zoned(word)) for word in words])
    lines = {"<".join(filter(None, spelling)) for spelling in spellings}
    cut = (line[:length] for line in lines for length in ZONE_LENGTHS if len(line) > length)
    return {line.rpartition("<")[2] for line in cut} - {""}
