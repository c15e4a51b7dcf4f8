"""What to find out before choosing, and at most at what price: EVPI, EVPPI and EVSI over a stated set of decisions.

Information buys knowledge of drivers, never luck: every figure is about E(NPV | drivers), the mean over draws of the
events, and never about the best decision of a single draw. The set of decisions is finite, so the figures are lower
bounds of what information is worth to somebody who could choose among all roadmaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from optimize.plan_limits import Progress
    from scenarios.decisions.choices import DecisionSet
    from scenarios.decisions.worlds import Worlds
    from scenarios.knowing.report import Information, Knowable, Studied, Valued
    from scenarios.knowing.study import Study
    from sim.roadmap import Roadmap
    from sim.world import Scenario

POINTS, NOISE, TOP, NESTED = 256, 16, 10, 3
OUTER, INNER = 48, 32
"""Points of what is known in the nested estimator, and draws of all the rest at each."""
GATE_DRAWS = 2048


def information(
    scenario: Scenario,
    seed: int = 1,
    *,
    roadmaps: Iterable[Mapping[str, int] | Roadmap] = (),
    plan: Mapping[str, Any] | None = None,
    drivers: Sequence[str] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
    studies: Sequence[Study] = (),
    points: int = POINTS,
    noise: int = NOISE,
    top: int = TOP,
    nested: int = NESTED,
    resolved: int = 32,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Information:
    """Worth of perfect information on all drivers, on each and on groups, and of studies net of price and wait.

    roadmaps, plan, resolved: the decisions, see `scenarios.decisions.choices`. drivers: paths, or parts of the scenario
    below which all are meant; none: all but those of initiatives in no decision. groups: name -> paths, known together.
    points, noise: points of the drivers, 64 or more, and draws of the events at each, an even number from 8. top:
    drivers that are told. nested: of these, how many are checked by nested draws; groups always are. All figures in the
    currency of the scenario, undiminished by tax. Raises ProblemsFound, and `NoRoadmap` where no roadmap meets every
    demand.
    """
    from scenarios.decisions.choices import decision_set
    from scenarios.decisions.worlds import below, best_anew, check_size, concerned, worlds_of
    from scenarios.knowing.gates import gates
    from scenarios.knowing.maximum import agree
    from scenarios.knowing.partial import by_regression, perfect
    from scenarios.knowing.report import Information
    from sim.montecarlo.conditional import table_of

    check_size(points, noise, 1)
    table = table_of(scenario)
    luck = set(table.luck)
    paths = [one.path for j, one in enumerate(table.drivers) if j not in luck]
    asked = below(paths, drivers, "--driver")
    members = {name: below(paths, some, f"--group {name}") for name, some in (groups or {}).items()}
    _check_studies(table.drivers, paths, studies)
    if not paths:
        text = "the scenario has no uncertain number, so there is nothing to find out"
        raise ProblemsFound([Problem("scenario", text, hint="write ranges such as `8k to 15k`")])
    chosen = decision_set(
        scenario, seed, roadmaps=roadmaps, plan=plan, resolved=resolved, threads=threads, progress=progress
    )
    check_size(points, noise, len(chosen.decisions))
    stage = "decisions by driver world"
    worlds = worlds_of(
        scenario, chosen.roadmaps, points, noise, seed, threads=threads,
        progress=None if progress is None else lambda done: progress(stage, done, points),
    )  # fmt: skip
    mean = worlds.npv.mean(axis=1)
    matter = concerned(paths, chosen.roadmaps) or paths
    wanted = asked or matter
    all_columns = [worlds.columns[path] for path in matter]
    whole, check = perfect(worlds.npv, seed), by_regression(mean, worlds.theta[:, all_columns], seed)
    ranked = _ranked(worlds, mean, wanted, seed, progress)
    told = ranked[: max(0, top)]
    if nested:
        told = [
            _checked(scenario, chosen, one, mean, worlds, seed, threads, progress) if n < nested else one
            for n, one in enumerate(told)
        ]
    joint = [
        _checked(scenario, chosen, _known(worlds, mean, name, some, seed), mean, worlds, seed, threads, progress)
        for name, some in members.items()
    ]
    valued, best = _valued(chosen, worlds)
    at_best = chosen.decisions[best].roadmap
    anew = best_anew(scenario, at_best, worlds, seed, threads)
    return Information(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        seed=seed,
        points=points,
        noise=noise,
        resolved=chosen.resolved,
        decisions=valued,
        best=best,
        best_value=float(anew.mean()),
        best_se=float(anew.std(ddof=1) / anew.size**0.5),
        evpi=whole,
        evpi_regression=check,
        evpi_agree=agree(whole.value, whole.se, check.value, check.se),
        drivers=tuple(told),
        others=len(ranked) - len(told),
        groups=tuple(joint),
        studies=tuple(_studied(scenario, chosen, worlds, one, seed, threads, progress) for one in studies),
        gates=gates(scenario, at_best, GATE_DRAWS, seed, threads),
        notes=(*chosen.notes, *worlds.notes),
    )


def _check_studies(drivers: Sequence[Any], paths: Sequence[str], studies: Sequence[Study]) -> None:
    from scenarios.decisions.worlds import below

    problems: list[Problem] = []
    known = {one.path: one for one in drivers}
    for one in studies:
        at = f"studies.{one.name}.driver"
        if one.driver not in paths:
            try:
                below(paths, [one.driver], at)
            except ProblemsFound as error:
                problems += error.errors
            else:
                text = f"{one.driver} is no single uncertain number"
                problems.append(Problem(at, text, one.driver, "name one, such as a path that `information` lists"))
        elif one.trials is not None and known[one.driver].high > 1.0:
            text = f"{one.driver} is no probability, so trials cannot tell it"
            problems.append(Problem(at, text, one.driver, "state sd, the error of one observation, and n"))
    if problems:
        raise ProblemsFound(problems)


def _ranked(worlds: Worlds, mean: Any, paths: Sequence[str], seed: int, progress: Progress | None) -> list[Knowable]:
    """Every driver alone by regression, the most worth first."""
    found = []
    for n, path in enumerate(paths, start=1):
        found.append(_known(worlds, mean, path, [path], seed))
        if progress is not None:
            progress("each driver by regression", n, len(paths))
    return sorted(found, key=lambda one: (-one.regression.value, one.name))


def _known(worlds: Worlds, mean: Any, name: str, paths: Sequence[str], seed: int) -> Knowable:
    from scenarios.knowing.partial import changes, of_several
    from scenarios.knowing.report import Knowable
    from scenarios.knowing.surface import gain_of_surface

    fit = of_several(mean, worlds.theta[:, [worlds.columns[path] for path in paths]])
    units = tuple(worlds.unit(path) for path in paths)
    return Knowable(name, tuple(paths), units, gain_of_surface(fit, seed), None, None, changes(fit))


def _checked(
    scenario: Scenario,
    chosen: DecisionSet,
    one: Knowable,
    mean: Any,
    worlds: Worlds,
    seed: int,
    threads: int | None,
    progress: Progress | None,
) -> Knowable:
    """The same with the nested estimate, over the decisions that the regression chooses anywhere."""
    from dataclasses import replace

    from scenarios.decisions.worlds import WORLDS_FROM
    from scenarios.knowing.maximum import agree
    from scenarios.knowing.nested import nested_levels
    from scenarios.knowing.partial import against, by_nesting, of_several
    from scenarios.knowing.partial import chosen as picked
    from sim.montecarlo.conditional import conditional

    columns = [worlds.columns[path] for path in one.paths]
    some = picked(of_several(mean, worlds.theta[:, columns]))
    if len(some) < 2:  # one decision everywhere: the check needs another one, the next best in the mean
        some = tuple(sorted(against(mean).mean(axis=0).argsort()[-2:].tolist()))
    roadmaps = [chosen.roadmaps[k] for k in some]
    levels = nested_levels(worlds.table, columns, OUTER, INNER, seed)
    stage = f"nested draws of {one.name}"
    found = conditional(
        scenario, roadmaps, levels, seed, 2, common=False, first_draw=WORLDS_FROM + 2 * worlds.npv[:, :, 0].size,
        threads=threads, progress=None if progress is None else lambda done: progress(stage, done, len(levels)),
    )  # fmt: skip
    nested = by_nesting(found.mean["npv"].reshape(OUTER, INNER, len(roadmaps)), seed)
    same = agree(one.regression.value, one.regression.se, nested.value, nested.se)
    return replace(one, nested=nested, agree=same)


def _studied(
    scenario: Scenario,
    chosen: DecisionSet,
    worlds: Worlds,
    study: Study,
    seed: int,
    threads: int | None,
    progress: Progress | None,
) -> Studied:
    from scenarios.decisions.delayed import delayed
    from scenarios.decisions.worlds import worlds_of
    from scenarios.knowing.report import Studied
    from scenarios.knowing.sample import net_of, sample_gain

    driver = worlds.theta[:, worlds.columns[study.driver]]
    now = worlds.npv.mean(axis=1)
    later, waited = now, None
    if study.delay:
        waited = delayed(scenario, chosen.roadmaps, study.delay, chosen.problem, chosen.least)
        stage = f"decisions {study.delay} months later"
        later = worlds_of(
            scenario, waited.roadmaps, worlds.points, worlds.noise, seed, levels=worlds.levels, threads=threads,
            progress=None if progress is None else lambda done: progress(stage, done, worlds.points),
        ).npv.mean(axis=1)  # fmt: skip
    return Studied(
        study, worlds.unit(study.driver), sample_gain(now, driver, study, seed),
        net_of(now, later, driver, study, seed),
        0 if waited is None else waited.wait,
        () if waited is None else waited.lost,
        () if waited is None else tuple((chosen.decisions[k].name, why) for k, why in waited.out.items()),
    )  # fmt: skip


def _valued(chosen: DecisionSet, worlds: Worlds) -> tuple[tuple[Valued, ...], int]:
    import numpy as np

    from scenarios.knowing.report import Valued

    mean = worlds.npv.mean(axis=1)
    best = int(mean.mean(axis=0).argmax())
    root = np.sqrt(worlds.points)
    behind = mean[:, best : best + 1] - mean
    return tuple(
        Valued(
            one,
            float(mean[:, k].mean()),
            float(np.std(mean[:, k], ddof=1) / root),
            float(behind[:, k].mean()),
            float(np.std(behind[:, k], ddof=1) / root),
        )
        for k, one in enumerate(chosen.decisions)
    ), best
