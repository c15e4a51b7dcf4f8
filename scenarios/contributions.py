"""What each initiative of a roadmap contributes: alone, last in, and its Shapley value, all on common draws.

A coalition of initiatives is worth the NPV of the roadmap with those of them alone whose requirements are among them
too (the rest cannot begin), each in its month, against the empty roadmap. Mandatory initiatives are counted like any
other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scenarios.attribution.coalitions import Permission
    from scenarios.attribution.linear import Sums
    from scenarios.attribution.report import Contributions, Pair, Part
    from scenarios.attribution.shapley import Orders
    from sim.roadmap import Roadmap
    from sim.world import Scenario

    Floats = NDArray[np.float64]
    Weights = dict[int, Floats]

Progress = Callable[[int, int], None]
"""Called with the number of roadmaps done and of all."""

DRAWS, ORDERS = 1024, 32
BATCH = 64
"""Roadmaps in one call of the simulation: enough to share a world among many, few enough to show progress."""

CELLS = 40_000_000
"""Numbers that may be kept or returned by one call of the simulation: 320 MB."""

TAIL_DRAWS = 20
"""Draws in the worst 5 % from which on the mean of them is given, with its error."""


def contributions(
    scenario: Scenario,
    roadmap: Mapping[str, int] | Roadmap,
    draws: int = DRAWS,
    orders: int = ORDERS,
    seed: int = 1,
    *,
    first_draw: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Contributions:
    """Divide the NPV, cost, CVaR and probability of a loss of a roadmap among its initiatives.

    draws: 2 or more, from `first_draw` on. orders: sampled ones, even; all orders count for up to 8 initiatives, or
    where requirements leave few coalitions. threads: they change no figure. Raises ProblemsFound for an empty roadmap,
    one that the scenario does not allow, and for numbers of draws or orders that cannot be used.
    """
    from optimize.archive import estimate
    from scenarios.attribution.coalitions import permission
    from scenarios.attribution.linear import LEVEL, Sums, losses, tail_terms
    from scenarios.attribution.pairs import pairs
    from scenarios.attribution.report import Contribution, Contributions
    from scenarios.attribution.shapley import orders as chosen_orders
    from sim.montecarlo import evaluate
    from sim.roadmap import roadmap as validated

    starts = validated(scenario, roadmap).as_dict
    names = list(starts)
    direct = {name: [rule.initiative for rule in scenario.initiatives[name].requires] for name in names}
    game = permission(names, direct)
    _check(names, draws)
    which = chosen_orders(len(names), orders, seed, game.count)
    shares = which.weights(game.permitted)
    couples = pairs(game)
    npv = Sums(_all_weights(game, shares, couples), draws)
    others = {"cost": Sums(shares, draws), "loss": Sums(_with_last(game, shares), draws)}
    if LEVEL * draws >= TAIL_DRAWS:
        others["tail"] = Sums(shares, draws)

    whole = evaluate(scenario, starts, draws, seed, first_draw=first_draw, detail=False, threads=threads)
    values, costs = whole[0].npv, whole[0].cost

    def count(coalition: int, npv_values: Floats, cost_values: Floats) -> None:
        npv.add(coalition, npv_values)
        others["cost"].add(coalition, cost_values)
        others["loss"].add(coalition, losses(npv_values))
        if "tail" in others:
            others["tail"].add(coalition, tail_terms(npv_values))

    count(0, values - values, costs - costs)  # the empty roadmap is the reference
    count(game.everyone, values, costs)
    todo = sorted(npv.wanted - {0, game.everyone})
    size = max(1, min(BATCH, CELLS // (16 * draws) - 1))
    for first in range(0, len(todo), size):
        part = todo[first : first + size]
        roadmaps = [{name: starts[name] for i, name in enumerate(names) if c >> i & 1} for c in part]
        found = evaluate(scenario, roadmaps, draws, seed, first_draw=first_draw, detail=False, threads=threads)
        for coalition, one in zip(part, found, strict=True):
            count(coalition, one.npv, one.cost)
        if progress is not None:
            progress(first + len(part), len(todo))

    n = len(names)
    rows = [
        Contribution(
            name=name,
            title=scenario.initiatives[name].title,
            start=starts[name],
            mandatory=scenario.initiatives[name].mandatory,
            requires=tuple(direct[name]),
            alone=npv.estimate(n + i),
            last_in=npv.estimate(2 * n + i),
            last_in_loss=others["loss"].estimate(n + i),
            npv=_part(i, npv, which, game),
            cost=_part(i, others["cost"], which, game),
            cvar5=_part(i, others["tail"], which, game) if "tail" in others else None,
            prob_loss=_part(i, others["loss"], which, game),
        )
        for i, name in enumerate(names)
    ]
    tail = estimate(tail_terms(values)) if "tail" in others else None
    notes = list(whole.notes)
    if tail is None:
        notes.append(f"the mean of the worst 5 % needs {math.ceil(TAIL_DRAWS / LEVEL)} draws and is not divided")
    return Contributions(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        seed=seed,
        first_draw=first_draw,
        draws=draws,
        orders=None if which.exact else orders,
        simulated=len(todo) + 1,
        roadmap=starts,
        npv=estimate(values),
        cost=estimate(costs),
        cvar5=tail,
        prob_loss=estimate(losses(values)),
        initiatives=tuple(sorted(rows, key=lambda one: -one.npv.mean)),
        pairs=tuple(_pairs(names, couples, npv)),
        notes=tuple(notes),
    )


def _check(names: list[str], draws: int) -> None:
    n = len(names)
    if n == 0:
        hint = "name what starts when, such as --roadmap pos@0,edr@3"
        raise ProblemsFound([Problem("roadmap", "an empty roadmap has no initiatives to divide it among", None, hint)])
    if draws < 2:
        raise ProblemsFound([Problem("draws", "an error needs two draws at least", draws, "2 or more")])
    rows = 6 * n + n * (n - 1)
    if rows * draws > CELLS:
        text = f"{draws} draws of {n} initiatives with their pairs are more than memory is planned for"
        raise ProblemsFound([Problem("draws", text, draws, f"at most {CELLS // rows:,}")])


def _all_weights(game: Permission, shares: Weights, couples: list[tuple[int, int]]) -> Weights:
    """Coalition -> weights of its NPV in: Shapley values, alone, last in, pairs alone, pairs in the roadmap."""
    import numpy as np

    from scenarios.attribution.pairs import alone_weights, last_weights

    n, everyone = game.players, game.everyone
    width = 3 * n + 2 * len(couples)
    found = {coalition: np.concatenate([weights, np.zeros(width - n)]) for coalition, weights in shares.items()}

    def add(coalition: int, row: int, weight: float) -> None:
        found.setdefault(coalition, np.zeros(width))[row] += weight

    for i in range(n):
        add(game.needs[i], n + i, 1.0)
        add(game.needs[i] & ~(1 << i), n + i, -1.0)
        add(everyone, 2 * n + i, 1.0)
        add(game.permitted(everyone & ~(1 << i)), 2 * n + i, -1.0)
    for k, (i, j) in enumerate(couples):
        for coalition, weight in alone_weights(game, i, j):
            add(coalition, 3 * n + k, weight)
        for coalition, weight in last_weights(game, i, j):
            add(coalition, 3 * n + len(couples) + k, weight)
    return found


def _with_last(game: Permission, shares: Weights) -> Weights:
    """The weights of the Shapley values, and behind them those of last in."""
    import numpy as np

    n, everyone = game.players, game.everyone
    found = {coalition: np.concatenate([weights, np.zeros(n)]) for coalition, weights in shares.items()}
    for i in range(n):
        for coalition, weight in ((everyone, 1.0), (game.permitted(everyone & ~(1 << i)), -1.0)):
            found.setdefault(coalition, np.zeros(2 * n))[n + i] += weight
    return found


def _part(i: int, sums: Sums, which: Orders, game: Permission) -> Part:
    from scenarios.attribution.report import Part

    found = sums.estimate(i)
    error = float(which.errors(lambda coalition: sums.means[game.permitted(coalition)])[i])
    return Part(found.mean, found.se, error if error > sums.rounding else 0.0)


def _pairs(names: list[str], couples: list[tuple[int, int]], npv: Sums) -> list[Pair]:
    from scenarios.attribution.report import Pair
    from sim.mechanisms.normal import normal_quantile

    n, count = len(names), len(couples)
    found = []
    for k, (i, j) in enumerate(couples):
        alone, last = npv.estimate(3 * n + k), npv.estimate(3 * n + count + k)
        clear = abs(last.mean) > normal_quantile(1.0 - 0.025 / count) * last.se
        found.append(Pair(names[i], names[j], alone, last, clear))
    return sorted(found, key=lambda pair: -abs(pair.in_roadmap.mean))
