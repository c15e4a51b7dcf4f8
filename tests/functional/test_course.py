"""Trajectories: identities of the monthly flows, bits, memory, single draws, the command."""

import json
import math
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios import load
from scenarios.cli.app import run
from scenarios.documents import schema
from sim.errors import ProblemsFound
from sim.measures import cvar, quantile
from sim.montecarlo import evaluate, trajectories
from sim.montecarlo.block import Block
from sim.montecarlo.collector import TrajectoryCollector, quantile_shares
from sim.montecarlo.kpis import CATEGORIES, CYBER, FINANCE, FINANCED, FLOW, INSURANCE, INSURED, KPI_NAMES, LOSS
from sim.montecarlo.sampling import Sampling
from sim.one_draw import one_draw
from sim.outcomes import Outcomes
from sim.trajectories import NAMES, SHARES, Trajectories
from sim.world import Scenario
from tests.functional.test_kernel import all_flows
from tests.naive.shops import EVERYTHING, SEED, corner_shop, setting

Floats = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[2]
SHOP = str(ROOT / "tests" / "data" / "corner_shop.yaml")
DRAWS = 300


def collected(scenario: Scenario, starts: dict[str, int], draws: int, **how: Any) -> tuple[Outcomes, Floats]:
    """Outcomes, and (roadmaps, rows, months, draws) trajectories."""
    blocks: list[Floats] = []
    outcomes = evaluate(scenario, starts, draws, SEED, collect=lambda b: blocks.append(b.trajectories.copy()), **how)
    return outcomes, np.concatenate(blocks, axis=3)


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return corner_shop()


@pytest.fixture(scope="module")
def found(shop: Scenario) -> Trajectories:
    return trajectories(shop, EVERYTHING, DRAWS, SEED)


# --- identities ------------------------------------------------------------------------------------------------------


def test_rows_are_sums_of_the_ledger(shop: Scenario) -> None:
    """Categories sum to the cash flow in every cell; what insurance owes over the horizon is what it pays in it."""
    _, rows = collected(shop, EVERYTHING, DRAWS)
    cells = np.moveaxis(all_flows(shop, [EVERYTHING], DRAWS), 0, -1)  # roadmaps, categories, months, draws
    before = [c for c in range(len(CATEGORIES)) if c != FINANCE]
    np.testing.assert_allclose(rows[:, FLOW], cells[:, before].sum(axis=1), rtol=1e-12, atol=1e-8)
    np.testing.assert_allclose(rows[:, FLOW] + rows[:, FINANCED], cells.sum(axis=1), rtol=1e-12, atol=1e-8)
    np.testing.assert_array_equal(rows[:, FINANCED], cells[:, FINANCE])
    np.testing.assert_array_equal(rows[:, LOSS], -cells[:, CYBER])
    assert rows[:, LOSS].min() >= 0.0
    assert rows[:, INSURED].max() > 0.0
    uninsured = corner_shop(setting("insurance.event_limit", 0.0))
    premium = np.moveaxis(all_flows(uninsured, [EVERYTHING], DRAWS), 0, -1)[:, INSURANCE].sum(axis=1)
    paid = cells[:, INSURANCE].sum(axis=1) - premium
    np.testing.assert_allclose(rows[:, INSURED].sum(axis=1), paid, rtol=1e-9, atol=1e-6)


def test_cumulative_cash_ends_at_the_npv_without_discounting() -> None:
    """At rate 0 and without a run-off, draw by draw, to 1e-9 of the money moved."""
    scenario = corner_shop(setting("money.discount_rate", 0.0), setting("money.run_off_months", 0))
    outcomes, rows = collected(scenario, EVERYTHING, DRAWS)
    apart = rows[1, FLOW] - rows[0, FLOW]
    assert np.max(np.abs(apart.sum(axis=0) - outcomes[0].npv)) <= 1e-9 * np.abs(apart).sum(axis=0).max()
    fan = trajectories(scenario, EVERYTHING, DRAWS, SEED).fans["cumulative"]
    assert fan.mean[-1] == pytest.approx(outcomes[0].npv.mean(), rel=1e-9)
    np.testing.assert_allclose(fan.quantiles[:, -1], quantile(outcomes[0].npv, SHARES), rtol=1e-9)


def test_balances_hold_the_deepest_trough(shop: Scenario) -> None:
    """The lowest balance of a draw is the trough that the kernel reports, for the roadmap and without it."""
    outcomes, rows = collected(shop, EVERYTHING, DRAWS)
    cash = shop.profile.cash_at_start + np.cumsum(rows[:, FLOW] + rows[:, FINANCED], axis=1)
    np.testing.assert_allclose(cash[1].min(axis=0), outcomes[0].trough, rtol=1e-10, atol=1e-6)
    np.testing.assert_allclose(cash[0].min(axis=0), outcomes[0].baseline_trough, rtol=1e-10, atol=1e-6)


def test_losses_of_a_year_are_the_kpi(shop: Scenario) -> None:
    """Mean yearly loss in both worlds as the KPI has it."""
    outcome = evaluate(shop, EVERYTHING, DRAWS, SEED)[0]
    found = trajectories(shop, EVERYTHING, DRAWS, SEED)
    assert found.annual is not None
    k = KPI_NAMES.index("cyber_loss")
    for name, kpis in (("roadmap", outcome.kpis), ("baseline", outcome.baseline_kpis)):
        assert found.annual[name].mean == pytest.approx(kpis[:, k].mean(), rel=1e-9)
        assert found.annual[f"{name}_net"].mean < found.annual[name].mean
        assert found.whole[name].mean == pytest.approx(3.0 * found.annual[name].mean, rel=1e-9)


def test_empty_roadmap_has_a_fan_of_width_zero(shop: Scenario) -> None:
    found = trajectories(shop, {}, DRAWS, SEED)
    fan = found.fans["cumulative"]
    for values in (fan.mean, fan.se, fan.quantiles):
        assert values is not None
        assert not values.any()
    np.testing.assert_array_equal(found.fans["balance"].quantiles, found.fans["baseline_balance"].quantiles)
    assert found.rates.irr.value is None
    assert found.rates.none == DRAWS


def test_a_world_without_chance_has_fans_of_width_zero() -> None:
    """A block whose draws are all the same, to the last bit."""
    collector = TrajectoryCollector(12, 1000.1, 0.08)
    one = np.random.default_rng(1).normal(0.0, 100.0, (2, 4, 12, 1))
    one[:, LOSS:] = np.abs(one[:, LOSS:])
    for first in (0, 4096):
        collector.add(Block(first, np.zeros((4096, 2)), np.ascontiguousarray(np.repeat(one, 4096, axis=3))))
    for fan in collector.fans().values():
        assert np.ptp(fan.quantiles, axis=0).max() == 0.0
        assert fan.se is not None
        assert not fan.se.any()
        np.testing.assert_allclose(fan.mean, fan.quantiles[2], rtol=1e-12)
        np.testing.assert_array_equal(fan.low, fan.high)
    annual, _ = collector.losses()
    assert annual is not None
    assert annual["baseline"].se == 0.0


# --- bits and memory -------------------------------------------------------------------------------------------------


def test_threads_and_chunks_change_no_bit(shop: Scenario) -> None:
    """More than one block, so that the merge counts; and asking for trajectories changes no value."""
    draws = 4_096 + 200
    documents = [
        trajectories(shop, EVERYTHING, draws, SEED, threads=threads, chunk=chunk).document()
        for threads, chunk in ((1, 64), (2, 16))
    ]
    assert documents[0] == documents[1]
    plain = evaluate(shop, EVERYTHING, DRAWS, SEED)[0]
    asked, rows = collected(shop, EVERYTHING, DRAWS, threads=2, chunk=48)
    np.testing.assert_array_equal(plain.npv, asked[0].npv)
    np.testing.assert_array_equal(rows, collected(shop, EVERYTHING, DRAWS, threads=1, chunk=16)[1])
    _, both = collected(shop, {"pos": 1}, 64)
    np.testing.assert_array_equal(both[0], rows[0][:, :, :64])


def test_a_batch_of_roadmaps_has_the_trajectories_of_each(shop: Scenario) -> None:
    """Months that a later roadmap shares with an earlier one are not computed again, and are the same."""
    batch: list[Floats] = []
    chosen = [{"pos": 1}, {"pos": 1, "web": 12}, EVERYTHING]
    evaluate(shop, chosen, 64, SEED, detail=False, collect=lambda b: batch.append(b.trajectories.copy()))
    for row, starts in enumerate(chosen, start=1):
        _, alone = collected(shop, starts, 64)
        np.testing.assert_allclose(batch[0][row], alone[1], rtol=1e-12, atol=1e-9)


def test_memory_does_not_grow_with_the_draws() -> None:
    """From 8 to 64 blocks the sketches are full once and everything else stays; only the NPV of each draw is kept."""
    months, generator = 24, np.random.default_rng(2)
    rows = np.abs(generator.normal(0.0, 100.0, (2, 4, months, 4096)))
    peaks = []
    for blocks in (16, 64):
        tracemalloc.start()
        collector = TrajectoryCollector(months, 0.0, 0.08)
        for k in range(blocks):
            collector.add(Block(4096 * k, np.zeros((4096, 2)), rows))
        collector.fans()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 50e6
    assert peaks[1] < 1.5 * peaks[0]  # four times the draws
    assert 0.0 < collector.rank_error < 1e-3


# --- one draw --------------------------------------------------------------------------------------------------------


def test_one_draw_is_the_same_draw(shop: Scenario) -> None:
    """Ledger, NPV and events of draw 17 are those of a run of many: flows to the last bit, incidents and breakdowns
    counted by the KPIs with their hours, losses where the incidents are."""
    cells = all_flows(shop, [EVERYTHING], 18)[17]
    one = one_draw(shop, EVERYTHING, 17, SEED)
    np.testing.assert_array_equal(one.flows, cells)
    outcome = evaluate(shop, EVERYTHING, 1, SEED, first_draw=17)[0]
    assert one.npv == outcome.npv[0]
    for arm, kpis in (("roadmap", outcome.kpis), ("baseline", outcome.baseline_kpis)):
        incidents = [e for e in one.events[arm] if e.kind == "incident"]
        yearly = kpis[0, KPI_NAMES.index("incidents")]
        assert len(incidents) == pytest.approx(yearly.sum())
        a = ("baseline", "roadmap").index(arm)
        assert set(np.flatnonzero(one.losses[a])) <= {e.month for e in incidents}
        broken = [e for e in one.events[arm] if e.kind == "breakdown" and e.month is not None]
        for year, mean in enumerate(kpis[0, KPI_NAMES.index("recovery_hours")]):
            hours = [e.amount for e in broken if e.month // 12 == year]
            assert (not hours and np.isnan(mean)) or np.mean(hours) == pytest.approx(mean, rel=1e-9)
    assert not [e for e in one.events["baseline"] if e.kind in ("start", "live", "failed")]
    started = {e.name: e.month for e in one.events["roadmap"] if e.kind == "start"}
    assert started
    assert started.keys() <= EVERYTHING.keys()
    assert one.balances[1].min() == pytest.approx(outcome.trough[0], rel=1e-10)


def test_some_draw_shows_each_kind_of_event(shop: Scenario) -> None:
    kinds = {e.kind for draw in range(40) for e in one_draw(shop, EVERYTHING, draw, SEED).events["roadmap"]}
    assert {"start", "live", "failed", "incident", "breakdown"} <= kinds


def test_notable_draws_are_those_of_the_sample(shop: Scenario, found: Trajectories) -> None:
    npv = evaluate(shop, EVERYTHING, DRAWS, SEED)[0].npv
    worst, median, best = found.notable
    assert (worst.npv, best.npv) == (npv.min(), npv.max())
    assert median.npv == np.sort(npv)[(DRAWS - 1) // 2]
    assert npv[worst.draw] == worst.npv
    assert one_draw(shop, EVERYTHING, best.draw, SEED).npv == best.npv


def test_draw_below_zero_is_refused(shop: Scenario) -> None:
    with pytest.raises(ProblemsFound, match="numbered from 0"):
        one_draw(shop, {}, -1, SEED)


# --- results and command ---------------------------------------------------------------------------------------------


def test_frame_holds_every_figure_with_its_unit(found: Trajectories) -> None:
    frame = found.to_frame()
    fan = frame.filter((frame["series"] == "cumulative") & (frame["month"] == 35))
    assert dict(zip(fan["statistic"], fan["value"], strict=True))["p50"] == found.fans["cumulative"].quantiles[2, 35]
    assert set(frame["unit"]) == {"EUR", "share", "1/year"}
    assert {"losses.annual.roadmap_net", "irr", "mirr", "baseline_balance"} <= set(frame["series"])
    assert set(fan["statistic"]) == {"mean", "se", *NAMES}


def test_intervals_of_few_draws_are_missing(shop: Scenario) -> None:
    fan = trajectories(shop, EVERYTHING, 30, SEED).fans["cumulative"]
    assert np.isnan(fan.low[0]).all()
    assert not np.isnan(fan.low[2]).any()
    single = trajectories(shop, EVERYTHING, 1, SEED)
    assert single.fans["cumulative"].se is None
    json.dumps(single.document(), allow_nan=False)


@pytest.mark.parametrize("draws", [12, 74, 500])
def test_intervals_of_quantiles_cover(draws: int) -> None:
    """Of 1,000 cases at least 93 % and at most 97.5 % hold the true quantile, from the smallest number of draws on at
    which there is an interval (12 for the median, 74 for the 5 % quantile). The law does not matter: ranks only."""
    low, high = quantile_shares(draws, 0.0)
    values = np.random.default_rng(9).random((1000, draws))
    for p, first, last in zip(SHARES, low, high, strict=True):
        if draws == 12 and p in (0.05, 0.95):
            assert np.isnan(first)
            continue
        ends = quantile(values, [first, last])
        held = int(np.sum((ends[0] <= p) & (p <= ends[1])))
        assert 930 <= held <= 975, (p, held)


def test_horizon_without_a_whole_year() -> None:
    short = corner_shop(setting("horizon_months", 10), setting("planning_months", 6), setting("goals", {}))
    assert trajectories(short, {}, 20, SEED).annual is None


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def call(*arguments: str, code: int = 0) -> str:
        assert run(["course", SHOP, "--roadmap", "pos@0,edr@3", *arguments]) == code
        both = capsys.readouterr()
        return both.err if code else both.out

    return call


@pytest.mark.parametrize(("name", "more"), [("course", ()), ("draw", ("--draw", "worst")), ("draw", ("--draw", "5"))])
def test_documents_keep_their_schema(printed: Callable[..., str], name: str, more: tuple[str, ...]) -> None:
    content = json.loads(printed("--draws", "60", "--json", *more))
    jsonschema.Draft202012Validator(schema(name)).validate(content)


def test_tail_of_all_years_is_that_of_plain_draws(printed: Callable[..., str], tmp_path: Path) -> None:
    """Importance sampling against plain draws, both arms: within 4.5 standard errors (false alarm below 1e-4)."""
    file = tmp_path / "course.csv"
    content = json.loads(printed("--draws", "60", "--json", "--csv", str(file)))["tail"]
    scenario, n = load(SHOP), 20_000
    plain = evaluate(scenario, {"pos": 0, "edr": 3}, n, 5, detail=False, sampling=Sampling(controls=True))[0].cyber
    assert plain is not None
    for arm, name in enumerate(("baseline", "roadmap")):
        worst = content[name][0]
        losses = plain.loss[:, arm]
        excess = np.maximum(losses - np.quantile(losses, 0.95), 0.0) / 0.05
        error = math.hypot(worst["se"], float(np.std(excess)) / math.sqrt(n))
        assert worst["mean"] == pytest.approx(-float(cvar(-losses, 0.05)), abs=4.5 * error)
        assert 0.2 * content["draws"] < worst["effective_draws"] < content["draws"]
    written = file.read_text()
    assert "losses.present_value.roadmap,,mean of the worst 0.05" in written
    assert "effective" not in written  # a number of draws, no money


def test_screen_tells_the_course(printed: Callable[..., str]) -> None:
    text = printed("--draws", "400", "--by", "year")
    for words in (
        "Cumulative cash",
        "own cash",
        "random year",
        "IRR",
        "1 year in 10",
        "worst",
        "insured",
        "worst 1 of 20 draws",
    ):
        assert words in text
    assert max(map(len, text.splitlines())) <= 100
    assert "2029-12" in text
    assert "2029-09" not in text


def test_screen_of_a_draw_tells_what_happened(printed: Callable[..., str]) -> None:
    text = printed("--draws", "60", "--draw", "worst")
    for words in ("the worst one by NPV", "New point of sale work begins", "cash flow", "lowest cash"):
        assert words in text
    assert "its sum, and the sum without it (baseline):" in text
    assert "differs" not in text


def test_a_draw_outside_the_run_is_said_to_be_so(printed: Callable[..., str]) -> None:
    said = "draw 60 is none of the 60 draws of such a run, which are numbered from 0 to 59"
    assert said in " ".join(printed("--draws", "60", "--draw", "60").split())
    assert "is none of" not in printed("--draws", "60", "--draw", "59")


def test_table_is_written_once(printed: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / "course.csv"
    printed("--draws", "40", "--csv", str(file))
    assert file.read_text().startswith("series,month,statistic,value,low,high,unit,draws,seed,scenario_hash")
    assert "--force" in printed("--draws", "40", "--csv", str(file), code=2)
    printed("--draw", "3", "--csv", str(file), "--force")
    assert file.read_text().startswith("arm,series,month,value,unit,draw,seed,scenario_hash")


def test_a_draw_that_is_none_is_refused(printed: Callable[..., str]) -> None:
    assert "did you mean worst?" in printed("--draw", "wurst", code=2)
    assert "a whole number" in printed("--draw", "-1x", code=2)


def test_roi_shows_the_rates(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["roi", SHOP, "--roadmap", "pos@0", "--draws", "200", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["irr"]["draws_counted"] == 200
    shares = [content["irr"][f"share_{of}"]["share"] for of in ("none", "one", "several")]
    assert sum(shares) == pytest.approx(1.0)
    assert run(["roi", SHOP, "--roadmap", "pos@0", "--draws", "200"]) == 0
    assert "modified IRR" in capsys.readouterr().out
