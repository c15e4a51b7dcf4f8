"""How robust a plan is: what is funded as the drivers vary, regret and satisficing, and three ways to choose.

The best decision of a driver world is the one with the largest E(NPV | drivers) of a stated set, so luck funds nothing.
The set is finite: regret is a lower bound of what a better informed choice among all roadmaps would gain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from optimize.plan_limits import Progress
    from scenarios.across.futures import InFutures
    from scenarios.across.report import Funded, Robustness, Rule, Standing
    from scenarios.decisions.choices import DecisionSet
    from scenarios.decisions.worlds import Worlds
    from sim.roadmap import Roadmap
    from sim.world import Scenario

POINTS, NOISE, FUTURE_DRAWS = 256, 16, 1024
FEWEST_DRAWS = 100
MIDDLE = (0.1, 0.9)


def robustness(
    scenario: Scenario,
    seed: int = 1,
    *,
    roadmaps: Iterable[Mapping[str, int] | Roadmap] = (),
    plan: Mapping[str, Any] | None = None,
    points: int = POINTS,
    noise: int = NOISE,
    draws: int = FUTURE_DRAWS,
    resolved: int = 32,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Robustness:
    """Decisions of a stated set across driver worlds and futures.

    roadmaps, plan, resolved: the decisions, see `scenarios.decisions.choices`. points: driver worlds, 64 or more;
    noise: draws of the events at each, an even number from 8. draws: of each future. Money in the currency of the
    scenario. Raises ProblemsFound, and `NoRoadmap` where no roadmap meets every demand.
    """
    from scenarios.across.futures import in_futures
    from scenarios.across.report import Robustness
    from scenarios.decisions.choices import decision_set
    from scenarios.decisions.worlds import check_size, worlds_of
    from sim.cash_floor import floor_rule

    check_size(points, noise, 1)
    if draws < FEWEST_DRAWS:
        raise ProblemsFound([Problem("draws", "too few draws of each future", draws, f"{FEWEST_DRAWS} or more")])
    chosen = decision_set(
        scenario, seed, roadmaps=roadmaps, plan=plan, resolved=resolved, threads=threads, progress=progress
    )
    check_size(points, noise, len(chosen.decisions) + 1)
    stage = "decisions by driver world"
    worlds = worlds_of(
        scenario, [*chosen.roadmaps, {}], points, noise, seed, threads=threads,
        progress=None if progress is None else lambda done: progress(stage, done, points),
    )  # fmt: skip
    turned = None
    if scenario.futures:
        known = len(scenario.futures) + 1
        turned = in_futures(
            scenario, chosen.roadmaps, draws, seed, threads,
            None if progress is None else lambda done: progress("decisions by future", done, known),
        )  # fmt: skip
    rule = floor_rule(scenario)
    standings = _standings(scenario, chosen, worlds, turned)
    return Robustness(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        seed=seed,
        points=points,
        noise=noise,
        draws=draws if turned is not None else 0,
        resolved=chosen.resolved,
        floor=None if rule is None else rule.floor,
        allowed=None if rule is None else rule.allowed,
        initiatives=_funded(scenario, chosen, worlds),
        decisions=standings,
        futures=() if turned is None else tuple(zip(turned.names, turned.titles, turned.probabilities, strict=True)),
        rules=_rules(scenario, chosen, worlds, turned, seed, threads),
        notes=(*chosen.notes, *worlds.notes),
    )


def _funded(scenario: Scenario, chosen: DecisionSet, worlds: Worlds) -> tuple[Funded, ...]:
    """Initiatives that some decision holds, the most often funded first."""
    import numpy as np

    from scenarios.across.report import Funded
    from scenarios.across.shares import best_of, world_shares

    npv = worlds.npv[:, :, :-1]  # the last one is the baseline
    maps = chosen.roadmaps
    names = [name for name in scenario.initiatives if any(name in one for one in maps)]
    holds = np.array([[name in one for name in names] for one in maps], dtype=np.float64).reshape(len(maps), -1)
    shares = world_shares(npv, lambda mean: holds[best_of(mean)])
    best = best_of(npv.mean(axis=1))
    found = []
    for name, share in zip(names, shares, strict=True):
        months = np.array([maps[d][name] for d in best.tolist() if name in maps[d]])
        start = early = late = None
        if len(months):
            values, counts = np.unique(months, return_counts=True)
            start = int(values[counts.argmax()])
            early, late = (int(m) for m in np.quantile(months, MIDDLE, method="nearest"))
        found.append(Funded(name, scenario.initiatives[name].title, share, start, early, late, maps[0].get(name)))
    return tuple(sorted(found, key=lambda one: -one.share.value))


def _standings(
    scenario: Scenario, chosen: DecisionSet, worlds: Worlds, turned: InFutures | None
) -> tuple[Standing, ...]:
    import numpy as np

    from scenarios.across.floors import both_hold, floor_kept, range_of
    from scenarios.across.report import Standing
    from scenarios.across.shares import best_of, mean_regret, world_shares
    from sim.cash_floor import floor_rule

    npv, count = worlds.npv[:, :, :-1], len(chosen.decisions)
    mean = npv.mean(axis=1)
    shares = world_shares(npv, lambda mean: np.eye(count)[best_of(mean)])
    gains = world_shares(npv, lambda mean: (mean > 0.0).astype(np.float64))
    lost = mean_regret(npv)
    rule = floor_rule(scenario)
    found = []
    for k, one in enumerate(chosen.decisions):
        prospects: dict[str, tuple[float, float]] = {}
        worst = most = None
        if turned is not None:
            level, se, regret, regret_se = turned.mean[:, k], turned.se[:, k], turned.regret[:, k], turned.regret_se()
            prospects = {name: (float(level[f]), float(se[f])) for f, name in enumerate(turned.names)}
            low, high = int(level.argmin()), int(regret.argmax())
            worst = (turned.names[low], float(level[low]), float(se[low]))
            most = (turned.names[high], float(regret[high]), float(regret_se[high, k]))
        acceptable, floor = range_of(gains[k], worlds.points), None
        if rule is not None:
            floor = floor_kept(rule.broken(worlds.trough[:, :, k], worlds.trough[:, :, -1]), rule.allowed)
            acceptable = both_hold(acceptable, floor.worlds)
        found.append(
            Standing(
                one, float(mean[:, k].mean()), float(np.std(mean[:, k], ddof=1) / np.sqrt(len(mean))), shares[k],
                *lost[k], gains[k], floor, acceptable, prospects, worst, most,
            )
        )  # fmt: skip
    return tuple(found)


def _rules(
    scenario: Scenario, chosen: DecisionSet, worlds: Worlds, turned: InFutures | None, seed: int, threads: int | None
) -> tuple[Rule, ...]:
    """Best on average; with futures also in the worst of them and by minimax regret. What is chosen is valued on as
    many draws again: no luck that chose is in a value."""
    import numpy as np

    from scenarios.across.futures import FUTURES_FROM, in_futures, minimax_regret, worst_case
    from scenarios.across.report import Rule
    from scenarios.decisions.worlds import best_anew

    def rule(name: str, k: int, values: Any, future: str | None, least: float = -np.inf) -> Rule:
        se = float(np.std(values, ddof=1) / np.sqrt(len(values)))
        return Rule(name, k, max(least, float(values.mean())), se, future)

    best = int(worlds.npv[:, :, :-1].mean(axis=(0, 1)).argmax())  # the last one is the baseline
    found = [rule("average", best, best_anew(scenario, chosen.roadmaps[best], worlds, seed, threads), None)]
    if turned is not None:
        worst, at_worst = worst_case(turned.mean)
        least, at_most = minimax_regret(turned.mean)
        best_there = int(turned.mean[at_most].argmax())
        draws = turned.npv.shape[1]
        some = [chosen.roadmaps[k] for k in (worst, least, best_there)]
        fresh = in_futures(scenario, some, draws, seed, threads, first=FUTURES_FROM + draws).npv
        found.append(rule("worst case", worst, fresh[at_worst, :, 0], turned.names[at_worst]))
        lost = fresh[at_most, :, 2] - fresh[at_most, :, 1]
        found.append(rule("minimax regret", least, lost, turned.names[at_most], 0.0))
    return tuple(found)
