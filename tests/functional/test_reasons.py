"""What would change a plan: measured on a small shop, told in documents and on the screen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import optimize
from optimize import Limits, Plan, RoadmapProblem, solve
from optimize.archive import Archive
from optimize.check import violations
from optimize.plan_limits import PlanLimits
from optimize.reasons.core_index import core_index
from optimize.reasons.program_reasons import near_solution, reasons_of_program
from optimize.reasons.thresholds import Thresholds
from scenarios.cli.app import run
from scenarios.documents import schema
from sim.world import Scenario
from tests.naive.shops import corner_shop, setting, without

SEED = 7
LIMITS = PlanLimits(
    search_draws=32, pair_draws=16, linear_draws=16, cost_draws=256, first_selection_draws=64, selection_draws=128,
    report_draws=128, finalists=4, neighbours=200, enumerate_paths=0, threads=1,
)  # fmt: skip
SHOP = str(Path(__file__).parents[1] / "data" / "corner_shop.yaml")


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return corner_shop()


@pytest.fixture(scope="module")
def asked(shop: Scenario) -> Plan:
    """A plan with everything asked."""
    return optimize.plan(shop, SEED, replace(LIMITS, why=True, alternatives=5, within=0.3))


@pytest.fixture(scope="module")
def plain(shop: Scenario) -> Plan:
    return optimize.plan(shop, SEED, LIMITS)


def test_asking_changes_no_roadmap(asked: Plan, plain: Plan) -> None:
    assert dict(asked.roadmap) == dict(plain.roadmap)
    assert asked.outcomes[0].npv.tolist() == plain.outcomes[0].npv.tolist()


def test_by_default_the_nearest_are_asked_and_told_to_be_few(plain: Plan) -> None:
    found = plain.reasons
    assert found is not None
    assert not found.complete
    assert {one.lever for one in found.changes} <= {"benefit", "cost"}
    assert len({one.initiative for one in found.changes}) <= 3
    assert found.more == found.delays == found.alternatives == ()


def test_everything_is_asked_on_demand(asked: Plan) -> None:
    found = asked.reasons
    assert found is not None
    assert found.complete
    names = {one.id for one in asked.program.initiatives}
    assert {one.initiative for one in found.changes} == names
    assert all(one.verified for one in found.changes if one.amount is not None)
    assert {one.id for one in found.delays} == {one.initiative for one in found.changes if one.goal == "out"}
    assert {one.id for one in found.core.rows} == names
    assert len(found.more) == len(asked.program.budgets) + len(asked.program.skills)
    assert found.unproved == 0


def test_alternatives_fit_and_are_near_in_simulation(asked: Plan, shop: Scenario) -> None:
    """Every limit holds, the start differs, and the difference is that of paired draws."""
    found = asked.reasons
    assert found is not None
    program = asked.program.model_copy(update={"trust_region": None, "forbidden": ()})
    for one in found.alternatives:
        assert not violations(program, one.alternative.roadmap)
        assert dict(one.months) != dict(asked.roadmap)
        assert np.isfinite(one.gain.se)


def test_plan_document_keeps_its_schema(asked: Plan) -> None:
    document = {**asked.document(), "futures": []}
    jsonschema.Draft202012Validator(schema("plan")).validate(json.loads(json.dumps(document)))


def test_core_index_counts_roadmaps_and_resamples() -> None:
    """One roadmap is the best on every draw: it alone decides the resamples; the near share counts both."""

    class Known:
        seed = 3

        def npv(self, roadmap: dict[str, int]) -> Any:
            return np.full(16, 10.0 if "a" in roadmap else 9.5)

    index = core_index(Known(), [{"a": 1, "b": 0}, {"b": 0}, {"c": 0}], 0.6, ["a", "b", "c"], resamples=50)  # type: ignore[arg-type]
    shares = {row.id: (round(row.near, 3), row.draws, row.start) for row in index.rows}
    assert shares == {"a": (0.333, 1.0, 1), "b": (0.667, 1.0, 0), "c": (0.333, 0.0, None)}
    assert (index.roadmaps, index.near, index.draws, index.resamples) == (3, 3, 16, 50)


def test_core_index_is_the_same_on_every_run(shop: Scenario) -> None:
    archive = Archive(shop, SEED, 0, 16, LIMITS)
    roadmaps = [{}, {"basic_backup": 0}]
    archive.simulate(roadmaps, "test")
    first, second = (core_index(archive, roadmaps, 0.0, ["basic_backup"], 200) for _ in range(2))
    assert first == second


def test_infeasible_plan_names_amounts_and_repairs() -> None:
    """No money for the duty: the sentence has the amount that is missing, and a repair to check by hand."""
    poor = corner_shop(setting("money.budgets.change.amount", 100), setting("money.budgets.change.carry_share", 0.0),
                       without("money.budgets.change.carry_cap"))  # fmt: skip
    with pytest.raises(optimize.NoRoadmap) as raised:
        optimize.plan(poor, SEED, LIMITS)
    found = raised.value
    assert found.conflict is not None
    assert found.conflict.minimal
    assert found.repairs
    assert any("need not be mandatory" in way.words for way in found.repairs)
    money = [way for way in found.repairs if way.unit == "currency" and "every period" in way.words]
    assert money
    assert money[0].amount is not None
    amount = setting("money.budgets.change.amount", 101 + money[0].amount)
    rich = corner_shop(amount, setting("money.budgets.change.carry_share", 0.0),
                       without("money.budgets.change.carry_cap"))  # fmt: skip
    assert optimize.plan(rich, SEED, LIMITS).roadmap


TINY = {
    "periods": 2,
    "initiatives": [
        {"id": "till", "value": [5, 4], "cost": {"capital": [8]}},
        {"id": "backup", "value": [3, 3], "cost": {"capital": [6]}},
        {"id": "toy", "value": [2, 2], "cost": {"capital": [4]}},
    ],
    "budgets": [{"name": "change", "amount": [9, 9]}],
}


def test_reasons_of_a_program_by_hand() -> None:
    """Toy (worth 2) is out; money of one period: 12 hold till and toy in the first period. Backup falls out below 2."""
    problem = RoadmapProblem.model_validate(TINY)
    solution = solve(problem)
    assert dict(solution.roadmap) == {"till": 0, "backup": 1}
    found = reasons_of_program(problem, solution, Limits(), 0.0)
    by = {(one.initiative, one.lever): one for one in found.changes}
    assert by["toy", "budget"].amount == pytest.approx(1.0)
    assert by["toy", "budget"].relative == pytest.approx(1.0 / 9.0)
    assert by["toy", "benefit"].amount == pytest.approx(1.0)
    assert by["toy", "cost"].amount == pytest.approx(0.25)
    assert by["backup", "benefit"].amount == pytest.approx(1.0)
    assert by["backup", "cost"].amount == pytest.approx(0.5)
    assert by["toy", "days"].amount is None
    (money,) = found.more
    assert (money.to_gain, money.gain) == (pytest.approx(1.0), pytest.approx(2.0))
    assert money.spare == pytest.approx(1.0)
    assert money.loss_below == pytest.approx(3.0)
    late = {one.id: one for one in found.delays}
    assert late["till"].loss[1] == pytest.approx(1.0)
    assert late["backup"].latest == 1
    with pytest.raises(ValueError, match="is in the roadmap"):
        thresholds_of(problem).let_in("till")
    with pytest.raises(ValueError, match="not in the roadmap"):
        thresholds_of(problem).push_out("toy")
    assert near_solution(problem, solution, Limits(), 0, 0.1) == ()


def thresholds_of(problem: RoadmapProblem) -> Thresholds:
    from optimize.reasons.resolves import Resolves

    return Thresholds(problem, solve(problem), Resolves(Limits()))


def test_what_was_not_proved_says_so() -> None:
    """A clock that has run out: no amount, and the sentence says that it is not proved."""
    from optimize.reasons.resolves import Resolves

    problem = RoadmapProblem.model_validate(TINY)
    hasty = Thresholds(problem, solve(problem), Resolves(Limits(seconds=1e-9)))
    for change in hasty.let_in("toy"):
        assert not change.proved or change.amount is None
        if change.lever in ("benefit", "cost", "budget"):
            assert "not proved" in change.sentence


def test_solve_command_tells_it_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Document and screen of `solve --why --alternatives`, and of an infeasible problem."""
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(TINY), encoding="utf-8")
    validator = jsonschema.Draft202012Validator(schema("solve"))
    assert run(["solve", str(path), "--why", "--alternatives", "5", "--within", "30", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    validator.validate(document)
    assert document["reasons"]["unproved"] == 0
    assert document["alternatives"]
    assert run(["solve", str(path), "--why", "--alternatives", "5", "--within", "30"]) == 0
    screen = capsys.readouterr().out
    assert "what would change it" in screen
    assert "cost of delay" in screen
    assert "alternative" in screen
    duties = [{**one, "mandatory": True} for one in TINY["initiatives"]]  # type: ignore[union-attr]
    path.write_text(json.dumps({**TINY, "initiatives": duties}), encoding="utf-8")
    assert run(["solve", str(path), "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    validator.validate(document)
    assert document["repairs"]
    assert "mandatory initiatives" in document["conflict_sentence"]
    assert run(["solve", str(path)]) == 3
    assert "There is a roadmap with" in capsys.readouterr().out


def test_frontier_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Five budgets and the frontier of risk of the small shop: the document keeps its schema, each point its budget."""
    assert run(["frontier", SHOP, "--budgets", "5", "--risk", "--seed", "7", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema("frontier")).validate(document)
    assert len(document["budgets"]) == 5
    told = [one for one in document["budgets"] if one["roadmap"] is not None]
    assert told
    assert all(one["least_factor"] <= one["factor"] + 1e-9 for one in told)
    means = [one["npv"]["mean"] for one in told if not one["dominated"]]
    assert means == sorted(means)
    points = document["risk"]["points"]
    assert [one["npv"]["mean"] for one in points] == sorted((one["npv"]["mean"] for one in points), reverse=True)
    assert [one["cvar"] for one in points] == sorted(one["cvar"] for one in points)
    assert run(["frontier", SHOP, "--budgets", "3", "--seed", "7"]) == 0
    assert "fits from" in capsys.readouterr().out
