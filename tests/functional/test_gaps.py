"""Goals and gaps: who moves which goal, in which direction, for how much money, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import scenarios
from scenarios.alignment import simulation
from scenarios.alignment.report import Aligned, Gaps
from scenarios.cli.app import run
from scenarios.documents import schema
from scenarios.gaps import gaps
from scenarios.load import parse
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import LOST, REVENUE
from sim.world import Scenario
from tests.unit.bad_files import SHOP, TEXT

DRAWS, SEED = 600, 7
GOALS = TEXT[TEXT.index("goals:") : TEXT.index("money:")]
MORE = """
  nothing: {title: Nothing, capital: 5k, duration_months: 1, origin: planner assumption}
  harm:
    title: Harm
    capital: 5k
    duration_months: 1
    effects: {processes.counter.arrivals_per_day: {multiply: 0.9}}
    origin: planner assumption
  crowd:
    title: Crowd
    capital: 5k
    duration_months: 1
    requires: [{initiative: nothing}]
    effects: {processes.counter.item_revenue: {multiply: 1.02}}
    origin: planner assumption
exclusive: {}
"""


def shop(*edits: tuple[str, str]) -> Scenario:
    """The corner shop with three more candidates: one without effect, one that harms, one that needs the first."""
    text = TEXT
    for old, new in (("\nexclusive: {}\n", MORE), *edits):
        assert old in text, old
        text = text.replace(old, new, 1)
    return parse(text.encode(), "shop.yaml")


@pytest.fixture(scope="module")
def found() -> Gaps:
    return gaps(shop(), DRAWS, SEED)


def named(result: Gaps, name: str) -> Aligned:
    return next(one for one in result.initiatives if one.name == name)


def test_initiative_that_raises_a_kpi_attains(found: Gaps) -> None:
    """The crowd spends more in the direction of the goal; harm goes the other way, and below zero."""
    crowd, harm = named(found, "crowd"), named(found, "harm")
    assert crowd.alignment.goals["more_sales"].moves == "better"
    assert crowd.alignment.attainment.mean > 5 * crowd.alignment.attainment.se > 0.0
    assert harm.alignment.goals["more_sales"].moves == "worse"
    assert harm.alignment.goals["more_sales"].gap_closed < 0.0
    assert "harm" not in next(goal for goal in found.goals if goal.name == "more_sales").moved_by


def test_initiative_without_effect_is_technology_first(found: Gaps) -> None:
    """Its change is exactly nothing on every draw; it stays listed last, with what it costs and who needs it."""
    nothing = named(found, "nothing")
    assert nothing.alignment.technology_first
    assert all(one.change is not None and one.change.mean == 0.0 for one in nothing.alignment.goals.values())
    assert (nothing.alignment.attainment.mean, nothing.alignment.attainment.se) == (0.0, 0.0)
    assert nothing.alignment.cost.mean == pytest.approx(5000.0, rel=0.01)
    assert nothing.needed_by == ("crowd",)
    assert found.technology_first == (found.initiatives[-1],) == (nothing,)


def test_order_is_attainment_per_money(found: Gaps) -> None:
    """Best first among those that move a goal."""
    per = [one.alignment.per_money for one in found.initiatives if not one.alignment.technology_first]
    means = [one.mean for one in per if one is not None]
    assert len(means) == len(found.initiatives) - 1
    assert means == sorted(means, reverse=True)


def test_own_part_is_the_paired_change_beside_what_it_requires(found: Gaps) -> None:
    """The figures of the web shop from the kernel itself: beside the tills that it requires, at the earliest starts."""
    web = named(found, "web")
    assert dict(web.beside) == {"pos": 0}
    beside, both = evaluate(shop(), [{"pos": 0}, {"pos": 0, "web": web.start}], DRAWS, SEED)
    sales = both.kpis[:, REVENUE, 1] - beside.kpis[:, REVENUE, 1]
    lost = both.kpis[:, LOST, 2] - beside.kpis[:, LOST, 2]
    for name, change in (("more_sales", sales), ("fewer_lost", lost)):
        estimated = web.alignment.goals[name].change
        assert estimated is not None
        assert estimated.mean == pytest.approx(np.mean(change), rel=1e-12)
        assert estimated.se == pytest.approx(np.std(change, ddof=1) / np.sqrt(DRAWS), rel=1e-12)
    assert web.alignment.cost.mean == pytest.approx(np.mean(both.cost - beside.cost), rel=1e-12)
    baseline = both.baseline_kpis[:, LOST, 2]
    goal = next(goal for goal in found.goals if goal.name == "fewer_lost")
    assert goal.baseline.reached == np.mean(baseline <= 0.035 + 0.001)
    assert goal.gap == pytest.approx(np.mean(baseline) - 0.035, rel=1e-9)
    assert goal.baseline.p95 == pytest.approx(np.quantile(baseline, 0.95), rel=1e-12)


def test_roadmap_of_all_that_helps_raises_every_probability() -> None:
    """And its spend without a goal is what the candidate without effect costs."""
    result = gaps(shop(), DRAWS, SEED, {"pos": 0, "edr": 0, "basic_backup": 0, "nothing": 3})
    assert result.roadmap is not None
    for goal in result.goals:
        level = result.roadmap.levels[goal.name]
        assert level.reached > goal.baseline.reached_interval[1]
    assert result.roadmap.idle == ("nothing",)
    assert result.roadmap.idle_cost.mean == pytest.approx(5000 * 1.09**-0.25, rel=1e-9)
    assert result.roadmap.alignment.attainment.mean > named(result, "pos").alignment.attainment.mean


def test_what_a_useful_one_requires_is_not_idle() -> None:
    """The crowd could not come without it."""
    result = gaps(shop(), DRAWS, SEED, {"nothing": 0, "crowd": 1})
    assert result.roadmap is not None
    assert result.roadmap.idle == ()
    assert result.roadmap.idle_cost.mean == 0.0


def test_empty_roadmap_changes_nothing() -> None:
    """The baseline against itself."""
    result = gaps(shop(), DRAWS, SEED, {})
    assert result.roadmap is not None
    assert result.roadmap.alignment.technology_first
    assert result.roadmap.alignment.per_money is None
    assert all(result.roadmap.levels[goal.name] == goal.baseline for goal in result.goals)


def test_goal_that_is_met_can_only_be_lost() -> None:
    """Sales of 300k are surpassed without any technology: more of them close nothing, fewer count against."""
    result = gaps(shop((GOALS, "goals: {met: {kpi: revenue, target: 300k, month: 23, weight: 1}}\n")), DRAWS, SEED)
    (met,) = result.goals
    assert (met.is_open, met.baseline.reached) == (False, 1.0)
    assert met.gap < 0.0
    assert named(result, "crowd").alignment.goals["met"].moves == "better"
    assert named(result, "crowd").alignment.goals["met"].gap_closed == 0.0
    assert -1.0 < named(result, "harm").alignment.goals["met"].gap_closed < 0.0


def test_goal_is_moved_by_those_alone_whose_kpi_it_is() -> None:
    """Only initiatives that are adopted move a goal of adoption."""
    result = gaps(shop((GOALS, "goals: {staff: {kpi: adoption, target: 99 %, month: 35, weight: 1}}\n")), DRAWS, SEED)
    adopted = {name for name, one in shop().initiatives.items() if one.adoption is not None}
    assert set(result.goals[0].moved_by) == adopted


@pytest.mark.parametrize(
    "candidates", ["{}", "{nothing: {title: Nothing, capital: 5k, duration_months: 1, origin: planner assumption}}"]
)
def test_goals_that_nothing_moves_are_named(
    candidates: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no candidate does anything, and where there is none."""
    text = TEXT.replace(TEXT[TEXT.index("initiatives:") : TEXT.index("exclusive:")], f"initiatives: {candidates}\n")
    result = gaps(parse(text.encode(), "shop.yaml"), 50, SEED)
    assert result.unmoved == result.goals
    assert result.technology_first == result.initiatives
    file = tmp_path / "shop.yaml"
    file.write_text(text, encoding="utf-8")
    assert run(["gaps", str(file), "--draws", "50"]) == 0
    out = capsys.readouterr().out
    assert "No initiative moves for the better: Sell more, fewer_lost and No incident." in out
    assert ("Technology first: Nothing moves no goal (5,000 EUR in all)" in out) == (candidates != "{}")


def test_initiative_that_fits_no_start_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Quarters begin in months 0, 3, 6: none lies in months 4 and 5."""
    edit = ("capital: 9k", "capital: 9k\n    earliest_month: 4\n    deadline_month: 9")
    result = gaps(shop(edit), 50, SEED)
    assert list(result.unusable) == ["web"]
    assert "web" not in {one.name for one in result.initiatives}
    file = tmp_path / "shop.yaml"
    file.write_text(TEXT.replace(*edit), encoding="utf-8")
    assert run(["gaps", str(file), "--draws", "50"]) == 0
    assert "Web shop fits no start" in " ".join(capsys.readouterr().out.split())


def test_same_seed_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the threads, and in how many calls the roadmaps are simulated; another seed gives other figures."""
    text = json.dumps(gaps(shop(), 200, SEED, {"pos": 0}, threads=1).document())
    assert json.dumps(gaps(shop(), 200, SEED, {"pos": 0}, threads=2).document()) == text
    monkeypatch.setattr(simulation, "CELLS", 1)
    calls: list[tuple[int, int]] = []
    again = gaps(shop(), 200, SEED, {"pos": 0}, progress=lambda done, of: calls.append((done, of)))
    assert json.dumps(again.document()) == text
    assert calls == [(k + 1, len(calls)) for k in range(len(calls))]
    assert len(calls) > 5
    assert json.dumps(gaps(shop(), 200, SEED + 1, {"pos": 0}).document()) != text


def test_table_has_a_row_for_each_initiative_and_goal(found: Gaps) -> None:
    """With the figures of the result."""
    frame = found.to_frame()
    assert frame.shape[0] == len(found.initiatives) * len(found.goals)
    first = found.initiatives[0]
    assert frame["attainment"][0] == first.alignment.attainment.mean
    assert set(frame["scenario_hash"]) == {shop().hash()}


@pytest.mark.parametrize(("draws", "says"), [(1, "two draws"), (0, "two draws")])
def test_one_draw_is_refused(draws: int, says: str) -> None:
    """No error without a second one."""
    with pytest.raises(ProblemsFound, match=says):
        gaps(shop(), draws, SEED)


def test_roadmap_that_is_not_allowed_is_refused() -> None:
    with pytest.raises(ProblemsFound, match="web requires pos"):
        gaps(shop(), 10, SEED, {"web": 0})


def test_scenario_without_goals_gets_a_block_to_add(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Code 2; the block in the remedy is one that the file takes as it stands."""
    file = tmp_path / "shop.yaml"
    file.write_text(TEXT.replace(GOALS, ""), encoding="utf-8")
    assert run(["gaps", str(file), "--draws", "20"]) == 2
    said = capsys.readouterr().err
    assert "declares no goals" in said
    block = said.split("`")[1]
    file.write_text(TEXT.replace(GOALS, f"{block}\n"), encoding="utf-8")
    assert run(["gaps", str(file), "--draws", "20"]) == 0
    assert "fewer_lost_sales: lost share, %, 2029" in capsys.readouterr().out


Document = Callable[..., dict[str, Any]]


@pytest.fixture
def document(capsys: pytest.CaptureFixture[str]) -> Document:
    """Runs the command with --json and returns its document, after the check against the published schema."""

    def call(*arguments: str) -> dict[str, Any]:
        assert run(["gaps", *arguments, "--json"]) == 0
        content: dict[str, Any] = json.loads(capsys.readouterr().out)
        jsonschema.Draft202012Validator(schema("gaps")).validate(content)
        return content

    return call


@pytest.mark.parametrize("roadmap", [(), ("--roadmap", "pos@0,edr@3"), ("--roadmap", "")])
def test_document_keeps_its_schema(roadmap: tuple[str, ...], document: Document) -> None:
    """With a roadmap, without one, and with the empty one."""
    content = document(str(SHOP), "--draws", "100", "--seed", "7", *roadmap)
    assert list(content["goals"]) == list(scenarios.load(SHOP).goals)
    assert (content["roadmap"] is None) == (not roadmap)
    assert {one["id"] for one in content["initiatives"]} == set(scenarios.load(SHOP).initiatives)
    validator = jsonschema.Draft202012Validator(schema("gaps"))
    assert not validator.is_valid({**content, "surprise": 1})
    assert not validator.is_valid({**content, "goals": {"a": {}}})


def test_retailer_has_goals_that_can_be_judged(document: Document) -> None:
    """Each is open, within reach of chance, and moved by something; some wishes move none."""
    content = document("retailer", "--draws", "500")
    goals = content["goals"]
    assert len(goals) == 6
    assert all(goal["open"] and 0.0 < goal["baseline"]["reached"]["share"] < 1.0 for goal in goals.values())
    assert content["unmoved_goals"] == []
    assert "accounting" not in content["technology_first"]  # it serves the goal of profit
    assert set(content["technology_first"]) < {one["id"] for one in content["initiatives"]}


@pytest.mark.parametrize("roadmap", [(), ("--roadmap", "pos@0,payment_check@0,mfa@3,inventory@12")])
def test_screen_fits_a_hundred_columns(roadmap: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Goals, roadmap and ranking, what moves no goal; no control characters in a pipe."""
    assert run(["gaps", "retailer", "--draws", "200", *roadmap]) == 0
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 100
    assert "\x1b" not in out
    words = ["goals and gaps", "Send fewer buyers away", "lost share, %, 2029", "within 0.05", "attainment, %"]
    words += ["+shelves", "Technology first: ", "move no goal", "seed 1"]
    words += ["gap closed", "Attainment ", "is technology first: Second person"] if roadmap else []
    joined = " ".join(out.split())  # sentences may break anywhere
    for text in words:
        assert text.strip() in joined


def test_screen_of_long_names_in_another_fiscal_year(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A goal of a year that does not begin in January says from when to when; names may be long."""
    long = "more_" + "very_" * 12 + "long"
    text = TEXT.replace("start: 2027-01", "start: 2027-04").replace(
        "  more_sales: {title: Sell more", f"  {long}: {{title: {long}"
    )
    file = tmp_path / "shop.yaml"
    file.write_text(text, encoding="utf-8")
    assert run(["gaps", str(file), "--draws", "50", "--roadmap", "pos@0"]) == 0
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 100
    assert "2029-04" in out
    assert "2030-03" in out
