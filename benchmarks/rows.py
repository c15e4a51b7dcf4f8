"""A row of the table of targets, and how contenders are timed: in turn, in one process, medians of the repeats.

A module of the registry offers `rows(smoke: bool) -> Iterator[Row]`. It validates its contenders against each other
before it times anything, and raises when they disagree.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Work = Callable[[], object]
SIGNS = {"at least": ">=", "at most": "<="}


@dataclass(frozen=True)
class Row:
    """One target. ratios: one for each repeat, of times or rates of the same run; empty where nothing was measured.

    better: whether the ratio should reach the target or stay below it. detail: the times behind the ratio. missing: why
    there is no figure.
    """

    name: str
    what: str
    target: float
    better: Literal["at least", "at most"]
    ratios: tuple[float, ...] = ()
    detail: str = ""
    missing: str = ""
    unit: str = "x"

    @property
    def ratio(self) -> float | None:
        """The median."""
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def met(self) -> bool | None:
        """None where nothing was measured."""
        if self.ratio is None:
            return None
        return self.ratio >= self.target if self.better == "at least" else self.ratio <= self.target

    @property
    def measured(self) -> str:
        """Ratio, spread and number of repeats in words.

        >>> Row("a", "b", 2.0, "at least", (2.5, 2.0, 3.0)).measured
        '2.50x (2.00 to 3.00, 3 repeats)'
        """
        if self.ratio is None:
            return f"not measured: {self.missing}"
        low, high = (digits(x) for x in (min(self.ratios), max(self.ratios)))
        times = f"{len(self.ratios)} repeats" if len(self.ratios) > 1 else "1 repeat"
        return f"{digits(self.ratio)}{self.unit} ({low} to {high}, {times})"

    @property
    def wanted(self) -> str:
        return f"{SIGNS[self.better]} {self.target:g}{self.unit}"

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


def digits(value: float) -> str:
    """Three figures.

    >>> digits(1234.5), digits(12.34), digits(0.987)
    ('1,234', '12.3', '0.987')
    """
    if value >= 100.0:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10.0 else f"{value:.2f}" if value >= 1.0 else f"{value:.3f}"


def missing(name: str, what: str, target: float, better: Literal["at least", "at most"], why: str) -> Row:
    """A row without figure."""
    return Row(name, what, target, better, missing=why)


def seconds(work: Work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def alternate(contenders: Mapping[str, Work], repeats: int) -> dict[str, tuple[float, ...]]:
    """Seconds of each contender in each repeat; all of them once a repeat, in an order that turns round."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for repeat in range(repeats):
        for name in names if repeat % 2 == 0 else reversed(names):
            taken[name].append(seconds(contenders[name]))
    return {name: tuple(times) for name, times in taken.items()}


def per_unit(times: Sequence[float], units: int) -> str:
    """The median in microseconds a unit.

    >>> per_unit([0.2, 0.1, 0.3], 1000)
    '200 us'
    """
    return f"{digits(1e6 * statistics.median(times) / units)} us"
