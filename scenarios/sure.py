"""A figure of a roadmap, or its difference from another roadmap, to a stated precision by the kernel.

Looks at 4,096, 8,192, ... draws; the interval of each look allows for the others (`sim.measures.sequential`), so
stopping when it is narrow enough, or clear of 0, does not bias it. Where the draws end first the answer is that it
cannot be told, with the draws that would be needed, extrapolated from the width that falls as 1 / sqrt(draws).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from scenarios.kept_draws import Kept, Origin, code_digest, joined, none
from scenarios.statistics import MONEY, Figure
from sim.errors import Problem, ProblemsFound
from sim.measures import Interval, Target, difference_interval, draws_needed, until_sure
from sim.measures.sequential import BLOCK, LOOKS
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import KPI_NAMES
from sim.quantities import QuantityError, parse_number
from sim.roadmap import Roadmap
from sim.statistic import draw_means
from sim.world import Scenario

FEWEST, MOST = BLOCK, BLOCK * LOOKS[-1]
USUAL_MOST = BLOCK * 64
AT_A_TIME = 16 * BLOCK  # draws of one call of the kernel: the values of all KPIs by year take memory
PRECISION = re.compile(r"(?P<amount>[\d.][\d_,.]*(?:[eE][-+]?\d+)?(?:\s*[kKmM](?![A-Za-z]))?)\s*(?P<unit>.*)")
POINTS = ("point", "points")
Progress = Callable[[str, int, int], None]


class Verdict(Enum):
    """What is sure at the end. The value is the sentence to show."""

    REACHED = "the precision is reached"
    BETTER = "better"
    WORSE = "worse"
    CANNOT_TELL = "cannot tell yet"


@dataclass(frozen=True)
class Answer:
    """How sure a figure is. interval: of 95 %, valid however the draws were stopped; precision: as asked for, empty
    where only the sign of a difference was; against: the other roadmap, of a difference; reached: whether what was
    asked for is; needed: draws for it, extrapolated, None where it is reached or there is no telling; most: the limit
    of draws as it was stated, None where it was not."""

    figure: Figure
    unit: str
    interval: Interval
    precision: str
    against: str | None
    draws: int
    looks: int
    reached: bool
    verdict: Verdict
    needed: int | None
    most: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The entry `sure` of a JSON document; figures in `unit`."""
        return {
            "statistic": self.figure.name,
            "unit": self.unit,
            "of": "difference" if self.against is not None else "roadmap",
            "against": self.against,
            **self.interval.as_dict(),
            "precision": self.precision or None,
            "draws": self.draws,
            "looks": self.looks,
            "reached": self.reached,
            "verdict": self.verdict.name.lower(),
            "draws_needed": self.needed,
        }


def target(text: str, figure: Figure, currency: str) -> Target:
    """The precision that a text asks for: `2%` of the figure, or an amount with its unit. Raises ProblemsFound.

    >>> from scenarios.statistics import figure as named
    >>> target("2%", named("npv"), "USD"), target("500 USD", named("npv.p5"), "USD")
    (Target(amount=0.02, relative=True), Target(amount=500.0, relative=False))
    >>> target("10k USD", named("npv"), "USD"), target("1,200 USD", named("npv"), "USD")
    (Target(amount=10000.0, relative=False), Target(amount=1200.0, relative=False))
    >>> target("0.5 points", named("prob_npv_negative"), "USD")
    Target(amount=0.005, relative=False)
    """
    unit = unit_of(figure, currency)
    points = unit in ("share", "ratio")
    hint = f"such as 2% of the figure, or {'0.5 points' if points else f'500 {unit}'}"
    found = PRECISION.fullmatch(text.strip())
    amount = _amount(found["amount"], text, hint) if found else math.nan
    if found is None or not 0.0 < amount < math.inf:
        raise ProblemsFound([Problem("--precision", f"{text!r} is no precision", text, hint)])
    given = found["unit"].strip()
    if given == "%":
        if amount >= 100.0:
            raise ProblemsFound([Problem("--precision", "outside the range 0 % to 100 %", text, hint)])
        return Target(amount / 100.0, True)
    if points and given in POINTS:
        return Target(amount / 100.0, False)
    if not points and given.lower() == unit.lower():
        return Target(amount, False)
    what = f"{given!r} is not the unit of {figure.name}" if given else "a precision needs its unit"
    raise ProblemsFound([Problem("--precision", what, text, hint)])


def _amount(amount: str, text: str, hint: str) -> float:
    """The number of a precision, written as in scenario files: 10k, 1,200; NaN where it is none. Raises ProblemsFound
    for a decimal comma."""
    try:
        return parse_number(amount)
    except QuantityError as error:
        if "comma" in str(error):
            raise ProblemsFound([Problem("--precision", str(error), text, hint)]) from None
        return math.nan


def unit_of(figure: Figure, currency: str) -> str:
    """Unit of a figure, with the currency in place of the word for money."""
    return figure.unit.replace(MONEY, currency)


def most_draws(asked: int | None) -> int:
    """The last look that a limit allows. Raises ProblemsFound for a limit before the first one.

    >>> most_draws(None), most_draws(10_000)
    (262144, 8192)
    """
    limit = USUAL_MOST if asked is None else asked
    if limit < FEWEST:
        hint = f"{FEWEST:,} or more; {USUAL_MOST:,} unless stated"
        raise ProblemsFound([Problem("--max-draws", "fewer than the first look takes", limit, hint)])
    return max(BLOCK * blocks for blocks in LOOKS if BLOCK * blocks <= limit)


def origin(scenario: Scenario, roadmaps: tuple[Roadmap, ...], seed: int) -> Origin:
    """What decides the draws of a run."""
    return Origin(scenario.hash(), seed, tuple(map(str, roadmaps)), code_digest())


def sure(
    scenario: Scenario,
    roadmaps: tuple[Roadmap, ...],
    figure: Figure,
    precision: str | None,
    seed: int,
    *,
    most: int | None = None,
    kept: Kept | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Answer, Kept]:
    """Draw until the figure is known as precisely as asked for, or `most` draws are there.

    roadmaps: one, or two for the difference of the first from the second on the same draws. precision: see `target`;
    None, for two, until the sign is known. kept: draws of an earlier run, which come first. progress: called with what
    is known, draws done and draws expected. Raises ProblemsFound.
    """
    currency, limit = scenario.profile.currency, most_draws(most)
    paired = len(roadmaps) == 2
    asked = None if precision is None else target(precision, figure, currency)
    if kept is not None and kept.draws > limit:
        hint = f"{kept.draws:,} or more"
        raise ProblemsFound([Problem("--max-draws", f"the run has {kept.draws:,} draws already", limit, hint)])
    held = none(origin(scenario, roadmaps, seed), figure.kpi) if kept is None else kept
    if kept is not None:
        kept.of(figure, 0)  # what the run does not hold is refused before any draw is made
    told, expected = "first look", limit

    def interval(n: int, confidence: float) -> Interval:
        nonlocal held, told, expected
        while held.draws < n:
            count = min(AT_A_TIME, n - held.draws)
            held = joined([held, _drawn(scenario, roadmaps, seed, held, count, threads)])
            if progress is not None:
                progress(told, held.draws, max(expected, n))
        rows = [held.first(n).of(figure, row) for row in range(len(roadmaps))]
        found = (
            difference_interval(figure.estimator, rows[0], rows[1], confidence)
            if paired
            else figure.estimator.interval(rows[0], confidence)
        )
        if found.estimate is not None and math.isfinite(found.half):
            told = f"{figure.name} {found.estimate:,.4g} within {found.half:,.2g}"
            expected = min(limit, draws_needed(found, wanted(found)) or limit)
        return found

    def wanted(found: Interval) -> float:
        size = abs(found.estimate or 0.0)
        return size if asked is None else asked.wanted(size)

    def enough(found: Interval) -> bool:
        return _clear(found) if asked is None else asked.met(found)

    end = until_sure(interval, enough, limit, known=held.draws)
    needed = None if end.reached else draws_needed(end.interval, wanted(end.interval))
    verdict = _verdict(end.interval, figure) if paired else Verdict.REACHED if end.reached else Verdict.CANNOT_TELL
    answer = Answer(
        figure=figure,
        unit=unit_of(figure, currency),
        interval=end.interval,
        precision=precision or "",
        against=str(roadmaps[1]) if paired else None,
        draws=end.draws,
        looks=end.looks,
        reached=end.reached,
        verdict=verdict,
        needed=needed,
        most=most,
    )
    return answer, held


def _clear(found: Interval) -> bool:
    """Whether the interval is clear of 0."""
    return found.low is not None and found.high is not None and (found.low > 0.0 or found.high < 0.0)


def _verdict(found: Interval, figure: Figure) -> Verdict:
    """What a difference says of the first roadmap."""
    if not _clear(found) or found.low is None:
        return Verdict.CANNOT_TELL
    return Verdict.BETTER if (found.low > 0.0) == (figure.better == "higher") else Verdict.WORSE


def _drawn(
    scenario: Scenario, roadmaps: tuple[Roadmap, ...], seed: int, held: Kept, count: int, threads: int | None
) -> Kept:
    """The next draws, with the values that are kept of the others."""
    detail = bool(held.kpis)
    found = evaluate(scenario, roadmaps, count, seed, first_draw=held.draws, detail=detail, threads=threads)
    columns = {name: KPI_NAMES.index(name) for name in held.kpis}
    return Kept(
        held.origin,
        {name: np.stack([getattr(one, name) for one in found]) for name in held.values},
        {name: np.stack([draw_means(one.kpis[:, k]) for one in found]) for name, k in columns.items()},
        (found.drivers_clipped, found.clipped - found.drivers_clipped),
    )
