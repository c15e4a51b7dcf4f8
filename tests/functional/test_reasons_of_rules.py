"""Reasons where pins, gates, grants, credit, bought days or several aims stand in the problem; worked out by hand."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from optimize.alternatives import alternatives, measure
from optimize.check import worth
from optimize.explain import why_rejected
from optimize.limits import Limits
from optimize.problem import (
    Budget,
    Cost,
    Credit,
    ExclusiveGroup,
    Grant,
    Initiative,
    Outside,
    Pin,
    Requirement,
    RoadmapProblem,
    SelectionGroup,
)
from optimize.reasons import program_reasons
from optimize.reasons.conflict import find_conflict
from optimize.reasons.program_reasons import near_solution, reasons_of_program
from optimize.reasons.repairs import repairs
from optimize.reasons.resolves import Resolves
from optimize.reasons.thresholds import Thresholds
from optimize.risk.parts import Objective
from optimize.solve import solve
from optimize.status import Solution, Status
from scenarios.cli.render.why import show_program_reasons

LIMITS = Limits()


def thresholds_of(problem: RoadmapProblem) -> Thresholds:
    return Thresholds(problem, solve(problem), Resolves(LIMITS))


def test_a_pinned_start_does_not_move() -> None:
    till, web = (Initiative(id=name, value=(5, 4, 3, 2)) for name in ("till", "web"))
    for start in (1, 3):
        pins = (Pin(initiative="till", start=start, reason="signed"),)
        problem = RoadmapProblem(periods=4, initiatives=(till, web), pins=pins)
        found = reasons_of_program(problem, solve(problem), LIMITS, 0.02)
        delays = {one.id: one for one in found.delays}
        assert dict(delays["till"].loss) == {1: None, 2: None}
        assert dict(delays["web"].loss) == {1: 1.0, 2: 2.0}
        assert (delays["till"].latest, delays["till"].proved) == (start, True)
        last = {one.words: one.worth for one in found.time}["no start in the last period, period 3"]
        assert last == (None if start == 3 else 0.0)


def test_a_window_moved_off_a_pin_leaves_no_roadmap() -> None:
    till = Initiative(id="till", value=(5, 4, 3), earliest=2)
    pin = Pin(initiative="till", start=1)
    problem = RoadmapProblem(periods=3, initiatives=(till.model_copy(update={"earliest": 0}),), pins=(pin,))
    assert solve(problem.model_copy(update={"initiatives": (till,)})).status is Status.INFEASIBLE


def test_a_grant_is_no_part_of_the_cost_that_changes() -> None:
    fund = Grant(initiative="till", amount=4, budget="shop")
    till = Initiative(id="till", value=(5,), cost=Cost(capital=(10,)))
    small, large = (
        RoadmapProblem(periods=1, initiatives=(till,), grants=(fund,), budgets=(Budget(name="shop", amount=(amount,)),))
        for amount in (3, 8)
    )
    cheaper = thresholds_of(small).let_in("till", ("cost",))[0]  # 10 (1 - x) - 4 <= 3
    assert (cheaper.amount, cheaper.proved) == (pytest.approx(0.3), True)
    dearer = thresholds_of(large).push_out("till", ("cost",))[0]  # 10 (1 + x) - 4 <= 8
    assert (dearer.amount, dearer.proved) == (pytest.approx(0.2), True)


def test_no_worth_lets_in_what_is_always_cancelled() -> None:
    pilot, rollout = Initiative(id="pilot", value=(5, 4), passes=0.0), Initiative(id="rollout", value=(5, 4))
    gate = Requirement(initiative="rollout", requires="pilot")
    problem = RoadmapProblem(periods=2, initiatives=(pilot, rollout), requires=(gate,))
    assert dict(solve(problem).roadmap) == {"pilot": 0}
    found = thresholds_of(problem).let_in("rollout")
    assert all(one.amount is None for one in found)
    assert "always cancelled" in found[0].sentence
    must = problem.model_copy(update={"initiatives": (pilot, rollout.model_copy(update={"mandatory": True}))})
    assert "every roadmap holds it" in thresholds_of(must).push_out("rollout")[0].sentence
    together = SelectionGroup(name="phases", members=("pilot", "rollout"), rule="all_or_none")
    both = problem.model_copy(update={"groups": (together,)})
    assert "always cancelled" in thresholds_of(both).push_out("rollout")[0].sentence


@pytest.mark.parametrize(("more", "bought", "short"), [(21, 5, 6.0), (14, 2, 2.0)])
def test_a_conflict_counts_the_days_that_can_be_bought(more: int, bought: int, short: float) -> None:
    """With 41 days even 5 bought ones do not suffice; with 34 they would, but there is money for 2."""
    pair = tuple(
        Initiative(id=name, value=(5,), mandatory=True, skill_days={"it": (used,)})
        for name, used in (("till", 20), ("web", more))
    )
    problem = RoadmapProblem(
        periods=1,
        initiatives=pair,
        skills={"it": (30,)},
        outside=(Outside(skill="it", price=(1,), at_most=(5,)),),
        budgets=(Budget(name="shop", amount=(2,)),),
    )
    conflict = find_conflict(problem, Resolves(LIMITS))
    assert conflict is not None
    missing = {one.resource.kind: one.short for one in conflict.members if one.resource is not None}
    assert missing["skill"] == pytest.approx(short)
    assert ("budget" in missing) == (bought == 2)
    assert f"{20 + more} it days in period 0 (there are 30, and {bought} can be bought)" in conflict.sentence


def test_what_a_grant_adds_counts_in_the_reason() -> None:
    """Without its grant it loses 1, with it it gains 4: there is only no money beside what gains 9."""
    till = Initiative(id="till", value=(-1, -1), cost=Cost(capital=(10,)))
    web = Initiative(id="web", value=(9, 9), cost=Cost(capital=(10,)))
    problem = RoadmapProblem(
        periods=2,
        initiatives=(till, web),
        budgets=(Budget(name="shop", amount=(10, 0)),),
        grants=(Grant(initiative="till", worth=5, last=0),),
    )
    [left_out] = why_rejected(problem, solve(problem))
    assert (left_out.kind, left_out.loss) == ("displaces", 5.0)
    assert left_out.reason == "the roadmap would be worth 5 less: it would push out web"
    alone = problem.model_copy(update={"grants": (Grant(initiative="till", worth=0.5, last=0),)})
    assert "loses money even at its best start: -0.5" in why_rejected(alone, solve(alone))[0].reason


def test_alternatives_give_up_no_more_than_the_share_of_each_aim() -> None:
    four = tuple(Initiative(id=name, value=(v, v - 1)) for name, v in zip("abcd", (100, 90, 80, 70), strict=True))
    aims = (Objective(what="worth"), Objective(what="few"))
    problem = RoadmapProblem(periods=2, initiatives=four, objectives=aims)
    plain = problem.model_copy(update={"objectives": ()})
    best = solve(problem)
    assert dict(best.roadmap) == dict.fromkeys("abcd", 0)
    found = near_solution(problem, best, LIMITS, 5, 0.02)
    assert found
    for one in found:
        assert worth(plain, one.roadmap) >= 0.98 * 340 - 1e-3
        assert len(one.roadmap) == 4
        assert one.given_up == pytest.approx(340 - worth(plain, one.roadmap))
    loose = near_solution(problem, best, LIMITS, 5, 0.3)  # now worth alone would let go of one, and 4.x are allowed
    assert min(len(one.roadmap) for one in loose) == 3
    turned = problem.model_copy(update={"objectives": (Objective(what="few", tolerance=4.0), Objective(what="worth"))})
    for one in near_solution(turned, solve(turned), LIMITS, 5, 0.02):
        assert worth(plain, one.roadmap) >= 0.98 * 340 - 1e-3


def reason(problem: RoadmapProblem, name: str) -> tuple[str, str, float | None]:
    found = {one.id: one for one in why_rejected(problem, solve(problem))}[name]
    return found.kind, found.reason, found.loss


def test_the_first_aim_that_differs_is_the_reason() -> None:
    till, web = Initiative(id="till", value=(100,)), Initiative(id="web", value=(50,))
    aims = (Objective(what="worth"), Objective(what="few"))
    one_of = (ExclusiveGroup(name="shop", members=("till", "web")),)
    rivals = RoadmapProblem(periods=1, initiatives=(till, web), exclusive=one_of, objectives=aims)
    told = "till is chosen instead; with web the roadmap would be worth 50 less (aim 1 of 2: worth)"
    assert reason(rivals, "web") == ("excluded", told, 50.0)

    toy = Initiative(id="toy", value=(0,))
    idle = RoadmapProblem(periods=1, initiatives=(till, toy), objectives=aims)
    told = "the roadmap would hold 1 initiative more (aim 2 of 2: few)"
    assert reason(idle, "toy") == ("late", told, 1.0)


def test_what_an_aim_may_give_up_is_no_reason() -> None:
    """Of at most 160, 60 may be given up: then one initiative suffices, and with app, worth 10, it takes two."""
    three = tuple(Initiative(id=name, value=(v,)) for name, v in (("till", 100), ("web", 50), ("app", 10)))
    aims = (Objective(what="worth", tolerance=60.0), Objective(what="few"))
    problem = RoadmapProblem(periods=1, initiatives=three, objectives=aims)
    assert dict(solve(problem).roadmap) == {"till": 0}
    assert reason(problem, "app") == ("late", "the roadmap would hold 1 initiative more (aim 2 of 2: few)", 1.0)
    fee = problem.model_copy(update={"initiatives": (*three, Initiative(id="fee", value=(-70,)))})
    told = "loses money even at its best start: -70 (aim 1 of 2: worth, of which 60 may be given up)"
    assert reason(fee, "fee") == ("loses", told, 70.0)
    only = problem.model_copy(update={"objectives": (), "objective": "few"})
    assert reason(only, "app") == ("late", "the roadmap would hold 1 initiative more", 1.0)


def test_bought_days_count_in_the_smoothest_spend() -> None:
    """Both at once cost 2 + 9 bought days in period 1; one after the other 1 + 4 days at 10 in period 0."""
    pair = tuple(
        Initiative(id=name, value=(50, 50), cost=Cost(capital=(1,)), skill_days={"it": (5,)})
        for name in ("till", "web")
    )
    problem = RoadmapProblem(
        periods=2,
        initiatives=pair,
        skills={"it": (1, 1)},
        outside=(Outside(skill="it", price=(10, 1), at_most=(9, 9)),),
        discount=(0, 0),
        budgets=(Budget(name="shop", amount=(100, 100)),),
    )
    both = {(t, u): measure(problem, {"till": t, "web": u}, "smoother", {}) for t in (0, 1) for u in (0, 1)}
    assert both == {(0, 0): 92.0, (0, 1): 41.0, (1, 0): 41.0, (1, 1): 11.0}
    [smoother] = alternatives(problem, {"till": 0, "web": 0}, 100.0, Resolves(LIMITS), 1)
    assert (smoother.direction, smoother.measure, smoother.proved) == ("smoother", 11.0, True)
    assert dict(smoother.roadmap) == {"till": 1, "web": 1}


def test_a_debt_falls_due_with_its_interest() -> None:
    """What costs 10 in period 0 is owed, and 20 fall due in period 1: twice what all initiatives take."""
    till = Initiative(id="till", value=(5, 5), mandatory=True, latest=0, cost=Cost(capital=(10,)))
    loan = Budget(name="shop", amount=(0, 0), credit=Credit(limit=10, rate=1.0))
    problem = RoadmapProblem(periods=2, initiatives=(till,), budgets=(loan,))
    resolves = Resolves(LIMITS)
    conflict = find_conflict(problem, resolves)
    assert conflict is not None
    amounts = {one.words: one.amount for one in repairs(problem, conflict, resolves) if one.unit == "currency"}
    assert amounts == {
        "10 more in the budget shop in period 0": pytest.approx(10.0),
        "20 more in the budget shop in period 1": pytest.approx(20.0),
        "6.67 more in the budget shop in every period": pytest.approx(20.0 / 3.0),  # z + 2 z pay for 20
    }


def test_without_time_for_the_mean_all_is_said_of_the_known_roadmap(monkeypatch: pytest.MonkeyPatch) -> None:
    till, web = Initiative(id="till", value=(5, 4)), Initiative(id="web", value=(-1, -2))
    problem = RoadmapProblem(periods=2, initiatives=(till, web), objectives=(Objective(what="worth"),))
    known = solve(problem)
    late = Solution(Status.TIME_LIMIT, "highs", 1.0, stopped_by_time=True)
    monkeypatch.setattr(program_reasons, "solve", lambda *_: late)
    found = reasons_of_program(problem, known, LIMITS, 0.02)
    assert found.of_mean
    assert {one.initiative: one.proved for one in found.changes if one.lever == "benefit"} == dict.fromkeys(
        ("till", "web"), False
    )
    assert (found.delays[0].loss[1], found.delays[0].proved) == (1.0, False)


def test_where_both_are_worth_the_same_any_change_decides() -> None:
    """web gains 20 and takes 2 bought days of 10: worth as much as without it, and every day of one's own saves 10."""
    till = Initiative(id="till", value=(50,), skill_days={"it": (3,)})
    web = Initiative(id="web", value=(20,), skill_days={"it": (2,)})
    help_ = (Outside(skill="it", price=(10,), at_most=(9,)),)
    problem = RoadmapProblem(periods=1, initiatives=(till, web), skills={"it": (3,)}, outside=help_)
    changes = {one.lever: one for one in thresholds_of(problem).let_in("web")}
    assert changes["benefit"].sentence == "if it were worth any more, whenever it starts"
    days = changes["days"]
    assert (days.amount, days.verified) == (0.0, True)
    assert days.sentence == "with any more of the it days in period 0"
    screen = Console(file=io.StringIO(), width=160)
    show_program_reasons(reasons_of_program(problem, solve(problem), LIMITS, 0.02), screen)
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "any more" in text
    assert "0.000005" not in text
