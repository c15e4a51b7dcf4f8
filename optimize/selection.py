"""Which finalist is best, told on draws that did not find them.

Two stages, valid under common draws and unequal variances. Stage 1: all finalists on n0 draws; one is screened out if
its paired distance to another is above t s / sqrt(n0) and above delta (Nelson, Swann, Goldsman and Song 2001, with
paired s and the Bonferroni inequality in place of independence). Stage 2: the survivors on N = max over pairs of
(h s / delta)^2 draws, h the quantile of t at 1 - alpha / (k - 1); the largest mean wins (Clark and Yang 1986, "A
Bonferroni selection procedure when using common random numbers with unknown variances", Proceedings of the Winter
Simulation Conference). The error is split evenly between the stages. Where N is above the limit, the finalists that
may still be better by more than delta are named. NPVs are not normal; with a thousand draws and more their means are
nearly so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from optimize.archive import Archive, Clock, Estimate, estimate, key, simulated
from optimize.goal_floors import reaching
from optimize.periods import Starts
from optimize.plan_limits import SELECTION_FROM, PlanLimits, Progress
from optimize.risk.attitude import Attitude, attitude_of, future_names
from sim.breach import Broken
from sim.cash_floor import FloorRule, floor_rule
from sim.covenant import CovenantRule, covenant_rule
from sim.futures import in_future
from sim.measures import cvar
from sim.streams import stream_key
from sim.world import Scenario

Floats = NDArray[np.float64]

CONFIDENCE: Final = 0.95
UPPER: Final = 1.645
RESAMPLES: Final = 20_000
STAGE = "finalists on fresh draws"
RULE: Final = (
    "highest mean NPV on fresh draws; among those shown to be within the indifference of it, the fewest initiatives, "
    "then the earliest starts, then the order of names"
)


@dataclass(frozen=True)
class Finalist:
    """A roadmap (in periods), its NPV on `draws` fresh draws, the probability that its mean is the largest, and whether
    it stayed in the race after the first draws."""

    roadmap: Mapping[str, int]
    npv: Estimate
    prob_best: float
    draws: int
    survived: bool


@dataclass(frozen=True)
class Selection:
    """The finalists, best mean first, and the recommendation among them.

    indifference: difference of NPV that does not matter [currency]. rivals: finalists that may be better than the
    recommendation by more than that, at 95 % confidence. prob_good: probability that none is. paths: simulated paths.
    set_aside: finalists that break the cash floor, the covenant or another limit on risk, or miss a goal with a floor,
    left out because another one does not. kept: the recommended one keeps the cash floor and the limits on overruns.
    best_tail: where no finalist reaches the floor of the CVaR, the largest CVaR among them [currency]; else None.
    missed: in sentences, goals with a floor that no finalist reaches.
    """

    finalists: tuple[Finalist, ...]
    recommended: Mapping[str, int]
    indifference: float
    rivals: tuple[Mapping[str, int], ...]
    prob_good: float
    draws: int
    paths: int
    set_aside: tuple[Mapping[str, int], ...] = ()
    kept: bool = True
    best_tail: float | None = None
    missed: tuple[str, ...] = ()


def plainness(roadmap: Starts) -> tuple[int, int, tuple[tuple[str, int], ...]]:
    """Order of equals: fewer initiatives, then the smaller sum of starts, then the order of names and starts.

    >>> sorted([{"b": 0}, {"a": 1}, {}, {"a": 0, "b": 0}], key=plainness)
    [{}, {'b': 0}, {'a': 1}, {'a': 0, 'b': 0}]
    """
    return len(roadmap), sum(roadmap.values()), tuple(sorted(roadmap.items()))


def choose_finalists(
    archive: Archive, feasible: Sequence[Starts], least: Starts | None, count: int, sticks: Iterable[Starts] = ()
) -> list[dict[str, int]]:
    """Up to `count` roadmaps that differ, of `feasible` (best first), the least allowed one, and all of `sticks`: what
    simple rules choose, so that no rule can beat the recommendation unseen because the search draws misled.

    The first half: the best means, each with other initiatives than those before it, or with two other starts at least.
    The second half: those that may be best, by the upper limit of the paired gain over the first, with initiatives that
    no finalist combines so far; rare events make such limits wide.
    """
    best = feasible[0]
    chosen: list[dict[str, int]] = []
    for one in feasible:
        if len(chosen) < (count + 1) // 2 and all(_differ(one, other) for other in chosen):
            chosen.append(dict(one))
    gains = [archive.gain(one, best) for one in feasible]
    hopeful = sorted(range(len(feasible)), key=lambda k: (-(gains[k].mean + UPPER * gains[k].se), k))
    for k in hopeful:
        if len(chosen) < count and all(set(feasible[k]) != set(other) for other in chosen):
            chosen.append(dict(feasible[k]))
    if least is not None and dict(least) not in chosen:
        chosen = [*chosen[: count - 1], dict(least)]
    return [*chosen, *(dict(one) for one in sticks if dict(one) not in chosen)]


def _differ(one: Starts, other: Starts) -> bool:
    return set(one) != set(other) or sum(one[name] != other[name] for name in one) > 1


def select(
    scenario: Scenario,
    finalists: Sequence[Starts],
    indifference: float,
    seed: int,
    limits: PlanLimits,
    clock: Clock,
    progress: Progress | None = None,
    best_in: Mapping[str, Starts] | None = None,
    confirmed: Sequence[bool] | None = None,
) -> Selection:
    """Tell the finalists apart on draws from the selection range, by the scores of the scenario's attitude.

    indifference: above 0 [currency]; 0 is taken as 1e-9 of the largest mean, so that only ties tie. A finalist that
    does not keep the cash floor, the covenant and the floor of the CVaR on these draws, or does not reach the goals
    with a floor, is not recommended if another one does. best_in: the roadmap of each future from which regret counts.
    confirmed: whether each keeps the limits on overruns.
    """
    count, n0 = len(finalists), limits.first_selection_draws
    attitude, best = attitude_of(scenario), best_in or {}
    drawn, broken = _sample(scenario, finalists, best, seed, 0, n0, limits, progress)
    sample = _scored(attitude, drawn)
    paths = n0 * count * drawn.shape[0]
    delta = indifference or 1e-9 * max(1.0, float(np.max(np.abs(sample.mean(axis=1)))))
    alpha = (1.0 - CONFIDENCE) / 2.0
    fine = np.ones(count, dtype=np.bool_) if confirmed is None else np.array(confirmed)
    able, missed = reaching(scenario, finalists, _keeping(scenario, broken, drawn[0], fine), seed, limits)
    alive = [able[k] for k in _survivors(sample[able], delta, alpha)]
    first_share = _prob_best(sample, delta, seed)[0]
    needed = _draws_needed(sample[alive], delta, alpha)
    total = n0 if clock.over() else int(min(max(needed, n0), limits.selection_draws))
    npv, breaks = drawn[:, alive], broken[alive]
    if total > n0 and len(alive) > 1:
        left = [finalists[k] for k in alive]
        more, broken_too = _sample(scenario, left, best, seed, n0, total - n0, limits, progress)
        paths += len(alive) * (total - n0) * drawn.shape[0]
        npv, breaks = np.concatenate([npv, more], axis=2), np.concatenate([breaks, broken_too], axis=2)

    kept = _scored(attitude, npv)
    h = _quantile(alpha, len(alive), kept.shape[1])
    sound = _keeping(scenario, breaks, npv[0], fine[alive])
    top = kept[max(sound, key=lambda k: float(kept[k].mean()))]
    ties = [k for k in sound if _upper(top - kept[k], h) <= delta]
    winner = min(ties, key=lambda k: plainness(finalists[alive[k]]))
    share, prob_good = _prob_best(kept, delta, seed, winner)
    rivals = [k for k in sound if k != winner and _upper(kept[k] - kept[winner], h) > delta]
    lost = sum(float(first_share[k]) for k in range(count) if k not in alive)
    rows = []
    for k, roadmap in enumerate(finalists):
        at = alive.index(k) if k in alive else None
        values = drawn[0, k] if at is None else npv[0, at]
        prob = float(first_share[k]) if at is None else (1.0 - lost) * float(share[at])
        rows.append(Finalist(dict(roadmap), estimate(values), prob, len(values), at is not None))
    scores = {key(finalists[k]): float(sample[k].mean()) for k in range(count)}
    scores |= {key(finalists[k]): float(kept[at].mean()) for at, k in enumerate(alive)}
    rows.sort(key=lambda row: (-scores[key(row.roadmap)], plainness(row.roadmap)))
    return Selection(
        finalists=tuple(rows),
        recommended=dict(finalists[alive[winner]]),
        indifference=indifference,
        rivals=tuple(dict(finalists[alive[k]]) for k in rivals),
        prob_good=prob_good,
        draws=kept.shape[1],
        paths=paths,
        missed=missed,
        kept=bool(fine[alive[winner]]) and _keeps_cash(scenario, breaks[winner]),
        best_tail=None
        if attitude.keeps_floor(npv[0, winner])
        else max(float(cvar(values, attitude.level)) for values in drawn[0]),
        set_aside=tuple(
            dict(finalists[k]) for k in range(count) if k not in able or (k in alive and alive.index(k) not in sound)
        ),
    )


def _limits(scenario: Scenario) -> list[FloorRule | CovenantRule]:
    """What a roadmap has to keep, as often as demanded."""
    return [rule for rule in (floor_rule(scenario), covenant_rule(scenario)) if rule is not None]


def _keeping(scenario: Scenario, broken: Broken, npv: Floats, fine: NDArray[np.bool_]) -> list[int]:
    """Rows that keep the cash floor, the covenant, the limits on overruns and the floor of the CVaR; all of them where
    none does or none is stated. broken (rows, limits, draws), npv (rows, draws), fine (rows,)."""
    rules, attitude, rows = _limits(scenario), attitude_of(scenario), range(len(broken))
    keeping = [k for k in rows if fine[k] and all(rule.keeps(broken[k, j]) for j, rule in enumerate(rules))]
    return [k for k in keeping if attitude.keeps_floor(npv[k])] or keeping or list(rows)


def _keeps_cash(scenario: Scenario, broken: Broken) -> bool:
    rules = _limits(scenario)
    return all(rule.keeps(broken[j]) for j, rule in enumerate(rules) if isinstance(rule, FloorRule))


def _scored(attitude: Attitude, drawn: Floats) -> Floats:
    """(roadmaps, draws) scores; drawn (layers, roadmaps, draws): NPV as the scenario stands, then by future."""
    if len(drawn) == 1:
        return attitude.scores(drawn[0])
    return np.array([attitude.deciding(drawn[1:, k]) for k in range(drawn.shape[1])])


def _sample(
    scenario: Scenario,
    roadmaps: Sequence[Starts],
    best_in: Mapping[str, Starts],
    seed: int,
    first: int,
    draws: int,
    limits: PlanLimits,
    progress: Progress | None,
) -> tuple[Floats, Broken]:
    """(layers, roadmaps, draws) NPV as the scenario stands and, where futures count, in each of them (less that of its
    best roadmap where regret counts); and (roadmaps, limits, draws) whether a limit is broken."""
    threads, picked = limits.threads, limits.picked
    outcomes = simulated(scenario, roadmaps, SELECTION_FROM + first, draws, seed, threads, picked)
    if progress is not None:
        progress(STAGE, first + draws, limits.selection_draws)
    rules = _limits(scenario)
    broken = np.array([[rule.broken_by(one) for rule in rules] for one in outcomes], dtype=np.bool_)
    layers = [np.array([one.npv for one in outcomes])]
    attitude = attitude_of(scenario)
    for name in future_names(scenario) if attitude.sees_futures else ():
        known = [best_in[name]] if attitude.aim == "regret" else []
        there, both = in_future(scenario, name), [*roadmaps, *known]
        turned = simulated(there, both, SELECTION_FROM + first, draws, seed, threads, picked)
        npv = np.array([one.npv for one in turned])
        layers.append(npv[:-1] - npv[-1] if known else npv)
    return np.array(layers), broken.reshape(len(outcomes), len(rules), draws)


def _quantile(alpha: float, count: int, n: int) -> float:
    """Quantile of t with n - 1 degrees of freedom at 1 - alpha / (count - 1)."""
    return float(stdtrit(n - 1, 1.0 - alpha / max(1, count - 1)))


def _upper(difference: Floats, h: float) -> float:
    return float(np.mean(difference) + h * np.std(difference, ddof=1) / math.sqrt(len(difference)))


def _survivors(sample: Floats, delta: float, alpha: float) -> list[int]:
    """Rows that no other row beats by more than chance allows and by more than the indifference; never empty."""
    count, n = sample.shape
    h = _quantile(alpha, count, n)
    kept = []
    for i in range(count):
        beaten = False
        for j in range(count):
            distance = sample[j] - sample[i]
            width = h * float(np.std(distance, ddof=1)) / math.sqrt(n)
            beaten |= j != i and float(np.mean(distance)) > max(width, delta)
        if not beaten:
            kept.append(i)
    return kept


def _draws_needed(sample: Floats, delta: float, alpha: float) -> float:
    count, n = sample.shape
    if count == 1:
        return 0.0
    h = _quantile(alpha, count, n)
    widest = max(float(np.std(sample[i] - sample[j], ddof=1)) for i in range(count) for j in range(i))
    return math.ceil((h * widest / delta) ** 2) if h * widest / delta < 1e6 else math.inf


def _prob_best(sample: Floats, delta: float, seed: int, chosen: int = 0) -> tuple[Floats, float]:
    """Probability of each row to have the largest mean, and of the chosen one to be within delta of it.

    The means are normal about their estimates with the covariance of the paired sample (a flat prior).
    """
    count, n = sample.shape
    if count == 1:
        return np.ones(1), 1.0
    centred = sample - sample.mean(axis=1, keepdims=True)
    rng = np.random.default_rng(int(stream_key(seed, "optimize/selection")))
    values, vectors = np.linalg.eigh(centred @ centred.T / (n * (n - 1)))
    factor = vectors * np.sqrt(np.maximum(values, 0.0))
    means = sample.mean(axis=1) + rng.standard_normal((RESAMPLES, count)) @ factor.T
    best = np.bincount(np.argmax(means, axis=1), minlength=count) / RESAMPLES
    return best, float(np.mean(means[:, chosen] >= means.max(axis=1) - delta))
