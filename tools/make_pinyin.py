"""Make app/stations/geography/pinyin.txt: how each Chinese character is read, without tones.

The readings are those of pypinyin (MIT licence), which needs 57 MB of memory where this table needs two.
A character of several readings gets those that its phrases use: 长 is chang in 长流 and zhang in 校长.
"""

from collections import Counter, defaultdict
from pathlib import Path

from pypinyin import Style, pinyin
from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict
from pypinyin.style import convert

TABLE = Path(__file__).parents[1] / "app" / "stations" / "geography" / "pinyin.txt"
HEADER = "# Chinese characters by reading. Made by tools/make_pinyin.py from pypinyin (MIT licence)."
IDEOGRAPHS = range(0x4E00, 0xA000)
MOST_READINGS = 2
LEAST_PHRASES = 10
LEAST_SHARE = 0.15


def main() -> None:
    used = readings_in_phrases()
    by_reading: dict[str, list[str]] = defaultdict(list)
    seconds: dict[str, list[str]] = defaultdict(list)
    for character in map(chr, IDEOGRAPHS):
        if readings := readings_of(character, used[character]):
            by_reading[readings[0]].append(character)
            for other in readings[1:]:
                seconds[other].append(character)
    lines = [f"{reading} {''.join(by_reading[reading])}" for reading in sorted(by_reading)]
    lines += [f"+{reading} {''.join(seconds[reading])}" for reading in sorted(seconds)]
    TABLE.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    print(f"{TABLE.name}: {sum(map(len, by_reading.values()))} characters, {len(by_reading)} readings")


def readings_in_phrases() -> dict[str, Counter[str]]:
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, syllables in phrases_dict.items():
        if len(phrase) == len(syllables):
            for character, readings in zip(phrase, syllables, strict=True):
                used[character][plain(readings[0])] += 1
    return used


def readings_of(character: str, used: Counter[str]) -> list[str]:
    if ord(character) not in pinyin_dict:
        return []
    least = max(LEAST_PHRASES, LEAST_SHARE * used.total())
    common = [reading for reading, count in used.most_common(MOST_READINGS) if reading and count >= least]
    return common or [pinyin(character, style=Style.NORMAL)[0][0]]


def plain(reading: str) -> str:
    return str(convert(reading, Style.NORMAL, strict=False, default="")) if reading else ""


if __name__ == "__main__":
    main()
