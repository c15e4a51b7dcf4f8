"""Compare: an arm with itself, parts that add up, bad arms told at once, worlds that differ, document and screen."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from optimize import PlanLimits
from scenarios import Arm, compare, load
from scenarios.cli.app import run
from scenarios.comparing.arm_text import arms_of
from scenarios.comparing.assumptions import differing, groups, mixed
from scenarios.comparing.report import Comparison
from scenarios.comparing.rules_of_thumb import Policies
from scenarios.documents import schema
from scenarios.sweeps.choosing import chosen
from scenarios.variant import variant
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.world import Scenario

SHOP = "tests/data/corner_shop.yaml"
DRAWS = 512
STARTS = {"pos": 0, "basic_backup": 0}
CHANGES = {
    "money.discount_rate": 0.12,
    "profile.gross_margin": "0.30 to 0.36",
    "initiatives.pos.running_per_month": 400,
}


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return load(SHOP)


@pytest.fixture(scope="module")
def found(shop: Scenario) -> Comparison:
    arms = [
        Arm("now", shop, STARTS),
        Arm("same", shop, dict(reversed(STARTS.items()))),
        Arm("later", shop, {**STARTS, "pos": 6}),
        Arm("dear", shop, {**STARTS, "edr": 3}, changes=CHANGES),
    ]
    return compare(arms, DRAWS, 3, threads=1)


def test_arm_against_itself_differs_in_no_draw(found: Comparison) -> None:
    pair = found.pair("same", "now")
    assert (pair.npv.mean, pair.npv.verdict, pair.odds.ties) == (0.0, "no difference", 1.0)
    assert {answer for one in pair.dominance for answer in (one.first, one.second)} == {"same"}
    assert pair.attribution.why_not == "the arms differ in nothing"
    assert all(one.verdict == "no difference" for one in (*pair.kpis.values(), *pair.categories.values()))


def test_difference_is_that_of_the_kernel_on_the_same_draws(found: Comparison, shop: Scenario) -> None:
    one, other = evaluate(shop, [{**STARTS, "pos": 6}, STARTS], DRAWS, 3, first_draw=found.first_draw, detail=False)
    assert found.pair("later", "now").npv.mean == pytest.approx(float(np.mean(one.npv - other.npv)), abs=1e-6)


@pytest.mark.parametrize("name", ["later", "dear"])
def test_parts_add_up_to_the_difference(found: Comparison, name: str) -> None:
    """Categories of the ledger, and Shapley values of what differs."""
    pair = found.pair(name, "now")
    assert sum(one.mean for one in pair.categories.values()) == pytest.approx(pair.npv.mean, abs=1e-5)
    assert pair.attribution.total is not None
    total = sum(part.mean for part in pair.attribution.parts.values())
    assert total == pytest.approx(pair.attribution.total.mean, abs=1e-6)
    assert pair.attribution.total.mean == pytest.approx(pair.npv.mean, abs=1e-5)


def test_every_change_is_a_part_of_its_own(found: Comparison) -> None:
    assert set(found.pair("dear", "now").attribution.parts) == {*CHANGES, "the roadmap"}


def test_shapley_of_additive_changes_is_each_change_alone(shop: Scenario) -> None:
    """Two sums of money that meet nowhere: each part is what its change does by itself, to the cent."""
    free = {"profile.tax_rate": 0.0, "initiatives.pos.capital": 10_000, "initiatives.edr.delivery": 1_000}
    starts = {"pos": 0, "edr": 0}
    cheap = variant(shop, free)
    dear = {"initiatives.pos.capital": 15_000, "initiatives.edr.delivery": 3_000}
    pair = compare([Arm("cheap", cheap, starts), Arm("dear", cheap, starts, changes=dear)], DRAWS, threads=1).pairs[0]
    for path, value in dear.items():
        alone = compare(
            [Arm("cheap", cheap, starts), Arm("one", cheap, starts, changes={path: value})], DRAWS, threads=1
        )
        assert pair.attribution.parts[path].mean == pytest.approx(alone.pairs[0].npv.mean, abs=1e-4)
        assert pair.attribution.parts[path].mean < -1_000
    assert pair.npv.verdict == "lower"
    assert pair.dominance[0].second == "dominates"


def test_value_of_the_business_bridges_arms_of_different_worlds(found: Comparison) -> None:
    """NPV is the cash with the roadmap minus the cash without it, here without a residual value."""
    for arm in found.arms:
        assert arm.cash.mean - arm.cash_without.mean == pytest.approx(arm.npv.mean, abs=1e-5)
    pair = found.pair("dear", "now")
    assert not pair.same_world
    assert pair.cash.mean - pair.baseline.mean == pytest.approx(pair.npv.mean, abs=1e-5)
    assert any("own baseline" in note for note in found.notes)


def test_regret_is_nothing_for_the_best_and_never_below(found: Comparison) -> None:
    assert found.regret is not None
    for world in found.regret.worlds:
        behind = [one.cells[world].behind.mean for one in found.regret.choices if one.cells[world] is not None]
        assert min(behind) == 0.0
    assert found.regret.least is not None


def test_threads_and_order_of_arms_change_nothing(shop: Scenario) -> None:
    arms = [Arm("now", shop, STARTS), Arm("later", shop, {**STARTS, "pos": 6})]
    one, two = compare(arms, 256, threads=1), compare(arms[::-1], 256, threads=2)
    assert one.pairs[0].npv.mean == -two.pairs[0].npv.mean
    assert one.pairs[0].odds.better.estimate == two.pairs[0].odds.worse.estimate
    assert [a.first for a in one.pairs[0].dominance] == [a.second for a in two.pairs[0].dominance]


def test_policies_and_runs_are_arms(shop: Scenario, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps({"roadmap": {"edr": 0, "basic_backup": 0}}))
    arms = [Arm("run", shop, run=tmp_path), Arm("least", shop, policy="do-nothing"), Arm("none", shop, {})]
    result = compare(arms, 256, threads=1)
    assert dict(result.arms[0].roadmap) == {"edr": 0, "basic_backup": 0}
    assert set(result.arms[1].roadmap) == {"basic_backup"}
    assert result.arms[2].npv.mean == 0.0


def test_everything_wrong_with_every_arm_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    arms = ["bad", "x: pso@0", "y: plann", "z: pos@0 money.discont=1", "r: run=nowhere", "f: pos@0 future=boom"]
    assert run(["compare", SHOP, *(word for arm in arms for word in ("--arm", arm)), "--json"]) == 2
    text = capsys.readouterr().out
    for said in ("name and a colon", "did you mean pos?", "did you mean plan?", "discount_rate", "nowhere", "boom"):
        assert said in text
    jsonschema.validate(json.loads(text), schema("errors"))


@pytest.mark.parametrize(
    ("arms", "says"),
    [
        ([Arm("a", SHOP, {})], "two arms or more"),
        ([Arm("a", SHOP, {}), Arm("a", SHOP, {})], "one name"),
        ([Arm("a", SHOP, {}), Arm("b", SHOP)], "exactly one"),
        ([Arm("a", SHOP, {}), Arm("b", SHOP, policy="cheap-first")], "cheapest-first"),
        ([Arm("a", SHOP, {}), Arm("b", SHOP, {}, changes={"profile.currency": "USD"})], "EUR and USD"),
    ],
)
def test_arms_that_cannot_be_compared_are_refused(arms: list[Arm], says: str) -> None:
    with pytest.raises(ProblemsFound, match=says):
        compare(arms, 256)


def test_arm_text_of_several_files() -> None:
    found = arms_of(["now: pos@0, edr@3 money.tax=x0.8", "own: plan scenario=c.yaml"], ["a.yaml", "b.yaml"], ["k.v=2"])
    assert [(one.name, one.scenario) for one in found] == [
        ("now (a)", "a.yaml"), ("now (b)", "b.yaml"), ("own", "c.yaml"),
    ]  # fmt: skip
    assert found[0].roadmap == {"pos": 0, "edr": 3}
    assert found[0].changes == {"k.v": 2, "money.tax": "x0.8"}


def test_mixture_of_two_scenarios_holds_what_it_was_asked(shop: Scenario) -> None:
    other = variant(shop, CHANGES)
    paths = differing(shop, other)
    assert {".".join(map(str, path)) for path in paths} == set(CHANGES)
    data = shop.model_dump(mode="json"), other.model_dump(mode="json")
    assert mixed(*data, paths).hash() == other.hash()
    assert mixed(*data, ()).hash() == shop.hash()
    assert len(groups(paths)) == 3


def test_titles_and_stories_are_no_assumptions(shop: Scenario) -> None:
    assert differing(shop, variant(shop, {"title": "Another", "story": "Told in another way."})) == ()


def test_document_table_and_screen(found: Comparison, capsys: pytest.CaptureFixture[str]) -> None:
    document = found.document()
    jsonschema.validate(document, schema("compare"))
    json.dumps(document, allow_nan=False)
    frame = found.to_frame()
    assert set(frame["first"]) == {"same", "later", "dear"}
    assert frame["unit"].null_count() == 0
    arms = ["--arm", "now: pos@0,basic_backup@0", "--arm", "later: pos@6,basic_backup@0 money.discount_rate=x1.2"]
    assert run(["compare", SHOP, *arms, "--draws", "256", "--all-pairs"]) == 0
    shown = capsys.readouterr().out
    for words in ("later minus now", "95 % interval", "Dominance, first order", "By category", "Shapley"):
        assert words in shown


def test_arms_of_different_length_are_told(shop: Scenario) -> None:
    """What the longer one earns behind the end of the shorter one is no merit of its roadmap."""
    longer = variant(shop, {"horizon_months": shop.horizon_months + 12})
    found = compare([Arm("short", shop, {"pos": 0}), Arm("long", longer, {"pos": 0})], 200, 1, futures=False)
    assert any("months" in note and "arms end" in note for note in found.notes)


def test_rules_keep_floors_of_goals(shop: Scenario) -> None:
    """As in a plan and in a sweep: the least allowed roadmap reaches the goal."""
    goals = shop.model_dump(mode="json")["goals"]
    name = next(key for key, one in goals.items() if one["kpi"] == "lost_share")
    floored = variant(shop, {f"goals.{name}.floor": True, f"goals.{name}.target": "2.8 %"})
    limits = PlanLimits(search_draws=64, cost_draws=256)
    assert (
        Policies(7, limits).roadmap(floored, "do-nothing") == chosen(floored, ["do nothing"], 7, limits)["do nothing"]
    )
