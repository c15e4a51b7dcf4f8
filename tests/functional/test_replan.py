"""Replanning: actuals read strictly, draws weighted, the past fixed, records locked; as a planner meets it."""

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import polars
import pytest

from optimize import PlanLimits, plan
from optimize.limits import Limits
from optimize.periods import months
from optimize.plan_limits import REPORT_FROM, SEARCH_FROM, SELECTION_FROM
from optimize.policies import do_nothing
from optimize.problem import RoadmapProblem
from optimize.random_roadmaps import random_feasible
from optimize.structure import Structure
from optimize.valuation import rules
from scenarios.cli.app import run as command
from scenarios.documents import schema
from scenarios.load import parse
from scenarios.monitoring.actuals import Actual, as_table, merged, parse_actuals
from scenarios.monitoring.costs import costs_of, costs_without_error, overruns
from scenarios.monitoring.draws import Draws, drawn, said
from scenarios.monitoring.past import fixed_past
from scenarios.monitoring.posterior import Weighted, posterior
from scenarios.monitoring.record import read_records
from scenarios.monitoring.report import Replanned
from scenarios.monitoring.run import Run, read_run
from scenarios.monitoring.weights import weights_of
from scenarios.replan import _firsts, _limits, replan
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.montecarlo.block import Block
from sim.montecarlo.delivered import delivered
from sim.montecarlo.given import Picked
from sim.montecarlo.kpis import ADOPTION, CAPITAL, DELIVERY, KPI_NAMES
from sim.one_draw import one_draw
from sim.world import Scenario
from tests.unit.bad_files import SHOP

SEED = 1
AT = 6
OLD = {"basic_backup": 0, "pos": 3, "web": 12}
LIMITS = PlanLimits(
    search_draws=32, linear_draws=32, pair_draws=16, cost_draws=256, first_selection_draws=64, selection_draws=128,
    report_draws=128, gap_sets=2, gap_draws=16, mean_draws=4, finalists=3, rounds=2, neighbours=30, triples=0,
    enumerate_paths=0, solver=Limits(seconds=None, nodes=2000, break_ties=False), threads=1,
)  # fmt: skip
GOOD = """month,what,value,error
2,revenue,700k,4 %
5,revenue,740k,4 %
5,customers,1750,2 %
4,cost.pos,22k,9k
2027-06,golive.pos,none,0
1,golive.basic_backup,2027-02,0
"""


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return parse(SHOP.read_bytes(), "shop.yaml")


@pytest.fixture(scope="module")
def under_way(shop: Scenario) -> Run:
    """A plan that is not the best one, two thirds of it under way at the start of month 6."""
    return Run(shop, OLD, SEED, 0, "", (), SHOP.read_bytes(), None)


@pytest.fixture(scope="module")
def done(under_way: Run) -> Replanned:
    return replan(under_way, GOOD, AT, draws=512, limits=LIMITS)


def test_every_problem_of_a_table_at_once(shop: Scenario) -> None:
    """Row and column of each, the nearest name, and nothing ignored."""
    text = (
        "month,what,value,error\n5,revenu,1,1\n6,cash,1,1\nsoon,cash,1,1\n1,cost.post,1,1\n1,cost.edr,1,1\n"
        "1,adoption.web,0.5,0.1\n1,lost_share,3,0.1\n1,cash,1,0\n1,cash,x,1\n2,cash,1\n3,cash,1,1\n3,cash,2,1\n"
        "3,golive.pos,5,0\n1,cash,1,-2\n1,cash,1,\n"
    )
    with pytest.raises(ProblemsFound) as found:
        parse_actuals(text, shop, OLD, AT, "a.csv")
    places = [(one.line, one.column) for one in found.value.errors]
    assert places == [
        (2, 2), (3, 1), (4, 1), (5, 2), (6, 2), (7, 2), (8, 3), (9, 4), (10, 3), (11, 1), (14, 3), (15, 4), (16, 4),
        (13, None),
    ]  # fmt: skip
    assert "did you mean 'revenue'?" in str(found.value)
    assert "did you mean 'pos'?" in str(found.value)
    with pytest.raises(ProblemsFound, match=r"unknown column .sd.(.|\n)*the column error is missing"):
        parse_actuals("month,what,value,sd\n", shop, OLD, AT, "a.csv")


def test_a_table_is_read_back_as_it_was_written(shop: Scenario) -> None:
    """Columns in any order, calendar months, shares of the value, go-lives and their absence."""
    rows = parse_actuals(GOOD, shop, OLD, AT, "a.csv")
    assert [(one.month, one.what) for one in rows][3:] == [
        (4, "cost.pos"),
        (5, "golive.pos"),
        (1, "golive.basic_backup"),
    ]
    assert rows[0].error == pytest.approx(28_000.0)
    assert rows[4].is_absent
    assert rows[5].value == 1.0
    again = parse_actuals(as_table(rows), shop, OLD, AT, "b.csv")
    assert [replace(one, line=0) for one in again] == [replace(one, line=0) for one in rows]


def test_a_golive_counts_once_in_all_tables(shop: Scenario) -> None:
    """Repeated in a later table it is one row; another month, another error or an earlier "not live" is refused, in one
    table as in two."""
    head = "month,what,value,error\n"

    def read(rows: str) -> tuple[Actual, ...]:
        return parse_actuals(head + rows, shop, OLD, AT, "a.csv")

    first = read("2,golive.pos,none,0\n4,golive.pos,4,1\n")
    assert len(merged(first, read("5,golive.pos,4,1\n"), "b.csv")) == 2
    assert len(read("4,golive.pos,4,1\n5,golive.pos,4,1\n")) == 1
    for rows, message in (
        ("5,golive.pos,5,1\n", "live in month 5 .- 1 here, and live in month 4 .- 1 in what the plan was issued with"),
        ("5,golive.pos,4,0\n", "live in month 4 .- 0 here"),
        ("5,golive.pos,none,0\n", "not live at the end of month 5 here"),
    ):
        with pytest.raises(ProblemsFound, match=message):
            merged(first, read(rows), "b.csv")
        with pytest.raises(ProblemsFound, match="in line 2"):
            read("4,golive.pos,4,1\n" + rows)
    with pytest.raises(ProblemsFound, match=r"live in month 2 .- 0 here, and not live at the end of month 2"):
        merged(read("2,golive.pos,none,0\n"), read("5,golive.pos,2,0\n"), "b.csv")


def test_what_draws_say_is_what_the_kernel_does(shop: Scenario) -> None:
    """Go-live, adoption and spending of each initiative against single draws and the KPIs of the same draws."""
    found = delivered(shop, OLD, 40, SEED, first_draw=7)
    kpis = evaluate(shop, OLD, 40, SEED, first_draw=7, by_month=True)[0].kpis
    for k in (0, 17, 39):
        one = one_draw(shop, OLD, 7 + k, SEED)
        live = {event.name: event.month for event in one.events["roadmap"] if event.kind == "live"}
        for j, name in enumerate(found.names):
            month = found.live[k, j]
            assert live.get(name) == (month if np.isfinite(month) and month < shop.horizon_months else None)
        flows = one.flows[1] - one.flows[0]
        spent = -np.cumsum(flows[CAPITAL] + flows[DELIVERY])
        assert found.spent[k].sum(axis=0) == pytest.approx(spent, abs=1e-6)
    assert found.adopted[:, 0] == pytest.approx(kpis[:, ADOPTION], abs=1e-12)  # only `pos` has to be adopted
    actuals = parse_actuals("month,what,value,error\n5,cash,1,1\n", shop, OLD, AT, "a.csv")
    told = said(shop, OLD, drawn(shop, 7, 40, SEED), SEED, actuals)
    assert (told[:, 0] == kpis[:, KPI_NAMES.index("cash"), 5]).all()


def test_draws_picked_one_by_one_are_the_draws_of_the_streams(shop: Scenario) -> None:
    """A plan on all draws of the ranges, picked by number and levels, is the plan without picking, to the bit."""
    size = 256
    ranges = tuple(
        (first, part.numbers, part.levels)
        for first in (SEARCH_FROM, SELECTION_FROM, REPORT_FROM, 4_000_000)
        for part in [drawn(shop, first, size, SEED)]
    )
    paths = drawn(shop, 0, 1, SEED).paths
    one, other = (plan(shop, SEED, replace(LIMITS, picked=picked)) for picked in (None, Picked(paths, ranges)))
    assert one.roadmap == other.roadmap
    assert (one.outcomes[0].npv == other.outcomes[0].npv).all()
    assert one.program.budgets == other.program.budgets
    assert [row.cost for row in one.program.initiatives] == [row.cost for row in other.program.initiatives]


@pytest.mark.parametrize(
    "table", ["", "month,what,value,error\n", "month,what,value,error\n5,revenue,900k,1e9\n4,cash,-1M,1e10\n"]
)
def test_no_information_gives_the_old_plan(under_way: Run, table: str) -> None:
    """No rows, or errors so wide that they say nothing: the old plan exactly, though another one may look better."""
    found = replan(under_way, table, AT, draws=256, limits=LIMITS)
    assert found.decision == "nothing learned"
    assert dict(found.roadmap) == OLD
    assert found.old_npv.mean == pytest.approx(found.began.mean, rel=1e-3)


def test_the_past_never_changes(shop: Scenario, done: Replanned) -> None:
    """Whatever allowed roadmap is chosen: every start before the month at hand is the old one, and the cash until then
    is the same in every draw, to the bit."""
    for at in (1, 4, AT, 13):
        past = fixed_past(shop, OLD, at, SEED, LIMITS)
        ruled = rules(past.scenario, SEED, LIMITS)
        structure = Structure(ruled.problem)
        least = do_nothing(ruled.problem, LIMITS.solver)
        assert least is not None
        chosen = [months(shop, one) for one in random_feasible(ruled.problem, structure, least, 12, SEED)]
        begun = {name: month for name, month in OLD.items() if month < at}
        assert all({name: m for name, m in one.items() if m < at} == begun for one in chosen)
        balances = cash(shop, [OLD, *chosen])
        assert (balances[1:, :at] == balances[0, :at]).all()
        assert len({tuple(row[-1]) for row in balances}) > 1
    assert {n: m for n, m in done.roadmap.items() if m < AT} == {"basic_backup": 0, "pos": 3}


def cash(scenario: Scenario, roadmaps: list[dict[str, int]]) -> np.ndarray:
    """(roadmaps, months, draws) balance at the end of each month."""
    found: list[np.ndarray] = []

    def collect(block: Block) -> None:
        found.append(np.cumsum(block.trajectories[1:, 0] + block.trajectories[1:, 1], axis=1))

    evaluate(scenario, roadmaps, 64, SEED, detail=False, collect=collect)
    return np.concatenate(found, axis=2)


def test_observations_move_what_they_are_about(done: Replanned) -> None:
    """More revenue than expected: more arrivals. What was not live is live in no draw that is left; a figure that was
    observed closely is what the draws say now."""
    moved = {one.path: one for one in done.drivers if one.moved}
    arrivals = moved["processes.counter.arrivals_per_day"]
    assert arrivals.after[1] > arrivals.before[1]
    assert arrivals.after[2] - arrivals.after[0] < arrivals.before[2] - arrivals.before[0]
    rows = {(one.actual.what, one.actual.month): one for one in done.surprises}
    assert rows["golive.pos", 5].after == pytest.approx(1.0)
    assert rows["golive.basic_backup", 1].after == pytest.approx(1.0)
    for key in (("revenue", 5), ("customers", 5)):
        one = rows[key]
        assert one.after is not None
        assert one.expected is not None
        assert abs(one.after - one.actual.value) < abs(one.expected - one.actual.value)


@pytest.fixture(scope="module")
def tight(shop: Scenario) -> Scenario:
    """Few arrivals may be lost: a goal that must be reached."""
    goals = {**shop.goals, "fewer_lost": shop.goals["fewer_lost"].model_copy(update={"target": 0.028, "floor": True})}
    return shop.model_copy(update={"goals": goals})


def run_of(scenario: Scenario, roadmap: dict[str, int], seed: int = SEED) -> Run:
    return Run(scenario, roadmap, seed, 0, "", (), SHOP.read_bytes(), None)


def test_sampling_noise_forces_nothing(tight: Scenario) -> None:
    """A plan that fills its budget, and an observation that says nothing of costs: a few hundred draws put its mean
    cost above the budget, which is within their error. It is not forced, and nothing is counted as an overrun."""
    limits = replace(LIMITS, cost_draws=2048)
    run = run_of(tight, {"pos": 3, "basic_backup": 0, "cloud_backup": 0})
    table = "month,what,value,error\n2,lost_share,0.034,0.002\n"
    for at in (3, 4):
        found = replan(run, table, at, draws=2048, limits=limits)
        assert found.decision != "forced"
        assert not found.raised
        assert any("leave to chance: it counts as kept" in note for note in found.notes)


def test_costs_change_by_what_was_observed_alone(shop: Scenario) -> None:
    """Equal weights leave the cost of the plan to the bit; weights that know nothing of costs pass a budget that is
    just filled for sure in 5 % of the samples at most, up to 3 standard errors (false alarm 1e-3), though most of them
    differ by more than rounding; draws of dear ones pass it for sure. Mean and p80."""
    roadmap = {"pos": 3, "basic_backup": 0}
    draws = drawn(shop, SEARCH_FROM, 1024, SEED)
    equal = np.full(1024, 1.0 / 1024)
    dear = delivered(shop, roadmap, 1024, SEED, first_draw=SEARCH_FROM, months=12).spent[:, 0, -1]
    for basis, samples in (("mean", 40), ("p80", 10)):
        money = shop.money.model_copy(update={"plan_at": basis})
        scenario = shop.model_copy(update={"money": money})
        problem = rules(scenario, SEED, LIMITS).problem
        same = costs_of(scenario, Weighted(draws, equal, np.empty((1024, 0)), equal), SEED, LIMITS)
        stated = costs_without_error(scenario, SEED, LIMITS)
        for name, one in same.profiles.items():
            assert (one.capital == stated.profiles[name].capital).all()
            assert (one.price == stated.profiles[name].price).all()
        spent = overruns(scenario, without_money(problem), roadmap, stated)
        filled = budgets_of(problem, {one.period: one.money for one in spent})
        assert not overruns(scenario, filled, roadmap, same)
        sure = passed = 0
        for sample in range(samples):
            weight = weights_of(np.random.default_rng([8, sample]).standard_normal(1024))
            costs = costs_of(scenario, Weighted(draws, weight, np.empty((1024, 0)), equal), SEED, LIMITS)
            found = overruns(scenario, filled, roadmap, costs)
            passed, sure = passed + bool(found), sure + any(one.sure for one in found)
        assert passed > 0.5 * samples
        assert sure <= 0.05 * samples + 3.0 * np.sqrt(samples * 0.05 * 0.95)
        known = weights_of(-0.5 * ((dear - np.quantile(dear, 0.9)) / 2000.0) ** 2)
        costs = costs_of(scenario, Weighted(draws, known, np.empty((1024, 0)), equal), SEED, LIMITS)
        assert any(one.sure for one in overruns(scenario, filled, roadmap, costs))


def budgets_of(problem: RoadmapProblem, amounts: dict[int, float]) -> RoadmapProblem:
    """The problem whose budgets hold so much, and carry nothing."""
    amount = tuple(amounts.get(t, 0.0) for t in range(problem.periods))
    update = {"amount": amount, "carry_share": 0.0}
    return problem.model_copy(update={"budgets": tuple(one.model_copy(update=update) for one in problem.budgets)})


def without_money(problem: RoadmapProblem) -> RoadmapProblem:
    return budgets_of(problem, {})


def test_dear_work_under_way_forces(shop: Scenario) -> None:
    """What was observed to be dear is counted as committed, and says so."""
    run = run_of(shop, {"pos": 3, "basic_backup": 0, "cloud_backup": 0})
    found = replan(run, "month,what,value,error\n5,cost.pos,32k,1k\n", AT, draws=512, limits=LIMITS)
    assert [(name, period) for name, period, _ in found.raised] == [("change", 1)]
    assert any("counted as committed" in note for note in found.notes)


def test_a_goal_that_the_old_plan_misses_forces(tight: Scenario) -> None:
    """A roadmap that cannot reach a goal that must be reached: another one is put in its place, and nothing breaks off.
    Where the goal cannot be reached any more at all, that is said as of a first plan."""
    table = "month,what,value,error\n2,lost_share,0.034,0.002\n"
    found = replan(run_of(tight, {"basic_backup": 0}), table, 3, draws=1024, limits=LIMITS)
    assert found.decision == "forced"
    assert "goal fewer_lost must be reached, and the old roadmap is shown to miss it" in found.why
    assert found.roadmap != {"basic_backup": 0}


def test_so_few_draws_keep_the_plan(shop: Scenario) -> None:
    """Figures that hardly any draw has: nothing is searched or forced, the plan keeps its figures, and it is said which
    observations leave fewest draws."""
    rows = "".join(f"{m},{what},5 %\n" for m in range(6) for what in ("wait,13", "cyber_loss,4000", "incidents,0.2"))
    run = run_of(shop, {"pos": 3, "basic_backup": 0})
    found = replan(run, f"month,what,value,error\n{rows}", AT, draws=256, limits=LIMITS)
    assert found.sample.effective < 30.0
    assert found.decision == "kept"
    assert found.roadmap == found.proposed == {"pos": 3, "basic_backup": 0}
    assert "nothing can be told yet" in found.why
    assert found.records[-1]["effective_draws"] == 256.0
    assert any("leave fewest, each alone: " in note and "of month" in note for note in found.notes)


def test_more_draws_where_few_agree(under_way: Run) -> None:
    """Draws grow until 200 are effective, or 16 times as many are made; what no draw has is made no more often."""
    scenario = under_way.scenario
    table = "month,what,value,error\n5,customers,1750,1 %\n5,revenue,610k,2 %\n5,on_time_share,0.6,0.02\n"
    found = posterior(scenario, OLD, parse_actuals(table, scenario, OLD, AT, ""), 256, SEED, _firsts())
    assert found.prior.effective < 100.0
    assert len(found.report.draws) > 256
    assert found.enough or len(found.report.draws) == 16 * 256
    never = "month,what,value,error\n5,golive.basic_backup,3,0\n"
    found = posterior(scenario, OLD, parse_actuals(never, scenario, OLD, AT, ""), 256, SEED, _firsts())
    assert not found.possible
    assert len(found.report.draws) == 256


def test_thinned_draws_keep_the_weight() -> None:
    """Draws of no weight go first; of too many others, equal ones stand for them."""
    draws = Draws(np.arange(100), np.full((100, 1), 0.5), ("a",))
    weight = np.where(np.arange(100) < 10, 0.1, 0.0)
    part = Weighted(draws, weight, np.empty((100, 0)), np.full(100, 0.01))
    kept, own = part.thinned(20, SEED)
    assert kept.numbers.tolist() == list(range(10))
    assert own.sum() == pytest.approx(1.0)
    kept, own = part.thinned(5, SEED)
    assert set(kept.numbers) <= set(range(10))
    assert own.tolist() == [0.2] * 5
    assert part.thinned(100, SEED)[0] is draws


def test_no_draw_is_taken_twice_for_a_mean(under_way: Run) -> None:
    """Draws of the cost of a budget are no more than there are."""
    found = posterior(
        under_way.scenario, OLD, parse_actuals(GOOD, under_way.scenario, OLD, AT, ""), 512, SEED, _firsts()
    )
    limits = _limits(found, PlanLimits(), SEED)
    assert limits.picked is not None
    for first, draws in ((SEARCH_FROM, limits.cost_draws), (SELECTION_FROM, limits.selection_draws)):
        assert limits.picked.count(first, draws) == draws
    assert limits.cost_draws < PlanLimits().cost_draws
    with pytest.raises(ValueError, match="are left of them"):
        limits.picked.given(SELECTION_FROM, limits.selection_draws + 1)


def test_few_draws_are_made_anew_and_said(done: Replanned) -> None:
    """Fewer than 200 of 512 draws agree: new ones are made, and both numbers are told."""
    assert done.sample.prior < 200.0
    assert done.sample.remade
    assert done.sample.effective > done.sample.prior
    assert done.sample.enough == (done.sample.effective >= 200.0)
    assert done.sample.enough or any("effective draws agree" in note for note in done.notes)


def test_a_change_is_made_where_it_is_shown_to_be_better(done: Replanned) -> None:
    """The web shop has not begun and is worth more later or never, by a paired gain; what is under way stays."""
    kinds = {one.initiative: one.kind for one in done.changes}
    assert done.decision == "changed"
    assert (kinds["basic_backup"], kinds["pos"]) == ("under way", "under way")
    assert kinds["web"] in ("moved", "dropped")
    assert done.gain.mean > 1.645 * done.gain.se
    assert done.gain.mean == pytest.approx(done.proposed_npv.mean - done.old_npv.mean)
    assert done.gain.se < done.old_npv.se


def test_same_seed_same_result_for_any_number_of_threads(under_way: Run, done: Replanned) -> None:
    """Draws, weights, search and record."""
    again = replan(under_way, GOOD, AT, draws=512, limits=replace(LIMITS, threads=2))
    assert again.document() == done.document()


def test_what_cannot_have_happened_is_refused(under_way: Run) -> None:
    """An exact figure that no draw has is named; so are months in which nothing can be replanned."""
    impossible = "month,what,value,error\n3,golive.basic_backup,none,0\n"
    with pytest.raises(ProblemsFound, match=r"no draw has golive\.basic_backup of month 3"):
        replan(under_way, impossible, AT, draws=256, limits=LIMITS)
    with pytest.raises(ProblemsFound, match="not one in which"):
        replan(under_way, "", 24, draws=256, limits=LIMITS)


def test_rows_of_what_was_dropped_say_nothing(under_way: Run, done: Replanned) -> None:
    """An earlier plan had it and it never began: its rows are left out, and that is told."""
    record = {**done.records[-1], "roadmap": OLD}
    table = "month,what,value,error\n5,golive.web,none,0\n"
    later = replace(under_way, roadmap={"basic_backup": 0, "pos": 3}, records=(record,), actuals=table)
    found = replan(later, "", AT, draws=256, limits=LIMITS)
    assert found.decision == "nothing learned"
    assert any(note.endswith("1 left out") for note in found.notes)
    with pytest.raises(ProblemsFound, match="web is not in the roadmap"):
        replan(replace(later, records=()), "", AT, draws=256, limits=LIMITS)


def test_document_and_frame(done: Replanned) -> None:
    """The contract, and one tidy row a figure with its unit."""
    document = json.loads(json.dumps(done.document(), allow_nan=False))
    jsonschema.Draft202012Validator(schema("replan")).validate(document)
    frame = done.to_frame()
    assert isinstance(frame, polars.DataFrame)
    assert frame["unit"].null_count() == 0
    assert repr(done).startswith("Replanned(scenario=corner_shop, at=6, decision=changed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A plan as the command writes it, and two that replaced it."""
    home = tmp_path_factory.mktemp("replan")
    assert command(["plan", str(SHOP), "--pin", "pos=2027-04", "--out", str(home / "a"), "--json"]) == 0
    (home / "first.csv").write_text("month,what,value,error\n4,revenue,640k,5 %\n5,cost.pos,22k,2k\n")
    (home / "second.csv").write_text("month,what,value,error\n8,revenue,600k,5 %\n8,golive.pos,6,1\n")
    small = ["--draws", "256"]
    first = ["replan", str(home / "a"), str(home / "first.csv"), "--at", "6", "--out", str(home / "b"), *small]
    second = ["replan", str(home / "b"), str(home / "second.csv"), "--at", "2027-10", "--out", str(home / "c"), *small]
    assert command(first) == 0
    with contextlib.redirect_stdout(io.StringIO()) as screen:
        assert command(second) == 0
    (home / "screen.txt").write_text(screen.getvalue())
    return home


def test_plans_follow_one_another(folder: Path) -> None:
    """Records in order, each with the digest of the one before; actuals are kept; the planner's pin stays."""
    texts = [(folder / name / "forecast.json").read_text() for name in "abc"]
    chains = [read_records(text, "forecast.json") for text in texts]
    assert [len(chain) for chain in chains] == [1, 2, 3]
    assert chains[2][:2] == chains[1]
    assert [one["issued_at"] for one in chains[2]] == [0, 6, 9]
    last = read_run(folder / "c")
    assert last.at == 9
    assert set(last.scenario.pins) == {"pos"}
    assert len(last.actuals.splitlines()) == 5
    document = json.loads((folder / "c" / "replan.json").read_text())
    assert {row["record"] for row in document["scores"]} == {1, 2}
    for name in "bc":
        content = json.loads((folder / name / "plan.json").read_text())
        jsonschema.Draft202012Validator(schema("plan")).validate(content)


def test_a_later_edit_is_found(folder: Path, tmp_path: Path) -> None:
    """Of a figure of a record, of the chain, of the scenario."""
    text = (folder / "c" / "forecast.json").read_text()
    edited: dict[str, Any] = json.loads(text)
    edited["records"][1]["figures"]["revenue"]["months"][3]["mean"] *= 1.01
    with pytest.raises(ProblemsFound, match="record 2 of 3 was changed"):
        read_records(json.dumps(edited), "forecast.json")
    missing = json.loads(text)
    del missing["records"][1]
    with pytest.raises(ProblemsFound, match="record 2 of 2 does not follow"):
        read_records(json.dumps(missing), "forecast.json")
    for path in (folder / "c").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(scenario.read_text().replace("cash_at_start: 60k", "cash_at_start: 61k"))
    with pytest.raises(ProblemsFound, match="not the scenario that was planned"):
        read_run(tmp_path)


def test_the_past_is_not_told_twice_in_two_ways(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another figure for a month that an earlier plan was issued with is refused; the same one is no problem."""
    other = folder / "other.csv"
    other.write_text("month,what,value,error\n4,revenue,650k,5 %\n")
    assert command(["replan", str(folder / "b"), str(other), "--at", "9"]) == 2
    assert "the past does not change" in capsys.readouterr().err


def test_a_table_without_rows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty file is refused; one with its first line alone says that nothing new was observed."""
    table = folder / "empty.csv"
    table.write_text("")
    assert command(["replan", str(folder / "a"), str(table), "--at", "6"]) == 2
    assert "is empty" in capsys.readouterr().err
    table.write_text("month,what,value,error\n")
    assert command(["replan", str(folder / "a"), str(table), "--at", "6", "--draws", "256"]) == 0
    assert "the table of actuals holds no row" in capsys.readouterr().out


def test_screen_and_template(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a planner reads, and a table that can be given back as it is."""
    screen = (folder / "screen.txt").read_text()
    for words in ("replanned at 2027-10", "effective", "under way", "forecast issued", "off by", "record"):
        assert words in screen
    assert max(map(len, screen.splitlines())) <= 100
    assert command(["replan", str(folder / "a"), "--at", "6", "--template"]) == 0
    table = capsys.readouterr().out
    run = read_run(folder / "a")
    rows = parse_actuals(table, run.scenario, run.roadmap, 6, "template.csv")
    assert {one.month for one in rows} == {2, 5}  # ends of planning periods
    whats = {one.what for one in rows}
    assert {"cost.pos", "revenue", "golive.pos"} <= whats
    assert not {"incidents", "cyber_loss", "profit"} & whats
    assert "profit" in table.partition("\nmonth,")[0]


def test_lines_of_notes_keep_the_lines_of_problems(shop: Scenario) -> None:
    """A line that begins with # says nothing, and counts as a line."""
    table = "# by hand\nmonth,what,value,error\n# of the ledger\n2,revenue,600k,5 %\n2,revenu,600k,5 %\n"
    with pytest.raises(ProblemsFound) as found:
        parse_actuals(table, shop, OLD, AT, "a.csv")
    assert [one.line for one in found.value.errors] == [5]
    with pytest.raises(ProblemsFound, match="no table of actuals") as found:
        parse_actuals("version: 1\nname: shop\n", shop, OLD, AT, "a.csv")
    assert len(found.value.errors) == 1
