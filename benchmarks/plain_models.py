"""The plain time-indexed model of a roadmap problem, as a planner would give it to a solver, for three solvers.

One binary for each initiative and start; precedence in aggregated form (a required initiative is chosen, and the sum of
start times is far enough apart); a product of two choices for each pair; defaults of each solver but for threads, time
and gap. It knows the families of `benchmarks.instances` and no others.
"""

from __future__ import annotations

import math
import re
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pulp

from optimize.families.sets import cost_profile
from optimize.problem import RoadmapProblem
from optimize.solving.solvers import cbc_path

Roadmap = dict[str, int]

DIGITS = 1e-7
"""Share of a bound that the digits of CBC's log may hide."""


@dataclass(frozen=True)
class Answer:
    """seconds of solving and building; the roadmap and bound, None where there are none; missing: why there is none."""

    solver: str
    seconds: float
    roadmap: Roadmap | None = None
    bound: float | None = None
    missing: str = ""


def plain(problem: RoadmapProblem) -> tuple[pulp.LpProblem, Mapping[tuple[str, int], pulp.LpVariable]]:
    """The program and its start variables by initiative and period."""
    program = pulp.LpProblem("plain", pulp.LpMaximize)
    add, periods = program.add_variable, range(problem.periods)
    start = {
        (one.id, t): add(f"start_{one.id}_{t}", 0, 1, pulp.LpInteger)
        for one in problem.initiatives
        for t in problem.window(one)
    }
    chosen = {one.id: pulp.lpSum(start[one.id, t] for t in problem.window(one)) for one in problem.initiatives}
    both = [add(f"both_{number}", 0, 1, pulp.LpInteger) for number in range(len(problem.interactions))]
    program += pulp.lpSum(
        one.value[t] * start[one.id, t] for one in problem.initiatives for t in problem.window(one)
    ) + (pulp.lpSum(pair.value * both[number] for number, pair in enumerate(problem.interactions)))
    for one in problem.initiatives:
        program += chosen[one.id] <= 1
        if one.mandatory:
            program += chosen[one.id] == 1
    for number, pair in enumerate(problem.interactions):
        program += both[number] <= chosen[pair.first]
        program += both[number] <= chosen[pair.second]
        program += both[number] >= chosen[pair.first] + chosen[pair.second] - 1
    for rule in problem.requires:
        after, before = rule.initiative, rule.requires
        when = {
            name: pulp.lpSum(t * start[name, t] for t in problem.window(problem.initiative(name)))
            for name in (after, before)
        }
        program += chosen[after] <= chosen[before]
        far = 2 * problem.periods + problem.delay(rule)
        program += when[after] >= when[before] + problem.delay(rule) - far * (1 - chosen[after])
    for group in problem.exclusive:
        program += pulp.lpSum(chosen[name] for name in group.members) <= 1
    for skill, capacity in problem.skills.items():
        for t in periods:
            days = [
                profile[t - u] * start[one.id, u]
                for one in problem.initiatives
                for u in problem.window(one)
                if 0 <= t - u < len(profile := one.skill_days.get(skill, ()))
            ]
            program += pulp.lpSum(days) <= capacity[t]
    for budget in problem.budgets:
        most = math.inf if budget.carry_cap is None else budget.carry_cap
        kept = [add(f"kept_{budget.name}_{t}", 0, min(most, sum(budget.amount)), pulp.LpContinuous) for t in periods]
        for t in periods:
            spent = [
                one.price_at(u) * profile[t - u] * start[one.id, u]
                for one in problem.initiatives
                for u in problem.window(one)
                if 0 <= t - u < len(profile := cost_profile(one, budget))
            ]
            before = budget.carry_share * kept[t - 1] if t > 0 else 0
            program += pulp.lpSum(spent) + kept[t] <= budget.amount[t] + before
    return program, start


def highs(problem: RoadmapProblem, seconds: float, gap: float, threads: int) -> Answer:
    """The plain model in HiGHS."""
    began = time.perf_counter()
    program, start = plain(problem)
    program.solve(pulp.HiGHS(msg=False, gapRel=gap, threads=threads, timeLimit=seconds))
    taken = time.perf_counter() - began
    info = program.solverModel.getInfo()
    program.solverModel.resetGlobalScheduler(True)
    bound = problem.constant - info.mip_dual_bound if math.isfinite(info.mip_dual_bound) else None
    return Answer("plain, HiGHS", taken, _read(start) if info.primal_solution_status == 2 else None, bound)


def cbc(problem: RoadmapProblem, seconds: float, gap: float, threads: int) -> Answer:
    """The plain model in the CBC that PuLP brings along. Its bound is read from its log: its answer holds none."""
    path = cbc_path()
    if path is None:
        return Answer("plain, CBC", 0.0, missing="CBC's program is not there")
    more = {"threads": threads} if threads > 1 else {}
    began = time.perf_counter()
    program, start = plain(problem)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "cbc.log")
        solver = pulp.COIN_CMD(
            msg=False,
            path=path,
            timeLimit=seconds,
            gapRel=gap,
            timeMode="elapsed",
            logPath=str(log),
            **more,
        )
        program.solve(solver)
        possible = re.findall(r"best possible (-?[0-9.e+]+)", log.read_text(encoding="utf-8", errors="replace"))
    taken = time.perf_counter() - began
    found = program.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    value = problem.constant + float(pulp.value(program.objective)) if found else 0.0
    bound = None
    if program.sol_status == pulp.LpSolutionOptimal:
        bound = value + gap * abs(value)  # ended by itself; the log's last line of progress is older
    elif possible:
        bound = problem.constant + abs(float(possible[-1])) * (1.0 + DIGITS)
    return Answer("plain, CBC", taken, _read(start) if found else None, bound)


def cp_sat(problem: RoadmapProblem, seconds: float, gap: float, threads: int) -> Answer:
    """The plain model in CP-SAT, with all numbers rounded to thousandths."""
    if find_spec("ortools") is None:
        return Answer("plain, CP-SAT", 0.0, missing="ortools is not installed: pip install roadfolio[peers]")
    from ortools.sat.python import cp_model

    began = time.perf_counter()
    program, start = plain(problem)
    model = cp_model.CpModel()
    of: dict[str, Any] = {
        v.name: model.new_bool_var(v.name)
        if v.cat == pulp.LpInteger
        else model.new_int_var(0, math.ceil(v.upBound), v.name)
        for v in program.variables()
    }
    rows = program.constraints() if callable(program.constraints) else program.constraints.values()
    for row in rows:
        terms = sum(round(1000 * number) * of[v.name] for v, number in row.items())
        right = round(-1000 * row.constant)
        if row.sense == pulp.LpConstraintLE:
            model.add(terms <= right)
        elif row.sense == pulp.LpConstraintGE:
            model.add(terms >= right)
        else:
            model.add(terms == right)
    model.maximize(sum(round(1000 * number) * of[v.name] for v, number in program.objective.items()))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.relative_gap_limit = gap
    solver.parameters.num_workers = threads
    state = solver.solve(model)
    taken = time.perf_counter() - began
    roadmap = None
    if state in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        roadmap = {name: t for (name, t), v in start.items() if solver.value(of[v.name])}
    return Answer("plain, CP-SAT", taken, roadmap, problem.constant + solver.best_objective_bound / 1000)


def _read(start: Mapping[tuple[str, int], pulp.LpVariable]) -> Roadmap:
    return {name: t for (name, t), variable in start.items() if (variable.varValue or 0.0) > 0.5}
