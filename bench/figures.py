"""Figures and how they are shown. Only ratios count: the machine's own speed drifts from hour to hour."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """What was measured (per second, one number per round), and the floor of the same rounds."""

    work: str
    rates: tuple[float, ...]
    floor: str
    floor_rates: tuple[float, ...]
    goal: float

    @property
    def ratio(self) -> float:
        """Return the median of the rounds' own ratios: a slow moment hits work and floor alike."""
        return median(rate / floor for rate, floor in zip(self.rates, self.floor_rates, strict=True))

    @property
    def reached(self) -> bool:
        return self.ratio >= self.goal


COLUMNS = ("work", "per second", "floor", "per second", "ratio", "goal", "")


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as aligned text, one per line."""
    rows = [COLUMNS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    right_aligned = {1, 3, 4, 5}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if i in right_aligned else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.work,
        f"{median(figure.rates):,.0f}",
        figure.floor,
        f"{median(figure.floor_rates):,.0f}",
        f"{figure.ratio:.2f}",
        f"≥ {figure.goal:.2f}",
        "reached" if figure.reached else "not reached",
    )
