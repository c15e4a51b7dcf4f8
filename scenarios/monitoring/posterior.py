"""The draws that are left after what was observed: the file's own with weights, or new ones around those that agree."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.monitoring.actuals import Actual
from scenarios.monitoring.draws import Draws, drawn, observed, said
from scenarios.monitoring.proposal import Proposal, fitted, tempered
from scenarios.monitoring.weights import effective, information, log_likelihood, resampled, weights_of

if TYPE_CHECKING:
    from sim.montecarlo.given import Picked
    from sim.world import Scenario

Floats = NDArray[np.float64]
ENOUGH = 200.0  # effective draws below which new ones are made
FEWEST = 30.0  # effective draws below which no error holds: no plan is changed and no driver said to have moved
STEPS = 8  # at most, from the file to the observations
FITTED = 50.0  # effective draws from which a proposal is fitted
AT_LEAST = 2048  # draws of a step: few draws cannot tell where to make others
GROWTH = 16  # most times as many draws as asked for, where few of them agree
APART = 1_000_000  # draws between the ranges of two parts
ADAPT_FROM = 8_000_000  # first draw of the steps; no other figure uses them
NO_WEIGHT = 1e-9  # of the mean weight: such draws change no figure in print
REPORT = "report"
SHARES = {"search": 0.5, "gap": 0.25}  # of the draws that report and selection get: these need fewer
Stage = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Weighted:
    """Draws with their weights, which sum to 1. said: (draws, actuals). before: weights without the observations."""

    draws: Draws
    weight: Floats
    said: Floats
    before: Floats

    @property
    def effective(self) -> float:
        return effective(self.weight)

    def thinned(self, most: int, seed: int) -> tuple[Draws, Floats]:
        """`most` draws at most with their weights, for figures that take much memory a draw: all that weigh anything,
        or else equal ones of them."""
        if len(self.draws) <= most:
            return self.draws, self.weight
        heavy = np.flatnonzero(self.weight > NO_WEIGHT / len(self.draws))
        if len(heavy) <= most:
            return self.draws.at(heavy), self.weight[heavy] / self.weight[heavy].sum()
        chosen = resampled(self.weight, most, np.random.default_rng([seed, 7004]))
        return self.draws.at(chosen), np.full(most, 1.0 / most)


@dataclass(frozen=True, eq=False)
class Posterior:
    """prior: draws of the file, with the weights that the observations give them. parts: the draws that serve search,
    selection, report and sampling gap, all different. remade: they were made around what was observed. steps: how many
    times. possible: some draw of the file agrees at all. information: of the observations, in nats."""

    prior: Weighted
    parts: Mapping[str, Weighted]
    firsts: Mapping[str, int]
    remade: bool
    steps: int
    possible: bool
    information: float

    @property
    def report(self) -> Weighted:
        return self.parts[REPORT]

    @property
    def enough(self) -> bool:
        return self.possible and self.report.effective >= ENOUGH

    def count(self, part: str, most: int) -> int:
        """So many draws of a part tell as much as they seem to."""
        return max(2, min(most, int(self.parts[part].effective)))

    def picked(self, counts: Mapping[str, int], seed: int) -> Picked:
        """Equally weighted draws of each part for the optimiser: `counts` of them."""
        from sim.montecarlo.given import Picked

        ranges = []
        for number, (name, first) in enumerate(sorted(self.firsts.items(), key=lambda item: item[1])):
            part = self.parts[name]
            rng = np.random.default_rng([seed, 7001, number])
            chosen = part.draws.at(resampled(part.weight, counts[name], rng))
            ranges.append((first, chosen.numbers, chosen.levels))
        return Picked(self.report.draws.paths, tuple(ranges))


def posterior(
    scenario: Scenario,
    roadmap: Mapping[str, int],
    actuals: Sequence[Actual],
    draws: int,
    seed: int,
    firsts: Mapping[str, int],
    *,
    threads: int | None = None,
    stage: Stage | None = None,
) -> Posterior:
    """Weight draws by what was observed under the roadmap; where too few are left, make new ones.

    draws: of each part, see SHARES. firsts: part -> first draw of its range. Raises ProblemsFound.
    """
    figures, errors = observed(actuals)

    def weigh(made: Draws, name: str) -> tuple[Floats, Floats]:
        done = 0

        def told(more: int) -> None:
            nonlocal done
            done += more
            if stage is not None:
                stage(name, done, len(made))

        told_by = said(scenario, roadmap, made, seed, actuals, threads=threads, progress=told)
        return told_by, log_likelihood(told_by, figures, errors)

    own = drawn(scenario, firsts[REPORT], draws, seed)
    said_by, likely = weigh(own, "draws of the file")
    prior = Weighted(own, weights_of(likely), said_by, weights_of(np.zeros(len(own))))
    possible = bool(np.isfinite(likely).any())
    enough = possible and prior.effective >= ENOUGH
    known = information(prior.weight) if possible else float("inf")
    proposal, steps = (None, 0) if enough or not actuals else _adapted(scenario, own, likely, seed, weigh)
    parts = {}

    def part(name: str, times: float) -> Weighted:
        nonlocal possible
        number = sorted(firsts).index(name)
        made, ratio = _made(scenario, proposal, firsts[name], math.ceil(times * draws), seed, number)
        told_by, likely = weigh(made, f"draws for {name}")
        possible = possible or bool(np.isfinite(likely).any())
        return Weighted(made, weights_of(ratio + likely), told_by, weights_of(ratio))

    times, most = 1.0, max(1.0, min(GROWTH, APART / draws))
    if enough or not actuals:
        parts[REPORT] = prior
    else:
        times = min(most, _needed(scenario, proposal, draws, seed, weigh))
        parts[REPORT] = part(REPORT, times)
        while possible and times < most and parts[REPORT].effective < ENOUGH:
            times = min(most, max(2.0, 1.5 * ENOUGH / parts[REPORT].effective) * times)
            parts[REPORT] = part(REPORT, times)
    for name in firsts:
        if name != REPORT:
            parts[name] = part(name, SHARES.get(name, 1.0) * times)
    return Posterior(prior, parts, dict(firsts), proposal is not None, steps, possible, known)


def _needed(
    scenario: Scenario,
    proposal: Proposal | None,
    draws: int,
    seed: int,
    weigh: Callable[[Draws, str], tuple[Floats, Floats]],
) -> float:
    """So many times the draws that were asked for are worth ENOUGH, by as many as these."""
    made, ratio = _made(scenario, proposal, ADAPT_FROM, draws, seed, 99)
    likely = weigh(made, "draws around what was observed")[1]
    if not np.isfinite(likely).any():
        return 1.0  # more of them would not agree either
    worth = effective(weights_of(ratio + likely))
    return 1.0 if worth >= 1.3 * ENOUGH else 1.5 * ENOUGH / worth


def _adapted(
    scenario: Scenario, own: Draws, likely: Floats, seed: int, weigh: Callable[[Draws, str], tuple[Floats, Floats]]
) -> tuple[Proposal | None, int]:
    """Where to make new draws, found in steps of growing power of the likelihood; and how many steps that took."""
    correlation, correlated, luck = _correlation(scenario)
    proposal: Proposal | None = None
    made, ratio, power = own, np.zeros(len(own)), 0.0
    for step in range(1, STEPS + 1):
        settled = power == 1.0
        power = tempered(likely, ratio, min(FITTED, len(made) / 8), power)
        with np.errstate(invalid="ignore"):
            part = np.where(np.isneginf(likely), -np.inf, power * likely)
        found = fitted(_scores(made), weights_of(ratio + part), correlation, correlated, luck)
        if found is None:
            return proposal, step - 1
        proposal = found
        first, count = ADAPT_FROM + step * 1_000_000, max(AT_LEAST, len(own))
        made, ratio = _made(scenario, proposal, first, count, seed, 100 + step)
        _, likely = weigh(made, "draws around what was observed")
        if settled or (power == 1.0 and effective(weights_of(ratio + likely)) >= ENOUGH):
            return proposal, step  # fitted once more at full power; what is missing is missing by chance alone
    return proposal, STEPS


def _made(
    scenario: Scenario, proposal: Proposal | None, first: int, count: int, seed: int, number: int
) -> tuple[Draws, Floats]:
    """Draws from `first` on by a proposal, and the log of the weights that make them draws of the file."""
    own = drawn(scenario, first, count, seed)
    if proposal is None:
        return own, np.zeros(count)
    from scipy.special import ndtr

    rng = np.random.default_rng([seed, 7002, number])
    z = proposal.drawn(_scores(own), rng)
    levels = own.levels.copy()
    levels[:, proposal.columns] = np.clip(ndtr(z[:, proposal.columns]), 1e-12, 1.0 - 1e-12)
    return Draws(own.numbers, levels, own.paths), proposal.log_ratio(z)


def _scores(draws: Draws) -> Floats:
    from scipy.special import ndtri

    return np.asarray(ndtri(draws.levels))


def _correlation(scenario: Scenario) -> tuple[Floats, NDArray[np.int64], list[int]]:
    """(drivers, drivers) correlation of the normal scores, the columns that the file correlates, and those of luck."""
    from sim.montecarlo.conditional import table_of

    table = table_of(scenario)
    found = np.eye(len(table.drivers))
    if table.copula is None:
        return found, np.empty(0, dtype=np.int64), table.luck
    columns, factor = table.copula
    found[np.ix_(columns, columns)] = factor @ factor.T
    return found, np.array(columns, dtype=np.int64), table.luck
