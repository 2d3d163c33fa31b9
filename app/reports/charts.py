"""The geometry of charts: bars from a zero line, and grids of shaded cells. PURE; a template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 420
VALUE_WIDTH = 56
LABEL_HEIGHT, BAR_HEIGHT, GAP = 20, 18, 8
CELL_HEIGHT = 34
GRID_LABEL_WIDTH = 44
LEVELS = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, `length` units long: its label above it, as long as it may be, its number at the end."""

    label: str
    words: str
    y: int
    length: float
    kind: int  # 0, 1, …: its series, told by colour and pattern


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart. `sentence` is what it says, for who cannot see it."""

    sentence: str
    bars: tuple[Bar, ...]
    width: int = WIDTH
    bar_height: int = BAR_HEIGHT

    @property
    def height(self) -> int:
        return self.bars[-1].y + BAR_HEIGHT + GAP


@dataclass(frozen=True, slots=True)
class ChartCell:
    x: int
    y: int
    width: int
    words: str
    level: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of shaded cells, the number printed in each."""

    sentence: str
    columns: tuple[tuple[int, str], ...]  # middle of the column, its label
    rows: tuple[tuple[int, str], ...]
    cells: tuple[ChartCell, ...]
    height: int
    width: int = WIDTH


def bars(sentence: str, lines: Sequence[tuple[str, float, str]], *, series: int = 1) -> Bars | None:
    """Return a chart of (label, number, words); with more series, so many lines belong together.

    None where there is nothing to show: no axis without data.
    """
    most = max((number for _label, number, _words in lines), default=0)
    if most <= 0:
        return None
    room = WIDTH - VALUE_WIDTH
    drawn = tuple(
        Bar(label, words, _y(index, series), round(room * number / most, 1), index % series)
        for index, (label, number, words) in enumerate(lines)
    )
    return Bars(sentence, drawn)


def _y(index: int, series: int) -> int:
    """Return the top of a bar: each group of series has one label above it."""
    group, place = divmod(index, series)
    return LABEL_HEIGHT + group * (LABEL_HEIGHT + series * (BAR_HEIGHT + 2) + GAP) + place * (BAR_HEIGHT + 2)


def grid(
    sentence: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[tuple[str, int]]]]
) -> Grid | None:
    """Return a grid of (words, level) cells by row label; None without rows or columns."""
    if not columns or not rows:
        return None
    width = (WIDTH - GRID_LABEL_WIDTH) // len(columns)
    xs = [GRID_LABEL_WIDTH + width * index for index in range(len(columns))]
    ys = [CELL_HEIGHT * (index + 1) for index in range(len(rows))]
    cells = tuple(
        ChartCell(x, y, width, words, level)
        for y, (_label, line) in zip(ys, rows, strict=True)
        for x, (words, level) in zip(xs, line, strict=True)
    )
    heads = tuple((x + width // 2, label) for x, label in zip(xs, columns, strict=True))
    sides = tuple((y, label) for y, (label, _line) in zip(ys, rows, strict=True))
    return Grid(sentence, heads, sides, cells, CELL_HEIGHT * (len(rows) + 1) + 4)
