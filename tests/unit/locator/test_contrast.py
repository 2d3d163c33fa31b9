"""The colours of the style sheet can be read: text 4.5 to 1, edges that matter 3 to 1, in every palette."""

import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).parents[3] / "app/static/css/site.css").read_text(encoding="utf-8")
TEXT_ON = [
    *((text, ground) for text in ("ink", "ink-2", "link") for ground in ("bg", "paper", "shell", "tint")),
    *((text, "tint-2") for text in ("ink", "link")),
    ("on-button", "button"),
    ("on-button", "button-hover"),
    ("on-top", "top"),
    *((colour, ground) for colour in ("palm", "coral") for ground in ("bg", "paper", f"{colour}-1")),
    ("ink", "palm-1"),
    ("ink", "amber-1"),
    ("amber", "amber-1"),
    ("paper", "coral"),
]
EDGE_ON = [(edge, ground) for edge in ("line", "edge", "ring") for ground in ("bg", "paper")]


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})\b", block))


def block(start: str, nth: int = 0) -> str:
    found = re.findall(rf"(?ms)^\s*{start} \{{(.*?)^\s*\}}", SHEET)
    return str(found[nth])


LIGHT = tokens(block(":root"))
DARK = LIGHT | tokens(block(":root", 1))
HIGH = LIGHT | tokens(block(r"\.contrast"))
HIGH_DARK = DARK | tokens(block(r"\.contrast")) | tokens(block(r"\.contrast", 1))
PALETTES = {"light": LIGHT, "dark": DARK, "high": HIGH, "high dark": HIGH_DARK}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(d * 2 for d in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", PALETTES)
def test_text_can_be_read(palette: str) -> None:
    colours = PALETTES[palette]
    weak = {
        f"{text} on {ground}": round(contrast(colours[text], colours[ground]), 2)
        for text, ground in TEXT_ON
        if contrast(colours[text], colours[ground]) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("palette", PALETTES)
def test_edges_that_matter_can_be_seen(palette: str) -> None:
    colours = PALETTES[palette]
    weak = {
        f"{edge} on {ground}": round(contrast(colours[edge], colours[ground]), 2)
        for edge, ground in EDGE_ON
        if contrast(colours[edge], colours[ground]) < 3
    }
    assert weak == {}


@pytest.mark.parametrize("palette", ["high", "high dark"])
def test_high_contrast_is_higher(palette: str) -> None:
    colours = PALETTES[palette]
    assert min(contrast(colours[t], colours["bg"]) for t in ("ink", "ink-2", "link")) >= 12


def test_the_measure_knows_black_and_white() -> None:
    assert round(contrast("#000", "#ffffff"), 1) == 21.0
