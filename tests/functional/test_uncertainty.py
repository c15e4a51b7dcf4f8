"""Two-level runs: drivers shared, events fresh, pure worlds, the document, the screen, and what is refused."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from scenarios.cli.app import run
from scenarios.documents import schema
from scenarios.ignorance.report import TwoLevel
from scenarios.load import parse
from scenarios.two_level import two_level
from sim.errors import ProblemsFound
from sim.futures import future_of
from sim.montecarlo import evaluate
from sim.montecarlo.estimate import shared_note
from sim.parameters import parameters
from sim.world import Scenario
from tests.unit.bad_files import SHOP, TEXT

SEED = 7
STARTS = {"pos": 0, "edr": 3}
KNOWN = """
version: 1
name: known
title: Nothing happens by chance
start: 2027-01
planning_months: 12
horizon_months: 24
profile:
  sector: retail
  currency: EUR
  working_days_per_month: 22
  hours_per_day: 8
  customers: {start: 2000, monthly_churn: 0.02, monthly_acquisition: 40}
  gross_margin: 0.3 to 0.5
  fixed_costs_per_month: 5k
  tax_rate: 0.25
  cash_at_start: 60k
  origin: planner assumption
people:
  clerk: {headcount: 4, monthly_cost: 2800, annual_turnover: 0, hiring_months: 1.5, origin: planner assumption}
skills:
  days: {role: clerk, days_per_month: 8, origin: planner assumption}
processes:
  counter:
    arrivals_per_day: 45 to 60
    item_revenue: 60
    target_minutes: 60
    steps: {serve: {role: clerk, minutes: 12 to 16}}
    origin: planner assumption
initiatives:
  pos:
    title: New point of sale
    capital: 4k to 12k
    duration_months: 3
    effects: {processes.counter.item_revenue: {multiply: 1.0 to 1.05}}
    origin: planner assumption
money:
  budgets: {change: {amount: 5k}}
  discount_rate: 9 %
  origin: planner assumption
"""


def shop(*edits: tuple[str, str]) -> Scenario:
    text = TEXT
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return parse(text.encode(), "shop.yaml")


def certain() -> Scenario:
    """The corner shop with every range replaced by its lower end: nothing is unknown, all the rest is chance."""
    text = re.sub(r"([\d.]+k?) to [\d.]+k?", r"\1", TEXT[: TEXT.index("correlations:")])
    text = text.replace("{low: 0.35, mode: 0.4, high: 0.45}", "0.4").replace(" dispersion: 0.8,", "")
    return parse(text.encode(), "shop.yaml")


@pytest.fixture(scope="module")
def found() -> TwoLevel:
    return two_level(shop(), STARTS, 128, 32, SEED, against={"pos": 0}, threads=1)


def test_one_draw_of_the_events_changes_nothing() -> None:
    """noise = 1 is what was there before, to the last bit, and no note is added."""
    plain = evaluate(shop(), STARTS, 300, SEED)
    same = evaluate(shop(), STARTS, 300, SEED, noise=1)
    assert (plain[0].npv == same[0].npv).all()
    assert (plain[0].kpis[~np.isnan(plain[0].kpis)] == same[0].kpis[~np.isnan(same[0].kpis)]).all()
    assert plain.notes == same.notes


def test_drivers_are_shared_and_events_are_fresh() -> None:
    """The first draw of each row is no other draw's; cost without overrun depends on the drivers alone, NPV does
    not."""
    plain = shop(("delivery: 2k\n", "delivery: 2k to 3k\n"))
    shared = evaluate(plain, {"edr": 0}, 64, SEED, noise=8, detail=False)
    cost, npv = shared[0].cost.reshape(8, 8), shared[0].npv.reshape(8, 8)
    assert (np.ptp(cost, axis=1) < 1e-9 * cost[:, 0]).all()
    assert (np.ptp(cost, axis=0) > 0.0).all()
    assert np.count_nonzero(np.ptp(npv, axis=1)) > 5  # a world may pass without an incident in any of its draws
    assert shared_note(8) in shared.notes
    alone = evaluate(plain, {"edr": 0}, 8, SEED, detail=False)
    assert cost[:, 0] == pytest.approx(alone[0].cost, rel=1e-12)  # draw 8 d has the drivers of draw d
    assert (npv[1:, 0] != alone[0].npv[1:]).any()
    assert npv[0, 0] == alone[0].npv[0]  # draw 0 has drivers 0 and events 0 in both


def test_draws_that_share_drivers_have_no_intervals() -> None:
    """Every error of the document is refused, and the document is still valid."""
    shared = evaluate(shop(), STARTS, 64 * 8, SEED, noise=8)
    found = json.loads(json.dumps(shared.document()))
    jsonschema.Draft202012Validator(schema("roi")).validate(found)
    errors = [found["prob_npv_negative_error"], *found["category_errors"].values(), found["kpis"]["wait"]["change"]]
    errors += [found["npv"]["intervals"][name] for name in ("mean", "p5", "p50", "p95", "cvar5", "prob_none")]
    for error in errors:
        assert (error["se"], error["low"], error["high"]) == (None, None, None)
        assert "share their drivers" in error["refused"]
    assert found["npv"]["mean"] is not None
    assert found["npv"]["se"] is None
    assert "error unknown" in repr(shared)


def test_draws_are_the_same_wherever_they_begin_and_whoever_computes_them() -> None:
    """Rows of a later range; 1 and 2 threads; any chunk."""
    whole = evaluate(shop(), STARTS, 96, SEED, noise=16, threads=1, detail=False)
    later = evaluate(shop(), STARTS, 48, SEED, noise=16, first_draw=48, threads=2, chunk=8, detail=False)
    assert (whole[0].npv[48:] == later[0].npv).all()


def test_frailty_of_a_year_is_chance_and_of_a_business_ignorance() -> None:
    """One frailty a draw is a driver; one a year is drawn anew with the events."""
    by_year = shop(("dispersion: 0.8,", "dispersion: 0.8, dispersion_per: year,"))
    assert parameters(shop()).luck == []
    luck = parameters(by_year).luck
    names = [driver.path for driver in parameters(by_year).drivers]
    assert [names[j] for j in luck] == [f"threats.ransomware.frailty_{year}" for year in range(3)]
    one, other = (two_level(world, {}, 128, 2, SEED) for world in (shop(), by_year))
    assert other.uncertain_numbers == one.uncertain_numbers - 1


def test_world_without_chance_is_all_ignorance() -> None:
    """Nothing but the uncertain numbers differs between draws: share 1, exactly, in every measure."""
    known = two_level(parse(KNOWN.encode(), "known.yaml"), {"pos": 0}, 128, 32, SEED)
    for one in known.measures.values():
        assert one.split.share is not None
        assert one.gap.narrower is not None
        assert (one.split.share.share, one.split.share.low, one.gap.narrower.share) == (1.0, 1.0, 1.0)
        assert one.split.chance.variance == 0.0
        for level in one.box:
            assert level.lower.estimate in (0.0, 1.0) or level.mean < 0.06 or level.mean > 0.94


def test_in_which_future_a_draw_lives_is_chance() -> None:
    """In a world without other chance each draw of the drivers has two outcomes, one with the slump and one without."""
    slump = """
futures:
  slump:
    title: Half the buyers stay away
    probability: 0.5
    changes: {processes.counter.arrivals_per_day: {multiply: 0.5}}
    origin: planner assumption
money:
"""
    scenario = parse(KNOWN.replace("\nmoney:\n", slump).encode(), "known.yaml")
    npv = evaluate(scenario, {"pos": 0}, 16 * 32, SEED, noise=32, detail=False)[0].npv.reshape(16, 32)
    which = future_of(scenario, np.arange(16 * 32, dtype=np.int64), SEED).reshape(16, 32)
    assert all(len(np.unique(row)) == 2 for row in npv)  # 32 draws alike: one in 2 billion
    assert all(len(np.unique(row[where == one])) == 1 for row, where in zip(npv, which, strict=True) for one in (-1, 0))


def test_world_without_ignorance_is_all_chance() -> None:
    """No uncertain number: share 0 within its interval, and every chance is the same whatever is known."""
    sure = two_level(certain(), {"pos": 0}, 128, 32, SEED)
    assert sure.uncertain_numbers == 0
    for one in sure.measures.values():
        for share in (one.split.share, one.gap.narrower):
            assert share is not None
            assert share.share < 0.03
            assert share.low is None or share.low == 0.0
        for level in one.box:
            assert level.lower.low <= level.mean <= level.upper.high
            assert level.upper.estimate - level.lower.estimate < 0.15


def test_split_is_that_of_the_draws_themselves(found: TwoLevel) -> None:
    """Mean and variance of the kernel's own values, of the roadmap and of the difference."""
    both = evaluate(shop(), [STARTS, {"pos": 0}], 128 * 32, SEED, noise=32, detail=False)
    npv, other = both[0].npv.reshape(128, 32), both[1].npv.reshape(128, 32)
    for values, divided in ((npv, found.measures["npv"]), (npv - other, found.difference["npv"])):
        assert divided.split.mean == pytest.approx(np.mean(values), rel=1e-9)
        assert divided.split.chance.variance == pytest.approx(np.mean(np.var(values, axis=1, ddof=1)), rel=1e-9)
        assert divided.box[2].mean == np.mean(values < divided.box[2].threshold)
    assert found.measures["cash_trough"].split.mean == pytest.approx(np.mean(both[0].trough), rel=1e-9)
    assert found.measures["cost"].split.mean == pytest.approx(np.mean(both[0].cost), rel=1e-9)


def test_same_seed_same_bytes_whatever_the_threads(found: TwoLevel) -> None:
    again = two_level(shop(), STARTS, 128, 32, SEED, against={"pos": 0}, threads=2)
    assert json.dumps(again.document()) == json.dumps(found.document())
    other = two_level(shop(), STARTS, 128, 32, SEED + 1, threads=2)
    assert other.measures["npv"].split.mean != found.measures["npv"].split.mean


def test_empty_roadmap_has_an_npv_that_does_not_vary() -> None:
    """And a cash trough that does."""
    nothing = two_level(shop(), {}, 128, 2, SEED)
    assert nothing.measures["npv"].split.share is None
    assert nothing.measures["cash_trough"].split.share is not None
    assert all(not one.box for one in nothing.measures.values())
    assert any("too few draws for the band" in note and "--below" not in note for note in nothing.notes)


def test_thresholds_that_were_not_used_are_named() -> None:
    """Too few draws of the events for the box; with enough of them nothing is said."""
    few = two_level(shop(), {"pos": 0}, 128, 2, SEED, thresholds=(-2000.0, 0.0))
    assert any("the thresholds asked for (--below) were not used" in note for note in few.notes)
    assert not few.measures["npv"].box


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ({"drivers": 127}, "128 or more"),
        ({"chance": 1}, "2 or more"),
        ({"drivers": 100_000, "chance": 64}, "at most 1,000,000"),
        ({"first_driver": -1}, "from 0"),
        ({"thresholds": (float("nan"),)}, "no amount"),
    ],
)
def test_numbers_that_cannot_be_used_are_refused(numbers: dict[str, Any], says: str) -> None:
    with pytest.raises(ProblemsFound, match=says):
        two_level(shop(), STARTS, **{"drivers": 128, "chance": 2, "seed": SEED, **numbers})


def test_noise_below_one_is_refused() -> None:
    with pytest.raises(ProblemsFound, match="one draw or more"):
        evaluate(shop(), STARTS, 4, SEED, noise=0)


def test_table_has_a_row_for_each_measure_and_threshold(found: TwoLevel) -> None:
    frame = found.to_frame()
    levels = [level for kind in (found.measures, found.difference) for one in kind.values() for level in one.box]
    assert frame["below"].to_list() == [level.threshold for level in levels]
    assert set(frame["scenario_hash"]) == {shop().hash()}


Document = Callable[..., dict[str, Any]]
FEW = ("--drivers", "128", "--chance", "32", "--seed", "7")


@pytest.fixture
def document(capsys: pytest.CaptureFixture[str]) -> Document:
    """Runs the command with --json and returns its document, after the check against the published schema."""

    def call(*arguments: str) -> dict[str, Any]:
        assert run(["uncertainty", *arguments, "--json"]) == 0
        content: dict[str, Any] = json.loads(capsys.readouterr().out)
        jsonschema.Draft202012Validator(schema("uncertainty")).validate(content)
        return content

    return call


def test_document_keeps_its_schema(document: Document, found: TwoLevel) -> None:
    """With a difference, with thresholds of one's own, of the empty roadmap, and with too few draws for a box."""
    content = document(str(SHOP), "--roadmap", "pos@0,edr@3", "--against", "pos@0", *FEW)
    assert content["measures"] == json.loads(json.dumps(found.document()["measures"]))
    assert content["difference"]["npv"]["box"]
    own = document(str(SHOP), "--roadmap", "pos@0,edr@3", "--below", "-5k,0", *FEW)
    assert [level["below"] for level in own["measures"]["npv"]["box"]] == [-5000.0, 0.0]
    assert own["difference"] is None
    few = document(str(SHOP), "--roadmap", "", "--drivers", "128", "--chance", "2")
    assert few["measures"]["npv"]["share_of_ignorance"] is None
    validator = jsonschema.Draft202012Validator(schema("uncertainty"))
    assert not validator.is_valid({**content, "surprise": 1})
    assert not validator.is_valid({**content, "measures": {"npv": {}}})


@pytest.mark.parametrize("against", [(), ("--against", "pos@0")])
def test_screen_says_what_information_could_shrink(
    against: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Means with errors, share, box, and the one sentence; a hundred columns; no control characters in a pipe."""
    assert run(["uncertainty", str(SHOP), "--roadmap", "pos@0,edr@3", *against, *FEW]) == 0
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 100
    assert "\x1b" not in out
    joined = " ".join(out.split())
    words = [
        "ignorance and chance",
        "share of ignorance",
        "cash trough",
        "if we knew more",
        "Two possible worlds differ by",
    ]
    words += ["chance, which no information removes", "seed 7", " ± "]
    words += ["Minus the same with New point of sale in 2027-01", "the difference of NPV below"] if against else []
    for text in words:
        assert text in joined


def test_screen_of_the_empty_roadmap(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["uncertainty", str(SHOP), "--roadmap", "", "--drivers", "128", "--chance", "2"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "With no initiative at all" in out
    assert "NPV does not vary." in out


def test_screen_of_a_world_without_chance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "known.yaml"
    file.write_text(KNOWN, encoding="utf-8")
    assert run(["uncertainty", str(file), "--roadmap", "pos@0", "--drivers", "128", "--chance", "32"]) == 0
    assert "nothing here is chance" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--roadmap", "pos@0", "--below", "a,0"), "'a' is no amount of money"),
        (("--roadmap", "pos@0", "--drivers", "5"), "128 or more"),
        (("--roadmap", "tills@0"), "no initiative named tills"),
        (("--roadmap", "pos@0", "--against", "web@0"), "web requires pos"),
    ],
)
def test_bad_arguments_get_a_sentence(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["uncertainty", str(SHOP), *arguments]) == 2
    assert says in capsys.readouterr().err
