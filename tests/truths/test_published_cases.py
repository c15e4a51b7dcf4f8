"""Problems that others published with their optima reach them: textbooks here, instance files where they are there.

The files belong to others and are not in this repository; `ROADFOLIO_CASES` names their folder. Without them the tests
that read them are skipped, and say so.
"""

from __future__ import annotations

from itertools import pairwise

import pulp
import pytest

from benchmarks.cases import capital_budgeting, features, fleet, knapsacks, psplib, roadmaps, storage
from benchmarks.cases.case import Case, Outcome, answer, folder, records
from benchmarks.cases.projects import Project, makespan, schedule, short_schedule, shortest, to_problem
from benchmarks.cases.table import main, summary
from optimize import RoadmapProblem, Status, solve
from optimize.check import violations, worth
from optimize.formulation import Formulation

TEXTBOOKS = [*capital_budgeting.cases(), *features.cases()]
READ = {
    "synthetic roadmaps": lambda: [case for case in roadmaps.cases() if "_n" in case.name],
    "fleet": fleet.cases,
    "knapsacks": knapsacks.cases,
    "makespans": psplib.makespans,
    "storage": storage.cases,
}
SECONDS = 60.0


def reached(case: Case) -> Outcome:
    outcome = answer(case, SECONDS)
    assert not outcome.contradicts, outcome
    assert outcome.reached, outcome
    return outcome


@pytest.mark.parametrize("case", TEXTBOOKS, ids=[case.name for case in TEXTBOOKS])
def test_textbooks(case: Case) -> None:
    assert reached(case).status is Status.OPTIMAL


@pytest.mark.parametrize("family", READ)
def test_instance_files(family: str) -> None:
    chosen = [case for case in READ[family]() if case.quick]
    if not chosen:
        pytest.skip(f"the published files of {family} are not in {folder().name}; ROADFOLIO_CASES names their folder")
    for case in chosen:
        assert reached(case).status in (Status.OPTIMAL, Status.INFEASIBLE)


def test_published_schedules_with_cash_flows_keep_every_row() -> None:
    """To solve one takes some seconds to a minute (`python -m benchmarks.cases --only max-npv`); here each published
    schedule is a roadmap of its problem, and worth what was published."""
    records_there = {case.name: case for case in psplib.net_values()}
    if not records_there:
        pytest.skip(f"the published files are not in {folder().name}; ROADFOLIO_CASES names their folder")
    for record in records("opt_maxnpv_j30.json"):
        problem = records_there[record["id"]].pose().problem
        starts = record["expected"]["start"]
        roadmap = {f"a{int(job) - 2}": start for job, start in starts.items() if int(job) > 1}
        assert not violations(problem, roadmap)
        assert worth(problem, roadmap) == record["expected"]["objective_integer"]


def test_all_optimal_sets_and_no_other() -> None:
    """Every published optimal set is an answer once the others are forbidden, and then the best is worth less."""
    for record in (one for one in records("opt_capital_budgeting_small.json") if "value" in one["inputs"]):
        problem = capital_budgeting.to_problem(record["inputs"])
        wanted = [
            {f"p{item}": 0 for item, chosen in enumerate(chosen_set) if chosen}
            for chosen_set in record["expected"]["ip_solutions"]
        ]
        found = []
        for _ in wanted:
            answer_now = solve(problem)
            assert answer_now.objective == pytest.approx(record["expected"]["ip_optimum"], abs=1e-9)
            found.append(dict(answer_now.roadmap))
            problem = problem.model_copy(update={"forbidden": (*problem.forbidden, found[-1])})
        assert sorted(map(sorted, found)) == sorted(map(sorted, wanted))
        assert solve(problem).objective < record["expected"]["ip_optimum"] - 1e-9


def relaxed(problem: RoadmapProblem) -> float:
    """Optimum of the program without integrality."""
    formulation = Formulation(problem)
    formulation.maximise_worth()
    for _, start in formulation.all_starts():
        start.cat = pulp.LpContinuous
    formulation.program.solve(pulp.HiGHS(msg=False))
    return float(formulation.unit * pulp.value(formulation.program.objective))


def test_published_dual_prices() -> None:
    """Lorie and Savage: optimum of the relaxation, and what a little more of either budget adds to it."""
    record = records("opt_capital_budgeting_small.json")[0]
    problem, step = capital_budgeting.to_problem(record["inputs"]), 0.01
    at_first = relaxed(problem)
    assert at_first == pytest.approx(record["expected"]["lp_optimum"], abs=1e-6)
    for row, price in enumerate(record["expected"]["dual_prices"]):
        more = {name: (days[0] + step * (name == f"row{row}"),) for name, days in problem.skills.items()}
        gained = relaxed(problem.model_copy(update={"skills": more})) - at_first
        assert gained / step == pytest.approx(price, abs=1e-5)


# ---- the adapters themselves ------------------------------------------------------------------------------------

SMALL = Project((3, 2, 2, 4), ((2,), (1,), (2,), (1,)), (2,), ((), (), (0,), (1,)))


def test_a_project_by_hand() -> None:
    """Activities 0 and 2 need both units; 1 and 3 one each: 3 + 2 periods for 0 and 2, then 2 + 4 for 1 and 3."""
    assert (SMALL.heads, SMALL.tails, SMALL.least) == ((0, 0, 3, 2), (5, 6, 2, 4), 8)
    posed = shortest(SMALL, short_schedule(SMALL))
    assert solve(posed.problem).objective == -11.0
    assert posed.known is not None
    assert not violations(posed.problem, posed.known)
    assert posed.better is not None
    assert solve(posed.better).status is Status.INFEASIBLE


def test_schedules_by_a_rule_keep_order_and_resources() -> None:
    for priority in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2]):
        starts = schedule(SMALL, priority)
        problem = to_problem(SMALL, makespan(SMALL, starts))
        roadmap = {f"a{i}": start for i, start in enumerate(starts)} | {"end": makespan(SMALL, starts)}
        assert not violations(problem, roadmap)


def test_cliques_hold_what_cannot_run_together() -> None:
    three = Project((1, 1, 1), ((2,), (2,), (2,)), (3,), ((), (), ()))
    assert three.cliques == ((0, 1, 2),)
    assert all(one < other for one, other in pairwise(three.cliques[0]))


def test_stock_decides_whether_an_order_exists() -> None:
    """The second takes three of which two are there; the first adds one when it ends."""
    two = Project((4, 1), ((0,), (0,)), (1,), ((), ()))
    stocked = storage.Stocked(two, (2,), ((0,), (3,)), ((1,), (0,)))
    posed = storage.pose(stocked)
    found = solve(posed.problem)
    assert (found.objective, dict(found.roadmap)) == (-5.0, {"a0": 0, "a1": 4, "end": 5})
    short = storage.Stocked(two, (1,), ((0,), (3,)), ((1,), (0,)))
    assert solve(storage.pose(short).problem).status is Status.INFEASIBLE


def test_an_answer_that_misses_or_contradicts_is_seen() -> None:
    case = TEXTBOOKS[0]
    assert case.worth is not None
    less = Outcome(case, Status.FEASIBLE, case.worth - 1.0, case.worth + 1.0, "program", 0.1)
    more = Outcome(case, Status.OPTIMAL, case.worth + 1.0, case.worth + 1.0, "program", 0.1)
    low = Outcome(case, Status.FEASIBLE, case.worth - 2.0, case.worth - 1.0, "program", 0.1)
    assert (less.reached, less.contradicts) == (False, False)
    assert (more.reached, more.contradicts) == (False, True)
    assert low.contradicts
    row = summary("textbooks", [less, more])
    assert row.met is False
    assert "AGAINST" in row.detail


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--smoke"]) == 0
    assert "reached the published optimum: 6 of 6" in capsys.readouterr().out
