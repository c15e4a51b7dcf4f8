"""Each rule of choice, calendar and money on a case made for it: what it changes, which way, how it is named."""

from __future__ import annotations

from typing import Any

import pytest

from optimize import RoadmapProblem, Status, solve
from optimize.check import spent, violations, worth
from optimize.explain import why_rejected
from optimize.limits import Limits
from optimize.policies import do_nothing
from optimize.reasons.conflict import find_conflict
from optimize.reasons.resolves import Resolves
from optimize.recount import days_bought, purse

SOLVER = Limits(seconds=None)


def one(name: str, *value: float, **more: Any) -> dict[str, Any]:
    return {"id": name, "value": list(value), **more}


def problem_of(*initiatives: dict[str, Any], **fields: Any) -> RoadmapProblem:
    return RoadmapProblem.model_validate(
        {"periods": len(initiatives[0]["value"]), "initiatives": initiatives, **fields}
    )


def best(*initiatives: dict[str, Any], **fields: Any) -> dict[str, int]:
    answer = solve(problem_of(*initiatives, **fields))
    assert answer.status is Status.OPTIMAL
    return dict(answer.roadmap)


# ---- which together ---------------------------------------------------------------------------------------------


def test_rules_of_a_group() -> None:
    """A gain and a loss: each rule takes what it must and no more."""
    pair = [one("gain", 5), one("loss", -3)]

    def chosen(rule: str) -> set[str]:
        return set(best(*pair, groups=[{"name": "g", "members": ["gain", "loss"], "rule": rule}]))

    assert chosen("at_most_one") == {"gain"}
    assert chosen("exactly_one") == {"gain"}
    assert chosen("at_least_one") == {"gain"}
    assert chosen("all_or_none") == {"gain", "loss"}
    poor = [one("gain", 2), one("loss", -3)]
    assert best(*poor, groups=[{"name": "g", "members": ["gain", "loss"], "rule": "all_or_none"}]) == {}
    bad = [one("bad", -1), one("worse", -2)]
    assert best(*bad, groups=[{"name": "g", "members": ["bad", "worse"], "rule": "exactly_one"}]) == {"bad": 0}


def test_pins_hold_against_the_worth() -> None:
    pins = [{"initiative": "loss", "start": 1}, {"initiative": "gain", "start": None, "reason": "no owner"}]
    problem = problem_of(one("gain", 5, 5), one("loss", -1, -3), pins=pins)
    answer = solve(problem)
    assert dict(answer.roadmap) == {"loss": 1}
    (reason,) = why_rejected(problem, answer)
    assert reason.kind == "impossible"
    assert "gain pinned out (no owner)" in reason.reason
    assert do_nothing(problem, SOLVER) == {"loss": 1}


# ---- when -------------------------------------------------------------------------------------------------------


def test_a_blackout_moves_a_start_and_is_named() -> None:
    season = {"name": "christmas", "closed": {"till": [0]}}
    assert best(one("till", 9, 5), blackouts=[season]) == {"till": 1}
    problem = problem_of(one("till", 9, -5), blackouts=[season])
    (reason,) = why_rejected(problem, solve(problem))
    assert reason.reason.endswith("its best start, period 0, is closed by christmas")


def test_loads_spread_the_work() -> None:
    """Two projects of two periods in one department: one after the other; a dip of one more turns their order."""
    pair = [one("a", 9, 8, 7, duration=2), one("b", 6, 5, 4, duration=2)]
    limit: dict[str, Any] = {"name": "sales", "members": ["a", "b"], "at_most": [1, 1, 1]}
    assert best(*pair) == {"a": 0, "b": 0}
    assert best(*pair, simultaneous=[limit]) == {"a": 0, "b": 2}
    assert best(*pair, simultaneous=[limit | {"load": {"a": 3}}]) == {"a": 2, "b": 0}
    assert best(*pair, simultaneous=[limit | {"at_most": [0, 1, 1]}]) == {"a": 1}


def test_a_quick_win_is_finished_not_only_started() -> None:
    pair = [one("long", 9, 9, 9, duration=3), one("short", -1, -1, -1, duration=1)]
    win: dict[str, Any] = {"name": "early", "by": 1, "members": ["long", "short"]}
    assert set(best(*pair, quick_wins=[win])) == {"long", "short"}
    assert set(best(*pair, quick_wins=[win | {"by": 2}])) == {"long"}
    assert do_nothing(problem_of(*pair, quick_wins=[win]), SOLVER) == {"short": 1}


def test_a_goal_floor_by_period() -> None:
    """What must be reached by period 1 takes the quick one; by period 2 the slow one does, at less cost."""
    pair = [one("slow", -1, -1, -1), one("fast", -4, -4, -4)]
    adds = {"slow": [0, 0, 10], "fast": [10]}

    def chosen(*level: float | None) -> dict[str, int]:
        return best(*pair, goals=[{"name": "sales", "level": list(level), "contributions": adds}])

    assert chosen(None, None, 10) == {"slow": 0}
    assert chosen(None, 10, 10) == {"fast": 0}
    assert chosen(None, 0, -5) == {}


# ---- money and days ---------------------------------------------------------------------------------------------


def test_credit_lets_in_what_pays_later_money_and_costs_interest() -> None:
    """6 needed in period 0 where there are 4: 2 are borrowed; with 50 % interest 3 are due where 3 are left."""
    early = one("till", 9, 0, cost={"capital": [6]})

    def purse_of(amount: list[float], **credit: float) -> dict[str, int]:
        return best(early, budgets=[{"name": "it", "amount": amount, "credit": credit or None}])

    assert purse_of([4, 3]) == {}
    assert purse_of([4, 3], limit=2, rate=0.5) == {"till": 0}
    assert purse_of([4, 2.9], limit=2, rate=0.5) == {}
    assert purse_of([4, 3], limit=1.9, rate=0.5) == {}
    problem = problem_of(early, budgets=[{"name": "it", "amount": [4, 3], "credit": {"limit": 2, "rate": 0.5}}])
    states = purse(problem, problem.budgets[0], {"till": 0})
    assert [(state.debt, state.available, state.short) for state in states] == [(2, 4, 0), (0, 0, 0)]
    assert worth(problem, {"till": 0}) == 9.0  # interest is finance, no part of the worth
    no_end = problem_of(one("till", 0, 9, cost={"capital": [6]}), budgets=problem.model_dump()["budgets"])
    assert dict(solve(no_end).roadmap) == {}  # nothing may be owed after the horizon


def test_a_grant_counts_only_in_its_window() -> None:
    """Later is worth less, but the programme opens in period 1, pays a period later and needs no budget then."""
    till = one("till", 5, 4, 3, cost={"capital": [0, 0, 4]})
    grant = {"initiative": "till", "first": 1, "amount": 3, "lag": 1, "budget": "it", "worth": 2}
    assert best(till, grants=[grant | {"budget": None}]) == {"till": 1}
    pays_late = one("till", 5, 4, 0, cost={"capital": [0, 4]})
    purses = [{"name": "it", "amount": [1, 1, 1]}]
    assert best(pays_late, budgets=purses) == {}
    assert best(pays_late, budgets=purses, grants=[grant]) == {"till": 1}
    assert best(pays_late, budgets=purses, grants=[grant | {"first": 2, "worth": 0}]) == {}


def test_bought_days_cost_worth_and_budget() -> None:
    """3 days needed of 2: one is bought at 4, worth half in period 0."""
    till = one("till", 5, skill_days={"it": [3]})
    fields: dict[str, Any] = {"skills": {"it": [2]}}
    help_: dict[str, Any] = {"skill": "it", "price": [4], "at_most": [1]}
    assert best(till, **fields) == {}
    fields["discount"] = [0.5]
    problem = problem_of(till, **fields, outside=[help_], budgets=[{"name": "all", "amount": [4]}])
    answer = solve(problem)
    assert dict(answer.roadmap) == {"till": 0}
    assert answer.objective == 3.0
    assert days_bought(problem, "it", {"till": 0}) == (1.0,)
    assert spent(problem, problem.budgets[0], {"till": 0}) == (4.0,)
    assert best(till, **fields, outside=[help_], budgets=[{"name": "all", "amount": [3.9]}]) == {}
    deaf = {"name": "capital", "amount": [0], "kinds": ["capital"]}
    assert best(till, **fields, outside=[help_], budgets=[deaf]) == {"till": 0}
    assert best(till, **fields, outside=[help_ | {"price": [11]}]) == {}


def test_a_gate_discounts_what_follows_it() -> None:
    """A pilot of -2 opens a roll-out of 10: worth it at one half, not at one tenth; never the roll-out alone."""

    def phases(passes: float, if_fails: str = "cancel") -> RoadmapProblem:
        rule = {"initiative": "rollout", "requires": "pilot", "if_fails": if_fails}
        return problem_of(one("pilot", -2, -2, passes=passes), one("rollout", 10, 10), requires=[rule])

    assert dict(solve(phases(0.5)).roadmap) == {"pilot": 0, "rollout": 1}
    assert solve(phases(0.5)).objective == 3.0
    assert dict(solve(phases(0.1)).roadmap) == {}
    assert solve(phases(0.1, "proceed")).objective == 8.0
    assert violations(phases(1.0), {"rollout": 0})[0].family == "requires"
    three = problem_of(
        one("a", 0, 0, 0, passes=0.5), one("b", 0, 0, 0, passes=0.5), one("c", 8, 8, 8), one("d", 0, 0, 0),
        requires=[{"initiative": x, "requires": y, "from": "start"} for x, y in (("b", "a"), ("c", "b"), ("d", "a"))],
        interactions=[{"first": "c", "second": "d", "value": 16}],
    )  # fmt: skip
    assert worth(three, {"a": 0, "b": 0, "c": 0, "d": 0}) == 0.25 * 8 + 0.25 * 16  # the gate of a counts once


# ---- how they are named -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("group", {"groups": [{"name": "g", "members": ["b"], "rule": "at_least_one"}]}),
        ("b pinned to its start (law)", {"pins": [{"initiative": "b", "start": 0, "reason": "law"}]}),
        ("quick win early", {"quick_wins": [{"name": "early", "by": 0, "members": ["b"]}]}),
        ("goal sales", {"goals": [{"name": "sales", "level": [1, None], "contributions": {"b": [1]}}]}),
    ],
)
def test_what_asks_for_too_much_is_named(words: str, fields: dict[str, Any]) -> None:
    """The mandatory a takes the day that b would need: the rule that asks for b is in the conflict."""
    day = {"skill_days": {"it": [1]}}
    problem = problem_of(
        one("a", 1, 1, mandatory=True, latest=0, **day),
        one("b", 1, 1, latest=0, **day),
        skills={"it": [1, 0]},
        **fields,
    )
    assert solve(problem).status is Status.INFEASIBLE
    found = find_conflict(problem, Resolves(Limits()))
    assert found is not None
    assert any(words in sentence for sentence in found.words)
    assert do_nothing(problem, SOLVER) is None


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("sales", {"simultaneous": [{"name": "sales", "members": ["a", "b"], "at_most": [1, 0]}]}),
        ("season", {"blackouts": [{"name": "season", "closed": {"a": [1], "b": [0, 1], "c": [0]}}],
                    "groups": [{"name": "g", "members": ["b"], "rule": "at_least_one"}]}),
        ("group g", {"groups": [{"name": "g", "members": ["a", "c"], "rule": "all_or_none"}],
                     "exclusive": [{"name": "x", "members": ["b", "c"]}]}),
    ],
)  # fmt: skip
def test_what_leaves_no_room_is_named(words: str, fields: dict[str, Any]) -> None:
    mandatory = [one(name, 1, 1, mandatory=name == "a" or (name == "b" and "blackouts" not in fields)) for name in "ab"]
    problem = problem_of(*mandatory, one("c", 1, 1), **fields)
    assert solve(problem).status is Status.INFEASIBLE
    found = find_conflict(problem, Resolves(Limits()))
    assert found is not None
    assert any(words in sentence for sentence in found.words)


def test_a_quick_win_counts_by_its_last_start_where_that_is_stated() -> None:
    """By its duration the till counts from period 0 alone; stated, from period 1; -1: not at all."""
    late = {"id": "till", "value": [1.0, 2.0, 3.0], "duration": 2}
    rule = {"name": "early", "by": 1, "members": ["till"]}
    for last, start in (({}, 0), ({"till": 1}, 1), ({"till": 2}, 2)):
        problem = RoadmapProblem.model_validate(
            {"periods": 3, "initiatives": [late], "quick_wins": [{**rule, "last": last}]}
        )
        answer = solve(problem)
        assert dict(answer.roadmap) == {"till": start}
        assert not violations(problem, {"till": start})
        if start < 2:
            assert [one.family for one in violations(problem, {"till": start + 1})] == ["quick_win"]
