"""Two variants beside each other: what was changed, what starts when, and figures with their paired difference."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.reporting.part import Table, table
from scenarios.reporting.words import amount, change, money, share
from sim.display.text import plain

if TYPE_CHECKING:
    from scenarios.workbench.answer import Answer
    from scenarios.workbench.edits import Edits
    from sim.world import Scenario

MOST_SHOWN = 80


@dataclass(frozen=True)
class Side:
    """One of the two: its name, its changes, its answer."""

    name: str
    edits: Edits
    answer: Answer


def side_by_side(base: Scenario, left: Side, right: Side) -> tuple[str, list[Table]]:
    """A sentence and three tables. Differences are right less left, draw by draw on the draws that both have: the same
    seed gives both the same worlds, so what is common to them cancels out."""
    currency = plain(base.profile.currency, 12)
    shared = min(left.answer.draws, right.answer.draws)
    npv = _paired(left.answer.npv, right.answer.npv, shared)
    names = plain(left.name, 60), plain(right.name, 60)
    if not npv.any():
        sentence = f"“{names[1]}” and “{names[0]}” are worth the same in each of {shared:,} common draws."
    else:
        mean, se = _estimate(npv)
        better, worse = float((npv > 0.0).mean()), float((npv < 0.0).mean())
        sentence = (
            f"“{names[1]}” is worth {change(mean, se)} {currency} against “{names[0]}”, on {shared:,} common draws; it "
            f"is better in {share(better)} of them and worse in {share(worse)}."
        )
        if abs(mean) < 2.0 * se:
            sentence += " The difference is within two standard errors: it cannot be told yet which is better."
    found = [_figures(left, right, shared, currency, names)]
    if left.edits == right.edits:
        sentence += " Nothing was changed between them."
    else:
        found.append(table("What was changed", ("input", *names), list(_inputs(base, left, right))))
    found.append(table("What starts when", ("initiative", *names, "difference"), list(_starts(base, left, right))))
    return sentence, found


def _paired(left: tuple[float, ...], right: tuple[float, ...], shared: int) -> NDArray[np.float64]:
    difference: NDArray[np.float64] = np.array(right[:shared]) - np.array(left[:shared])
    return difference


def _estimate(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def _figures(left: Side, right: Side, shared: int, currency: str, names: tuple[str, str]) -> Table:
    rows = []
    for name, key in (("expected gain (NPV), mean", "npv"), ("deepest cash point, mean", "trough")):
        one, two = getattr(left.answer, key), getattr(right.answer, key)
        cells = [money(*_estimate(np.array(values)), "") for values in (one, two)]
        rows.append((f"{name}, {currency}", *cells, change(*_estimate(_paired(one, two, shared)))))
    losses = [np.array(side.answer.npv) < 0.0 for side in (left, right)]
    moved = losses[1][:shared].astype(float) - losses[0][:shared].astype(float)
    mean, se = _estimate(moved)
    rows.append(
        (
            "chance of a loss",
            *(share(float(one.mean())) for one in losses),
            f"{change(100.0 * mean, 100.0 * se)} points",
        )
    )
    costs = [sum(one["capital"] + one["delivery"] + one["running"] for one in side.answer.plan["periods"])
             for side in (left, right)]  # fmt: skip
    gap = amount(costs[1] - costs[0])
    rows.append(
        (f"cost in the budgets, mean, {currency}", *map(amount, costs), gap if gap.startswith("−") else f"+{gap}")
    )
    states = [_state(side.answer) for side in (left, right)]
    rows.append(("worked out", *states, f"on {shared:,} common draws"))
    return table("Figures, ± one standard error; difference: second less first, draw by draw",
                 ("figure", *names, "difference"), rows, (1, 2, 3))  # fmt: skip


def _state(answer: Answer) -> str:
    return f"{'refined' if answer.state == 'refined' else 'coarse'}, {answer.draws:,} draws"


def _inputs(base: Scenario, left: Side, right: Side) -> Iterator[tuple[str, str, str]]:
    same = "as the file says"
    one, two = dict(left.edits.values), dict(right.edits.values)
    for path in {**one, **two}:
        if one.get(path) != two.get(path):
            yield path, plain(one.get(path, same), MOST_SHOWN), plain(two.get(path, same), MOST_SHOWN)
    one, two = dict(left.edits.pins), dict(right.edits.pins)
    for name in {**one, **two}:
        if one.get(name) != two.get(name):
            title = plain(base.initiatives[name].title, 60) or name
            yield f"decision: {title}", one.get(name, same), two.get(name, same)
    weights = left.edits.risk_weight, right.edits.risk_weight
    if weights[0] != weights[1]:
        yield "risk weight", *(same if one is None else f"{one:g}" for one in weights)  # type: ignore[misc]


def _starts(base: Scenario, left: Side, right: Side) -> Iterator[tuple[str, str, str, str]]:
    one, two = left.answer.roadmap, right.answer.roadmap
    for name in sorted({**one, **two}, key=lambda n: (min(one.get(n, 10**6), two.get(n, 10**6)), n)):
        cells = ["not started" if at is None else base.period_label(at // base.period_months)
                 for at in (one.get(name), two.get(name))]  # fmt: skip
        word = "same" if one.get(name) == two.get(name) else "only in the second" if name not in one else \
            "only in the first" if name not in two else f"{abs(two[name] - one[name])} months " + \
            ("later" if two[name] > one[name] else "earlier")  # fmt: skip
        yield plain(base.initiatives[name].title, 60) or name, cells[0], cells[1], word
