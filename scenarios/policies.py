"""What reviewing, training, upkeep and alignment are worth: policies by rolling simulation on common draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from optimize.plan_limits import PlanLimits
    from scenarios.policies_rolling.chosen import Chosen
    from scenarios.policies_rolling.report import Ending, PolicyStudy, Worth
    from scenarios.policies_rolling.rolling import Rolled
    from scenarios.policies_rolling.valued import Valued
    from sim.world import Scenario

    Floats = NDArray[np.float64]

Progress = Callable[[str, int, int], None]
"""Called with a stage, the work done in it and the work that is known of."""

REVIEW_EVERY = 4  # quarters
DRAWS, TRAIN_DRAWS, FEWEST_DRAWS, MOST_DRAWS = 2048, 1024, 200, 65_536
TRAIN_FROM, TEST_FROM = 8_000_000, 9_000_000
SCREEN_DRAWS, MOST_CANDIDATES = 128, 32
MEASUREMENT_ERROR = 0.02
ONCE, REVIEWED, UNTRAINED, ONE_TIME = "plan once", "review", "no training", "one-time implementation"
QUARTER = 3  # months


def policies(
    scenario: Scenario,
    draws: int = DRAWS,
    seed: int = 1,
    *,
    review_every: int = REVIEW_EVERY,
    train_draws: int = TRAIN_DRAWS,
    measurement_error: float = MEASUREMENT_ERROR,
    limits: PlanLimits | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> PolicyStudy:
    """Plan once, review, no training, one-time implementation and simple rules, all on the same test draws.

    draws: test draws, 200 or more; no rule was fitted to them and no roadmap chosen on them. review_every: quarters
    between reviews. train_draws: draws to which the rules of the reviews are fitted. measurement_error: standard
    deviation of an observed KPI over its level. limits: of planning; quick ones unless given. threads: they change no
    figure. Raises ProblemsFound.
    """
    _check(draws, train_draws, review_every, measurement_error)
    from scenarios.policies_rolling.chosen import chosen
    from scenarios.policies_rolling.report import PolicyStudy
    from scenarios.policies_rolling.valued import picked, result, valued

    told = progress or _untold
    found = chosen(scenario, seed, limits or quick_limits(threads), progress)
    months = review_months(scenario, review_every)
    candidates, rolled, once_at = _reviewed(
        scenario, found, months, draws, train_draws, seed, measurement_error, threads, told
    )
    test = range(TEST_FROM, TEST_FROM + draws)
    ends = sorted({int(k) for k in rolled.test} | {once_at})
    told("policies", 0, 2)
    of_ends = valued(scenario, [candidates[k] for k in ends], test, seed, threads)
    once = of_ends[ends.index(once_at)]
    import numpy as np

    reviewed = picked(of_ends, np.searchsorted(ends, rolled.test))
    money, roadmap = scenario.profile.currency, candidates[once_at]
    endings = _endings(candidates, rolled)
    results = [
        result(ONCE, "planned at the beginning and carried out", roadmap, once, once, money),
        result(
            REVIEWED, f"every {review_every} quarters the rest is chosen anew by what was observed",
            endings[0].roadmap, reviewed, once, money, endings[0].share,
        ),
    ]  # fmt: skip
    told("policies", 1, 2)
    others = _others(scenario, found, roadmap, test, seed, threads)
    results += [result(name, what, starts, one, once, money) for name, (what, starts, one) in others.items()]
    made = {ONCE: once, REVIEWED: reviewed, **{name: one for name, (_, _, one) in others.items()}}
    return PolicyStudy(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=money,
        seed=seed,
        first_draw=TEST_FROM,
        draws=draws,
        train_draws=train_draws,
        review_every=QUARTER * review_every,
        reviews=tuple(months),
        rules=rolled.rules,
        candidates=len(candidates),
        measurement_error=measurement_error,
        policies=tuple(results),
        worths=tuple(_worths(made, money, len(candidates), months)),
        endings=endings,
        notes=tuple(_notes(scenario, months, len(candidates))),
    )


def _untold(_stage: str, _done: int, _of: int) -> None:
    """Progress that nobody watches."""


def quick_limits(threads: int | None = None) -> PlanLimits:
    """Limits of planning for studies that plan on the way: fewer draws and rounds than `roadfolio plan` takes."""
    from optimize.plan_limits import PlanLimits

    return PlanLimits(
        search_draws=256, pair_draws=24, linear_draws=48, triples=0, cost_draws=512, first_selection_draws=128,
        selection_draws=256, report_draws=64, gap_sets=2, gap_draws=2, mean_draws=2, finalists=4, rounds=2,
        neighbours=150, enumerate_paths=20_000, threads=threads,
    )  # fmt: skip


def review_months(scenario: Scenario, review_every: int) -> list[int]:
    """Months of the reviews: every so many quarters, on the first month of a planning period, while work may start."""
    step = scenario.period_months
    found = [-(-month // step) * step for month in range(QUARTER * review_every, 100_000, QUARTER * review_every)]
    return sorted({month for month in found if month < scenario.planning_months})


def _check(draws: int, train_draws: int, review_every: int, error: float) -> None:
    problems = []
    for name, value in (("draws", draws), ("train_draws", train_draws)):
        if not FEWEST_DRAWS <= value <= MOST_DRAWS:
            text = "the rules and their intervals need other numbers of draws"
            problems.append(Problem(name, text, value, f"{FEWEST_DRAWS} to {MOST_DRAWS:,}"))
    if not 1 <= review_every <= 120:
        problems.append(Problem("review_every", "reviews are so many quarters apart", review_every, "1 to 120"))
    if not 0.0 <= error <= 10.0:
        problems.append(Problem("measurement_error", "it is a share of the level of a KPI", error, "0 to 10"))
    if problems:
        raise ProblemsFound(problems)


def _reviewed(
    scenario: Scenario,
    found: Chosen,
    months: Sequence[int],
    draws: int,
    train_draws: int,
    seed: int,
    error: float,
    threads: int | None,
    told: Progress,
) -> tuple[list[dict[str, int]], Rolled, int]:
    """Candidates in months, what each draw ends with, and the candidate that is best without any review."""
    import numpy as np

    from optimize.periods import months as in_months
    from scenarios.policies_rolling.continuations import continuations
    from scenarios.policies_rolling.observed import Observations
    from scenarios.policies_rolling.rolling import roll

    step = scenario.period_months
    others = [*found.rules.values(), *found.others]
    whole = continuations(found.problem, found.plan, [month // step for month in months], others)
    starts = [in_months(scenario, one) for one in whole]
    told("continuations", 0, 2)
    if len(starts) > MOST_CANDIDATES:
        screened = _npv(scenario, starts, range(TRAIN_FROM, TRAIN_FROM + SCREEN_DRAWS), seed, threads)
        starts = [starts[k] for k in promising(screened)]
    told("continuations", 1, 2)
    ranges = range(TRAIN_FROM, TRAIN_FROM + train_draws), range(TEST_FROM, TEST_FROM + draws)
    train = _npv(scenario, starts, ranges[0], seed, threads)
    once = int(np.argmax(train.mean(axis=0)))
    observe = Observations(scenario, ranges, seed, error, threads)
    told("reviews", 0, 1)
    rolled = roll(starts, months, train, draws, observe)
    return starts, rolled, once


def promising(worth: Floats) -> list[int]:
    """Numbers of the candidates that may be worth choosing in some draws: number 0, the best on average, and those that
    beat it by most where they beat it. worth: (draws, candidates)."""
    import numpy as np

    best = int(np.argmax(worth.mean(axis=0)))
    upside = np.maximum(worth - worth[:, [best]], 0.0).mean(axis=0)
    order = [0, best, *(int(k) for k in np.argsort(-upside, kind="stable"))]
    return list(dict.fromkeys(order))[:MOST_CANDIDATES]


def _npv(
    scenario: Scenario, starts: Sequence[Mapping[str, int]], draws: range, seed: int, threads: int | None
) -> Floats:
    """(draws, roadmaps)"""
    import numpy as np

    from sim.montecarlo import evaluate

    found = evaluate(scenario, starts, len(draws), seed, first_draw=draws.start, detail=False, threads=threads)
    return np.stack([one.npv for one in found], axis=1)


def _endings(candidates: Sequence[Mapping[str, int]], rolled: Rolled) -> tuple[Ending, ...]:
    import numpy as np

    from scenarios.policies_rolling.report import Ending

    which, count = np.unique(rolled.test, return_counts=True)
    order = np.argsort(-count, kind="stable")
    return tuple(Ending(dict(candidates[which[k]]), float(count[k] / len(rolled.test))) for k in order)


def _others(
    scenario: Scenario, found: Chosen, roadmap: Mapping[str, int], test: range, seed: int, threads: int | None
) -> dict[str, tuple[str, Mapping[str, int], Valued]]:
    """Policies that never look again: by name, what they do, their roadmap and what came of it."""
    from optimize.periods import months as in_months
    from scenarios.policies_rolling.chosen import ALIGNED, GOALS_ONLY
    from scenarios.policies_rolling.levers import training_off, turned_off, upkeep_off
    from scenarios.policies_rolling.valued import valued

    made: dict[str, tuple[str, Mapping[str, int], Valued]] = {}
    levers = {
        UNTRAINED: ("the plan, and nobody is trained", training_off(scenario, roadmap)),
        ONE_TIME: ("the plan, and nothing is trained again, renewed or audited", upkeep_off(scenario, roadmap)),
    }
    for name, (what, changes) in levers.items():
        if changes:
            made[name] = (what, roadmap, valued(turned_off(scenario, changes), [roadmap], test, seed, threads)[0])
    whats = {ALIGNED: "initiatives by goals reached per money, while limits allow"}
    starts = {name: in_months(scenario, one) for name, one in found.rules.items()}
    if found.goals_only is not None:
        starts[GOALS_ONLY] = in_months(scenario, found.goals_only)
        whats[GOALS_ONLY] = "the plan without what moves no goal"
    for name, one in zip(starts, valued(scenario, list(starts.values()), test, seed, threads), strict=True):
        made[name] = (whats.get(name, "a simple rule, while limits allow"), starts[name], one)
    return made


def _worths(
    made: Mapping[str, Valued],
    money: str,
    candidates: int,
    months: Sequence[int],
) -> list[Worth]:
    from optimize.policies import TECHNOLOGY
    from scenarios.comparing.paired import difference, gap, odds
    from scenarios.policies_rolling.chosen import ALIGNED, GOALS_ONLY
    from scenarios.policies_rolling.report import Worth
    from scenarios.policies_rolling.valued import goals_difference

    nothing = "nothing of the plan can be changed at a review" if candidates < 2 or not months else ""
    wanted = [
        ("reviewing", REVIEWED, ONCE, nothing),
        ("training", ONCE, UNTRAINED, "no initiative of the plan states training"),
        ("upkeep", ONCE, ONE_TIME, "nothing of the plan is trained again, renewed or audited"),
        ("alignment", ALIGNED, TECHNOLOGY, ""),
        ("what moves no goal", ONCE, GOALS_ONLY, ""),
    ]
    found = []
    for habit, with_it, without, why in wanted:
        known = with_it in made and without in made
        if not known and habit not in ("training", "upkeep"):
            continue
        one, other = made[with_it], made[without if known else with_it]
        note = why if not known or habit == "reviewing" else ""
        worth = difference(one.npv, other.npv, money)
        goals, often = goals_difference(one, other), odds(gap(one.npv, other.npv))
        found.append(Worth(habit, (with_it, without), worth, goals, often, note))
    return found


def _notes(scenario: Scenario, months: Sequence[int], candidates: int) -> list[str]:
    notes = [
        "reviewing keeps what begins before the first review, and chooses from "
        f"{candidates} continuations: with more of them it is worth as much or more",
    ]
    if not months:
        notes.append("no review falls into the planning months")
    if scenario.money.objective != "mean":
        notes.append(f"policies are judged by mean NPV, not by the aim of the scenario ({scenario.money.objective})")
    return notes
