"""The yardsticks: each rule keeps every limit and takes what it says, in its order."""

from __future__ import annotations

import json

import pytest

from optimize.archive import Archive
from optimize.check import violations
from optimize.limits import Limits
from optimize.plan_limits import SEARCH_FROM, PlanLimits
from optimize.policies import CHEAPEST, DO_NOTHING, HIGHEST_ROI, TECHNOLOGY, do_nothing, greedy, yardsticks
from optimize.problem import Budget, Cost, ExclusiveGroup, Initiative, Requirement, RoadmapProblem
from optimize.structure import Structure
from optimize.valuation import rules
from sim.world import Scenario
from tests.naive import brute_force
from tests.naive.random_problems import random_problem
from tests.naive.shops import corner_shop, setting

LIMITS = PlanLimits(search_draws=16, cost_draws=256)
SOLVER = Limits(seconds=None)


def problem(*initiatives: Initiative, **parts: object) -> RoadmapProblem:
    return RoadmapProblem.model_validate({"periods": 4, "initiatives": initiatives, **parts})


def one(name: str, capital: float = 0.0, **parts: object) -> Initiative:
    return Initiative.model_validate({"id": name, "value": (0.0,) * 4, "cost": Cost(capital=(capital,)), **parts})


def test_nothing_is_mandatory_so_nothing_is_done() -> None:
    """The least allowed roadmap is the empty one where nothing is mandatory."""
    assert do_nothing(problem(one("a"), one("b")), SOLVER) == {}


def test_do_nothing_is_as_late_as_budget_and_order_allow() -> None:
    """The duty and what it requires, at the latest starts that one budget a period leaves to both."""
    budget = Budget(name="all", amount=(5.0, 5.0, 5.0, 5.0))
    rule = Requirement(initiative="duty", requires="base")
    candidates = (one("duty", 5.0, mandatory=True, latest=2), one("base", 5.0), one("toy"))
    found = do_nothing(problem(*candidates, budgets=(budget,), requires=(rule,)), SOLVER)
    assert found == {"duty": 2, "base": 1}


def test_do_nothing_of_duties_that_cannot_be_met() -> None:
    """Two duties, money for one: there is no least roadmap."""
    budget = Budget(name="all", amount=(5.0, 0.0, 0.0, 0.0))
    duties = [one(name, 5.0, mandatory=True) for name in ("a", "b")]
    assert do_nothing(problem(*duties, budgets=(budget,)), SOLVER) is None


def test_greedy_takes_in_order_at_the_first_period_that_fits() -> None:
    """Order decides who waits; an exclusive alternative of what was taken is left out."""
    budget = Budget(name="all", amount=(5.0, 5.0, 0.0, 0.0))
    made = problem(
        one("a", 5.0), one("b", 5.0), one("c", 1.0), budgets=(budget,),
        exclusive=(ExclusiveGroup(name="g", members=("a", "c")),),
    )  # fmt: skip
    structure = Structure(made)
    assert greedy(made, structure, ["b", "a", "c"], {}) == {"b": 0, "a": 1}
    assert greedy(made, structure, ["c", "a", "b"], {}) == {"c": 0, "b": 1}


def test_greedy_brings_what_is_required_or_leaves_it() -> None:
    """The requirement comes first in time; without room for it the initiative is left out."""
    rule = Requirement(initiative="app", requires="base")
    made = problem(one("app", 1.0), one("base", 4.0), requires=(rule,))
    assert greedy(made, Structure(made), ["app"], {}) == {"app": 1, "base": 0}
    poor = made.model_copy(update={"budgets": (Budget(name="all", amount=(3.0,) * 4),)})
    assert greedy(poor, Structure(poor), ["app"], {}) == {}


def test_greedy_falls_back_where_its_order_leaves_no_room_for_a_duty() -> None:
    """The earliest start of the first duty takes what the second needs; the least allowed roadmap is kept instead."""
    budget = Budget(name="all", amount=(5.0, 5.0, 0.0, 0.0))
    made = problem(
        one("a", 5.0, mandatory=True), one("b", 5.0, mandatory=True, latest=0), one("z", 5.0), budgets=(budget,)
    )
    least = {"a": 1, "b": 0}
    assert not violations(made, least)
    assert greedy(made, Structure(made), ["z"], least) == least


def plain(roadmap: dict[str, int]) -> tuple[int, int]:
    """Order of the least allowed roadmap: the fewest initiatives, then the latest starts."""
    return len(roadmap), -sum(roadmap.values())


@pytest.mark.parametrize("seed", range(60))
def test_greedy_keeps_every_limit_of_random_problems(seed: int) -> None:
    """Whatever the order, what a rule proposes is allowed, every family of limits in play."""
    made = RoadmapProblem.model_validate({**random_problem(seed), "trust_region": None, "forbidden": ()})
    least = do_nothing(made, SOLVER)
    document = json.loads(made.to_json())
    allowed = [roadmap for roadmap in brute_force.every(document) if brute_force.allowed(document, roadmap)]
    if least is None:
        assert not allowed
        return
    assert least in allowed
    assert len(least) == min(map(len, allowed))
    if not made.at_least and (made.risk is None or made.risk.floor is None):
        assert plain(least) == min(map(plain, allowed))
    names = [initiative.id for initiative in made.initiatives]
    for order in (names, names[::-1]):
        assert not violations(made, greedy(made, Structure(made), order, least))


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return corner_shop(setting("money.budgets.change.amount", 7000))


def test_yardsticks_of_a_shop(shop: Scenario) -> None:
    """All four rules keep every limit; each begins with the one that is extreme in its own measure."""
    made = rules(shop, 7, LIMITS).problem
    archive = Archive(shop, 7, SEARCH_FROM, LIMITS.search_draws, LIMITS)
    least = do_nothing(made, SOLVER)
    assert least == {"basic_backup": 3}
    found = yardsticks(made, archive, least)
    assert list(found) == [DO_NOTHING, CHEAPEST, HIGHEST_ROI, TECHNOLOGY]
    for policy, roadmap in found.items():
        assert not violations(made, roadmap), policy
        assert "basic_backup" in roadmap
    outlay = {i.id: sum(i.cost.capital) + sum(i.cost.delivery) for i in made.initiatives}
    assert max(outlay, key=lambda name: outlay[name]) in found[TECHNOLOGY]
    assert "cloud_backup" in found[CHEAPEST]


def test_highest_roi_takes_nothing_that_loses_money() -> None:
    """A rule that looks at returns leaves out what has none; the others do not look."""
    dear = corner_shop(
        setting("initiatives.edr.running_per_month", 3000), setting("money.budgets.change.amount", 90_000)
    )
    made = rules(dear, 7, LIMITS).problem
    archive = Archive(dear, 7, SEARCH_FROM, LIMITS.search_draws, LIMITS)
    found = yardsticks(made, archive, {"basic_backup": 3})
    assert archive.mean({"edr": 0}) < 0.0
    assert "edr" not in found[HIGHEST_ROI]
    assert "edr" in found[CHEAPEST]
    assert "edr" in found[TECHNOLOGY]
