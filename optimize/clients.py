"""Roadmaps of several clients whose engineers are the same people: search each alone, solve all together, simulate.

Each client is searched as `plan` searches it, as if it had the whole pool for itself. Then one program of all clients,
each linearised around its incumbent, shares the pool; its proposal is simulated client by client, becomes the incumbent
where it is better by its score, and all are linearised around it again, until nothing better is proposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimize.archive import Archive, Clock, Estimate, estimate
from optimize.check import violations
from optimize.goal_floors import with_floors
from optimize.linearise import linearise
from optimize.periods import months
from optimize.plan_limits import REPORT_FROM, SEARCH_FROM, PlanLimits, Progress
from optimize.policies import do_nothing, yardsticks
from optimize.pooling import parted, pooled
from optimize.problem import RoadmapProblem
from optimize.recount import days_used
from optimize.refine import refine
from optimize.risk.attitude import attitude_of
from optimize.solve import solve
from optimize.status import Solution
from optimize.valuation import Valuation, rules, valuation
from sim.breach import Breach, breach
from sim.errors import Problem, ProblemsFound
from sim.montecarlo import evaluate
from sim.world import Scenario

Starts = dict[str, int]
ROUNDS = 4


@dataclass(frozen=True)
class Client:
    """alone, shared: roadmaps in periods, with the engineers to itself and out of the pool. npv_alone, npv, loss: on
    fresh draws [currency]; loss: what sharing costs, paired. days: of the pool, by skill and period. floor: how often
    cash falls below the floor that the file states, and whether that is seldom enough; None without one."""

    scenario: Scenario
    alone: Starts
    shared: Starts
    npv_alone: Estimate
    npv: Estimate
    loss: Estimate
    days: Mapping[str, tuple[float, ...]]
    floor: tuple[Breach, bool] | None


@dataclass(frozen=True)
class Shared:
    """pool: days of each shared skill by period. npv, loss: sums over the clients, with the error of the sum on common
    draws. proposals: joint roadmaps that were simulated. program, solution: the last joint one. draws: of the report.
    """

    clients: Mapping[str, Client]
    pool: Mapping[str, tuple[float, ...]]
    npv: Estimate
    loss: Estimate
    proposals: int
    program: RoadmapProblem
    solution: Solution
    draws: int


@dataclass
class _Searched:
    archive: Archive
    valued: Valuation
    alone: Starts


def share(
    scenarios: Mapping[str, Scenario],
    pool: Mapping[str, Sequence[float]],
    seed: int,
    limits: PlanLimits,
    *,
    progress: Progress | None = None,
) -> Shared:
    """Roadmaps for all clients together. pool: shared skill -> days in each period.

    Raises ProblemsFound for clients that cannot be joined, or where no joint roadmap meets every demand.
    """
    limit = {skill: tuple(map(float, days)) for skill, days in pool.items()}
    searched = {name: _search(scenario, limit, seed, limits, progress) for name, scenario in scenarios.items()}
    names = list(scenarios)
    best: dict[str, Starts] | None = None
    around = {name: one.alone for name, one in searched.items()}
    seen: list[dict[str, Starts]] = []
    program = solution = None
    for _ in range(ROUNDS):
        linear = {name: linearise(one.valued, one.archive, around[name], limits) for name, one in searched.items()}
        joint = pooled({name: _plain(one) for name, one in linear.items()}, limit)
        answer = solve(joint, limits.solver)
        if program is None or answer.has_solution:
            program, solution = joint, answer
        if not answer.has_solution:
            break
        if not seen and not violations(joint, _joined(around)):
            best = dict(around)  # nobody is in anybody's way
        proposal = parted(answer.roadmap, names)
        if proposal in seen:
            break
        seen.append(proposal)
        for name, one in searched.items():
            one.archive.simulate([proposal[name]], "joint proposals")
        if best is not None and _worth(searched, proposal) <= _worth(searched, best):
            break
        best = around = proposal
    if program is None or solution is None or best is None:
        hint = "more days in the pool, or fewer initiatives that must be done"
        raise ProblemsFound([Problem("shared", "no roadmap of all clients meets every demand", hint=hint)])
    broken = violations(program, _joined(best))
    if broken:
        raise AssertionError(f"the joint roadmap breaks a limit: {broken[0].sentence}")
    fresh = {
        name: Archive(scenario, seed, REPORT_FROM, limits.report_draws, limits, progress)
        for name, scenario in scenarios.items()
    }
    for name, archive in fresh.items():
        archive.simulate([searched[name].alone, best[name]], "draws of the report")
    total = np.sum([fresh[name].npv(best[name]) for name in names], axis=0)
    free = np.sum([fresh[name].npv(searched[name].alone) for name in names], axis=0)
    return Shared(
        clients={name: _client(fresh[name], searched[name].alone, best[name], seed, limits, limit) for name in names},
        pool=limit,
        npv=estimate(total),
        loss=estimate(free - total),
        proposals=len(seen),
        program=program,
        solution=solution,
        draws=limits.report_draws,
    )


def _search(
    scenario: Scenario,
    pool: Mapping[str, tuple[float, ...]],
    seed: int,
    limits: PlanLimits,
    progress: Progress | None,
) -> _Searched:
    """The best roadmap of one client that has the whole pool to itself."""
    attitude = attitude_of(scenario)
    if attitude.sees_worlds or attitude.sees_futures:
        hint = "leave out `money.risk` and `money.objective`, or plan it alone"
        message = "clients are joined by their mean worth"
        raise ProblemsFound([Problem("money.objective", message, scenario.name, hint)])
    ruled = rules(scenario, seed, limits)
    _refuse_other_periods(scenario, ruled.problem, pool)
    own = ruled.problem.skills
    skills = {skill: pool.get(skill, days) for skill, days in own.items()}
    ruled = replace(ruled, problem=ruled.problem.model_copy(update={"skills": skills}))
    ruled = with_floors(scenario, ruled, seed, limits)
    least = do_nothing(ruled.problem, limits.solver)
    if least is None:
        hint = "`roadfolio plan` says which demands contradict each other"
        raise ProblemsFound([Problem(scenario.name, "the scenario allows no roadmap", hint=hint)])
    archive = Archive(scenario, seed, SEARCH_FROM, limits.search_draws, limits, progress)
    valued = valuation(ruled, archive, limits)
    sticks = yardsticks(ruled.problem, archive, least)
    result = refine(valued, archive, sticks.values(), limits, Clock(None))
    return _Searched(archive, result.valuation, dict(result.best))


def _refuse_other_periods(scenario: Scenario, problem: RoadmapProblem, pool: Mapping[str, tuple[float, ...]]) -> None:
    for skill, days in pool.items():
        if len(days) != problem.periods:
            hint = f"{problem.periods} periods of days, and the same planning months for all clients"
            text = f"the pool has {len(days)} periods, {scenario.name} {problem.periods}"
            raise ProblemsFound([Problem(f"shared.{skill}", text, len(days), hint)])


def _plain(problem: RoadmapProblem) -> RoadmapProblem:
    """A client's program with its mean worth alone."""
    return problem.model_copy(update={"trust_region": None, "forbidden": (), "chance_cash": None})


def _joined(starts: Mapping[str, Starts]) -> Starts:
    """The roadmap of all clients in the names of the joint program."""
    return {f"{client}.{name}": start for client, one in starts.items() for name, start in one.items()}


def _worth(searched: Mapping[str, _Searched], proposal: Mapping[str, Starts]) -> float:
    return sum(one.archive.mean(proposal[name]) for name, one in searched.items())


def _client(
    fresh: Archive, alone: Starts, together: Starts, seed: int, limits: PlanLimits, pool: Mapping[str, object]
) -> Client:
    scenario = fresh.scenario
    problem = rules(scenario, seed, replace(limits, cost_draws=256)).problem
    days = {skill: days_used(problem, skill, together) for skill in scenario.skills if skill in pool}
    found = evaluate(
        scenario, months(scenario, together), fresh.draws, seed, first_draw=REPORT_FROM, detail=False,
        threads=limits.threads,
    )  # fmt: skip
    broken = None if found.floor is None else found.floor.broken_by(found[0])
    return Client(
        scenario=scenario,
        alone=alone,
        shared=together,
        npv_alone=estimate(fresh.npv(alone)),
        npv=estimate(fresh.npv(together)),
        loss=fresh.difference(alone, together),
        days=days,
        floor=None if found.floor is None or broken is None else (breach(broken), found.floor.keeps(broken)),
    )
