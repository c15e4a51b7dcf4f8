"""From the scenario file to the program: groups, pins, blackouts, loads, quick wins, credit, grants, goals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from optimize import NoRoadmap, PlanLimits, plan
from optimize.check import violations, worth
from optimize.goal_floors import reach, reaching, with_floors
from optimize.planner_rules import load_months
from optimize.problem import RoadmapProblem
from optimize.solve import solve
from optimize.valuation import rules
from scenarios.cli.app import run
from sim.errors import ProblemsFound
from sim.montecarlo import cost_profiles, evaluate
from sim.world import Scenario
from tests.naive.shops import CORNER_SHOP, Edit, corner_shop, setting, without

LIMITS = PlanLimits(search_draws=32, linear_draws=64, cost_draws=256, first_selection_draws=128, selection_draws=128,
                    report_draws=64)  # fmt: skip


def program(*edits: Edit) -> RoadmapProblem:
    return rules(corner_shop(*edits), 7, LIMITS).problem


def closed_by(what: str, months: list[int], *edits: Edit, **fields: Any) -> dict[str, tuple[int, ...]]:
    """What a blackout of these calendar months closes. The shop begins in January, a period is a quarter."""
    made = program(setting("blackouts", {"season": {"calendar_months": months, "what": what, **fields}}), *edits)
    return dict(made.blackouts[0].closed) if made.blackouts else {}


def test_blackouts_are_counted_in_months() -> None:
    """The till takes 3 months: a start in October goes live in January, one in July in October."""
    assert closed_by("start", [10], initiatives=["pos"]) == {"pos": (3, 7)}
    assert closed_by("go_live", [1], initiatives=["pos"]) == {"pos": (3, 7)}
    assert closed_by("go_live", [11, 12], initiatives=["pos"]) == {}
    assert closed_by("work", [12], initiatives=["pos"]) == {"pos": (3, 7)}
    assert closed_by("work", [11, 12], initiatives=["web"]) == {"web": (3, 7)}
    assert closed_by("work", [2], initiatives=["edr"]) == {}  # one month of work, in January
    lead = setting("initiatives.pos.lead_months", 2)
    assert closed_by("work", [2], initiatives=["pos"]) == {"pos": (0, 4)}
    assert closed_by("work", [2], lead, initiatives=["pos"]) == {"pos": (3, 7)}  # ordered in October, done in February
    assert closed_by("go_live", [6], lead, initiatives=["pos"]) == {"pos": (0, 4)}


def test_blackouts_of_departments_and_of_all() -> None:
    sales = [setting("departments", {"sales": {"at_most": 1}}), setting("initiatives.web.departments", ["sales"])]
    assert set(closed_by("start", [10], *sales, departments=["sales"])) == {"web"}
    assert set(closed_by("start", [10])) == {"pos", "edr", "web", "basic_backup", "cloud_backup"}


def test_loads_count_the_work_and_the_dip() -> None:
    """The till: 3 months of work, 3 of a dip; for its owner the work alone."""
    made = program(
        setting("departments", {"sales": {"at_most": 2}}),
        setting("owners", {"ann": {"at_most": 1}}),
        setting("vendors", {"acme": {"at_most": 1}}),
        setting("initiatives.pos.departments", ["sales"]),
        setting("initiatives.pos.owner", "ann"),
        setting("initiatives.edr.vendor", "acme"),
    )
    sales, ann, acme = made.simultaneous
    assert (sales.name, sales.members, set(sales.at_most), sales.load) == (
        "departments.sales",
        ("pos",),
        {2},
        {"pos": 2},
    )
    assert (ann.name, ann.members, ann.load) == ("owners.ann", ("pos",), {})
    assert (acme.name, acme.members) == ("vendors.acme", ("edr",))
    assert made.initiative("pos").departments == ("sales",)
    longer = corner_shop(setting("initiatives.pos.dip.hold_months", 2), setting("initiatives.pos.dip.length", 1.5))
    assert load_months(longer.initiatives["pos"]) == 3 + 8  # (2 + 3) 1.5 = 7.5


def test_groups_pins_and_quick_wins() -> None:
    made = program(
        setting("selection", {"backup": {"rule": "exactly_one", "members": ["basic_backup", "cloud_backup"]}}),
        setting("pins", {"pos": {"start_month": 6, "reason": "contract"}}),
        setting("quick_wins", {"early": {"by_month": 8, "least": 2}}),
    )
    assert [(one.name, one.rule, one.members) for one in made.groups] == [
        ("backup", "exactly_one", ("basic_backup", "cloud_backup"))
    ]
    assert [(one.initiative, one.start, one.reason) for one in made.pins] == [("pos", 2, "contract")]
    (win,) = made.quick_wins
    assert (win.by, win.least, len(win.members)) == (2, 2, 5)
    assert win.last == {"pos": 1, "edr": 2, "web": 1, "basic_backup": 2, "cloud_backup": 2}  # 3, 1, 2, 1 and 1 months
    (whole,) = program(setting("quick_wins", {"early": {"by_month": 9, "least": 2}})).quick_wins
    assert (whole.by, whole.last) == (2, {})


def test_what_is_pinned_out_takes_others_with_it() -> None:
    out = setting("pins", {"pos": {"out": True, "reason": "no owner"}})
    bound = setting("selection", {"pair": {"rule": "all_or_none", "members": ["web", "edr"]}})
    found = rules(corner_shop(out, bound), 7, LIMITS)
    assert found.unusable == {
        "pos": "pinned out: no owner",
        "web": "it requires pos, which is pinned out",
        "edr": "it is chosen together with web, which fits no start",
    }
    with pytest.raises(ProblemsFound, match="cannot be started as pinned"):
        rules(corner_shop(setting("pins", {"web": {"start_month": 0}})), 7, LIMITS)
    with pytest.raises(ProblemsFound, match=r"pins\.basic_backup\.start_month.*outside its window"):
        rules(corner_shop(setting("pins", {"basic_backup": {"start_month": 12}})), 7, LIMITS)


def test_credit_of_a_period() -> None:
    made = program(setting("money.budgets.change.credit", {"limit": "5k", "rate": 0.08}))
    credit = made.budgets[0].credit
    assert credit is not None
    assert credit.limit == 5000
    assert (1.0 + credit.rate) ** 4 == pytest.approx(1.08)


def test_a_budget_at_p80_holds_more_than_the_mean() -> None:
    """Each period's quantile: of a cost without overrun the cost itself, of an uncertain one above its mean."""
    mean, high = program(), program(setting("money.plan_at", "p80"))
    assert high.initiative("edr").cost == mean.initiative("edr").cost
    assert high.initiative("pos").cost.capital[0] > 1.05 * mean.initiative("pos").cost.capital[0]
    shop = corner_shop()
    profile = cost_profiles(shop, 256, 7, quantile=0.8)["pos"]
    assert sum(profile.capital[:3]) == pytest.approx(high.initiative("pos").cost.capital[0])


def test_a_grant_paid_upfront_to_starts_in_a_window_reaches_the_budget() -> None:
    """3,000 of the certain 9,000 of capital with probability 0.5, to starts from month 3 to 8: in quarters 1 and 2."""
    terms = {"probability": 0.5, "share": 0.5, "cap": 3000, "paid": "upfront", "first_start": 3, "last_start": 8}
    sure = [without("initiatives.web.risk_class"), setting("initiatives.web.lead_months", 3)]
    made = program(*sure, setting("initiatives.web.grant", terms))
    (grant,) = made.grants
    assert (grant.initiative, grant.first, grant.last, grant.lag, grant.budget) == ("web", 1, 2, 1, "change")
    assert grant.amount == pytest.approx(1500)
    assert grant.worth == 0.0  # the simulated values have it in them
    assert made.initiative("web").cost == program(*sure).initiative("web").cost
    assert not program(*sure, setting("initiatives.web.grant", {**terms, "paid": "after_go_live"})).grants
    whole = program(*sure, setting("initiatives.web.grant", {"probability": 0.5, "share": 0.5, "cap": 3000,
                                                             "paid": "upfront"}))  # fmt: skip
    assert not whole.grants  # an open window is taken off the cost
    assert sum(whole.initiative("web").cost.capital) == pytest.approx(7500)


def test_a_goal_floor_is_what_the_empty_roadmap_lacks() -> None:
    """Contributions by start, and no row for a goal that is reached whatever is done."""
    shop = corner_shop(setting("goals.more_sales.floor", True))
    found = with_floors(shop, rules(shop, 7, LIMITS), 7, LIMITS).problem
    (floor,) = found.goals
    revenue = [one.kpis[:, 0, 1].mean() for one in evaluate(shop, [{}, {"pos": 0}, {"pos": 21}], 64, 7)]
    assert floor.name == "more_sales"
    assert floor.level[:-1] == (None,) * 7
    assert floor.level[-1] == pytest.approx(510_000 - revenue[0])
    assert floor.added("pos", 7) == pytest.approx(revenue[1] - revenue[0])
    assert floor.added("pos", 0) == pytest.approx(revenue[2] - revenue[0], abs=1e-6)
    easy = corner_shop(setting("goals.more_sales.floor", True), setting("goals.more_sales.target", "300k"))
    assert not with_floors(easy, rules(easy, 7, LIMITS), 7, LIMITS).problem.goals


def test_a_goal_that_is_reached_may_not_be_lost() -> None:
    """The till that frightens customers away: the row allows to lose what the empty roadmap has above the goal."""
    fewer = setting("initiatives.pos.effects", {"processes.counter.arrivals_per_day": {"multiply": 0.8}})
    edits = [fewer, without("initiatives.pos.imitation"), setting("goals.more_sales.floor", True)]
    shop = corner_shop(*edits, setting("goals.more_sales.target", "450k"))
    problem = with_floors(shop, rules(shop, 7, LIMITS), 7, LIMITS).problem
    (floor,) = problem.goals
    level = floor.level[-1]
    assert level is not None
    assert floor.added("pos", 7) < level < 0.0
    assert "goal" in {one.family for one in violations(problem, {"pos": 0})}
    assert "goal" not in {one.family for one in violations(problem, {})}
    dear = {"value": (9e9,) * problem.periods}
    changed = tuple(one.model_copy(update=dear) if one.id == "pos" else one for one in problem.initiatives)
    rich = problem.model_copy(update={"initiatives": changed})
    answer = solve(rich)
    assert answer.roadmap.get("pos", 7) > 0  # later in the year than the goal allows to lose
    assert not violations(rich, answer.roadmap)


def test_a_goal_that_no_finalist_reaches_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program allows what the simulation does not confirm: a sentence names the goal and what is reached."""
    monkeypatch.setattr("optimize.search.with_floors", lambda scenario, ruled, seed, limits: ruled)
    shop = corner_shop(setting("goals.more_sales.floor", True), setting("goals.more_sales.target", "2M"))
    with pytest.raises(NoRoadmap, match=r"No finalist reaches goal more_sales .* at least 2e\+06, .* reaches"):
        plan(shop, 7, LIMITS)


def test_a_goal_that_must_be_reached_changes_the_plan() -> None:
    """A roadmap that loses money is taken for the goal; a goal that nothing reaches is named."""
    rich = setting("money.budgets.change.amount", "40k")

    def selling(target: str) -> list[Edit]:
        return [rich, setting("goals.more_sales.floor", True), setting("goals.more_sales.target", target)]

    free = plan(corner_shop(rich), 7, LIMITS)
    reached = plan(corner_shop(*selling("497k")), 7, LIMITS)
    assert "pos" not in free.roadmap
    assert "pos" in reached.roadmap
    assert reached.outcomes[0].kpis[:, 0, 1].mean() > 497_000 > free.outcomes[0].kpis[:, 0, 1].mean()
    assert "misses" not in reached.claim
    with pytest.raises(NoRoadmap, match="goal more_sales"):
        plan(corner_shop(*selling("2M")), 7, LIMITS)


def test_finalists_that_miss_a_goal_are_left_out() -> None:
    """On fresh draws the till alone sells for 497,000 in the second year; if nothing does, all stay in the race."""
    shop = corner_shop(setting("goals.more_sales.floor", True), setting("goals.more_sales.target", "497k"))
    finalists = [{}, {"pos": 0}, {"edr": 0}]
    assert reaching(shop, finalists, [0, 1, 2], 7, LIMITS) == ([1], ())
    among, (sentence,) = reaching(shop, finalists, [0, 2], 7, LIMITS)
    assert among == [0, 2]
    assert "goal more_sales" in sentence
    assert "at least 497,000, and the nearest of them reaches 49" in sentence
    assert reach(shop, finalists, 7, LIMITS) == [False, True, False]
    assert reaching(corner_shop(), finalists, [0, 2], 7, LIMITS) == ([0, 2], ())
    at_ease = corner_shop(setting("goals.fewer_lost.floor", True), setting("goals.fewer_lost.target", "90 %"))
    assert reaching(at_ease, finalists, [0, 1, 2], 7, LIMITS) == ([0, 1, 2], ())  # lower is better


PHASES: list[Edit] = [
    setting("initiatives.pos.title", "Pilot"),
    without("initiatives.pos.effects"),
    without("initiatives.pos.imitation"),
    setting("initiatives.web.requires", [{"initiative": "pos", "if_fails": "cancel"}]),
    setting("initiatives.web.effects", {"processes.counter.arrivals_per_day": {"multiply": 1.2}}),
    setting("money.budgets.change.amount", "40k"),
]


def test_phases_with_a_gate() -> None:
    """The later phase is worth less the likelier the pilot fails, and is never proposed without it."""
    values = []
    for failure in (0.0, 0.3, 0.9):
        shop = corner_shop(*PHASES, setting("initiatives.pos.failure_probability", failure))
        both, pilot = evaluate(shop, [{"pos": 0, "web": 3}, {"pos": 0}], 512, 7)
        values.append(float((both.npv - pilot.npv).mean()))
    assert values[0] > values[1] > values[2]
    shop = corner_shop(*PHASES, setting("initiatives.pos.failure_probability", 0.3))
    found = plan(shop, 7, LIMITS)
    assert "web" not in found.roadmap or "pos" in found.roadmap
    made = rules(shop, 7, LIMITS).problem
    assert "requires" in {broken.family for broken in violations(made, {"web": 2, "basic_backup": 0})}
    rich = made.model_copy(
        update={
            "initiatives": tuple(
                one.model_copy(update={"value": (50_000.0 if one.id == "web" else -1.0,) * made.periods})
                for one in made.initiatives
            )
        }
    )
    answer = solve(rich)
    assert {"pos", "web"} <= set(answer.roadmap)
    assert answer.objective == pytest.approx(worth(rich, answer.roadmap))


# ---- the command ------------------------------------------------------------------------------------------------


@pytest.fixture
def shop_file(tmp_path: Path) -> Path:
    yaml = YAML(typ="safe", pure=True)
    written = yaml.load(CORNER_SHOP.read_text(encoding="utf-8"))
    for edit in (
        setting("departments", {"sales": {"at_most": 1}}),
        setting("initiatives.pos.departments", ["sales"]),
        setting("money.budgets.change.credit", {"limit": "9k"}),
        setting("money.budgets.change.amount", "8k"),
    ):
        edit(written)
    file = tmp_path / "shop.yaml"
    with file.open("w", encoding="utf-8") as stream:
        yaml.dump(written, stream)
    return file


def test_pins_of_the_command(shop_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pins = ["--pin", "pos=2027-04:contract signed", "--pin", "edr=out"]
    assert run(["plan", str(shop_file), *pins, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["roadmap"]["pos"] == 3
    assert "edr" not in found["roadmap"]
    assert {"initiative": "pos", "start_month": 3, "reason": "contract signed"} in found["pins"]
    assert [one["reason"] for one in found["rejected"] if one["id"] == "edr"] == ["pinned out"]
    quarter = found["periods"][1]
    assert quarter["loads"] == {"departments.sales": {"at_most": 1, "initiatives": ["pos"]}}
    assert quarter["budgets"]["change"]["debt"] > 0.0
    assert found["periods"][-1]["budgets"]["change"]["debt"] == 0.0
    assert run(["plan", str(shop_file), *pins]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Pinned: New point of sale to 2027 Q2 (contract signed); Endpoint detection out." in shown
    assert "Load of sales (departments): 1 of 1 at a time in 2027 Q2, 2027 Q3." in shown
    assert "Credit owed by budget change" in shown


@pytest.mark.parametrize(
    ("pin", "said"),
    [
        ("poss=2027-04", "did you mean pos?"),
        ("pos=2027", "write NAME=YYYY-MM"),
        ("pos=2027-05", "the nearest is 3"),
        ("pos=2031-01", "not among the planning months"),
        ("pos=2027-13", "01 to 12"),
        ("basic_backup=out", "mandatory and pinned out"),
    ],
)
def test_wrong_pins(shop_file: Path, capsys: pytest.CaptureFixture[str], pin: str, said: str) -> None:
    assert run(["plan", str(shop_file), "--pin", pin]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_old_files_keep_their_hash() -> None:
    """What a file does not state is no part of its content."""
    plain = corner_shop()
    spoken: Scenario = corner_shop(setting("pins", {"pos": {"out": True}}))
    assert plain.hash() == corner_shop(setting("pins", {}), setting("goals.safe.floor", False)).hash()
    assert plain.hash() != spoken.hash()
