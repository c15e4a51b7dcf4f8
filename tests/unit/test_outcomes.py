"""Statistics, documents and tables of outcomes."""

import json
import math
from typing import Any

import numpy as np
import pytest

from sim.montecarlo.kpis import CATEGORIES, KPIS
from sim.outcomes import SCHEMA_VERSION, Outcome, Outcomes, statistic
from sim.roadmap import EMPTY, Roadmap

INF = math.inf


def outcome(
    npv: list[float], cost: list[float], payback: list[float] | None = None, starts: Roadmap | None = None
) -> Outcome:
    n = len(npv)
    kpis = np.full((n, len(KPIS), 2), 1.5)
    kpis[:, 1, :] = np.nan
    kpis[0, 2, 0] = np.nan
    return Outcome(
        roadmap=Roadmap((("pos", 0),)) if starts is None else starts,
        npv=np.array(npv),
        cost=np.array(cost),
        payback=np.array(payback or [0.0] * n),
        trough=np.array(npv) - 10,
        need=np.array(cost),
        categories=np.tile(np.arange(float(len(CATEGORIES))), (n, 1)),
        kpis=kpis,
        baseline_kpis=kpis * 2,
        states=np.ones((n, 1), dtype=np.int64),
    )


def outcomes(*results: Outcome, engine: str = "kernel") -> Outcomes:
    return Outcomes(
        scenario="shop",
        scenario_hash="0123456789abcdef",
        title="Shop",
        currency="EUR",
        engine=engine,
        seed=7,
        first_draw=0,
        draws=len(results[0].npv),
        initiatives=("pos",),
        roles=("clerk", "it"),
        outcomes=results,
        clipped=3,
        notes=("something was clipped",),
    )


def test_statistic_by_hand() -> None:
    s = statistic(np.array([4.0, 1.0, 3.0, 2.0, 5.0]))
    assert (s.mean, s.p50, s.prob_none) == (3.0, 3.0, 0.0)
    assert s.se == pytest.approx(math.sqrt(2.5 / 5))
    assert s.p5 == pytest.approx(1.2)
    assert s.p95 == pytest.approx(4.8)
    assert s.cvar5 == 1.0  # the worst 5 % is a quarter of one draw
    assert statistic(np.array([4.0, 1.0, 3.0, 2.0, 5.0]), worst="high").cvar5 == 5.0


def test_cvar_splits_the_draw_at_the_edge() -> None:
    """5 % of 30 draws: one and a half of them."""
    values = np.arange(30.0)
    assert statistic(values).cvar5 == pytest.approx((0 + 0.5 * 1) / 1.5)
    assert statistic(values, worst="high").cvar5 == pytest.approx((29 + 0.5 * 28) / 1.5)


def test_one_draw_has_no_error() -> None:
    s = statistic(np.array([2.5]))
    assert s.se is None
    assert (s.mean, s.p5, s.p95, s.cvar5) == (2.5, 2.5, 2.5, 2.5)


def test_draws_without_a_value() -> None:
    """No mean, error or CVaR as soon as one is missing; quantiles as long as they do not reach the missing ones."""
    s = statistic(np.array([1.0, 2.0, 3.0, INF]), worst="high")
    assert (s.mean, s.se, s.cvar5, s.p95) == (None, None, None, None)
    assert s.p5 == pytest.approx(1.15)
    assert (s.p50, s.prob_none) == (2.5, 0.25)
    none = statistic(np.full(4, INF), worst="high")
    assert set(none.as_dict().values()) == {None, 1.0}


def test_roi_is_the_ratio_of_the_means() -> None:
    npv, cost = [10.0, -4.0, 30.0, 8.0], [20.0, 10.0, 25.0, 5.0]
    roi = outcome(npv, cost).roi
    assert roi is not None
    assert roi.mean == pytest.approx(44 / 60)
    residual = np.array(npv) - 44 / 60 * np.array(cost)
    assert roi.se == pytest.approx(np.std(residual, ddof=1) / (15 * 2))
    ratios = np.array(npv) / np.array(cost)
    assert roi.p50 == pytest.approx(np.median(ratios))
    assert roi.cvar5 == pytest.approx(ratios.min())


def test_nothing_spent_has_no_roi() -> None:
    assert outcome([0.0, 0.0], [0.0, 0.0], starts=EMPTY).roi is None
    assert outcome([1.0, 2.0], [0.0, 5.0]).roi is None


def test_chance_to_lose_money() -> None:
    assert outcome([-1.0, 0.0, 2.0, -3.0], [1.0] * 4).prob_npv_negative == 0.5


@pytest.mark.parametrize("engine", ["kernel", "company"])
def test_document(engine: str) -> None:
    found: dict[str, Any] = outcomes(outcome([1.0, 2.0], [5.0, 6.0], [3.0, INF]), engine=engine).document()
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text) == found
    assert found["schema_version"] == SCHEMA_VERSION
    assert found["replications" if engine == "company" else "draws"] == 2
    assert found["roadmap"] == {"pos": 0}
    assert found["notes"] == ["something was clipped"]
    for name in ("npv", "roi", "payback_months", "cash_trough"):
        assert set(found[name]) == {"mean", "se", "p5", "p50", "p95", "cvar5", "prob_none", "intervals"}
        intervals = found[name]["intervals"]
        assert set(intervals) == {"confidence", "mean", "p5", "p50", "p95", "cvar5", "prob_none"}
        assert "needs 160 draws" in intervals["p5"]["refused"]
    assert found["payback_months"]["mean"] is None
    assert found["payback_months"]["prob_none"] == 0.5
    assert found["categories"] == {name: float(k) for k, name in enumerate(CATEGORIES)}
    assert list(found["kpis"]) == [kpi.name for kpi in KPIS]
    revenue = found["kpis"]["revenue"]
    assert (revenue["unit"], revenue["better"], revenue["baseline"], revenue["roadmap"]) == (
        "EUR/year", "higher", 3.0, 1.5,
    )  # fmt: skip
    assert revenue["change"]["mean"] == -1.5
    assert revenue["baseline_error"]["se"] == 0.0
    assert found["kpis"]["on_time_share"]["change"] is None
    assert found["kpis"]["on_time_share"]["roadmap"] is None  # no year has one
    assert found["kpis"]["lost_share"]["roadmap"] == 1.5  # the mean of those that exist
    assert found["provenance"]["scenario_hash"] == "0123456789abcdef"
    assert {"python", "packages", "version"} < found["provenance"].keys()


def test_document_of_the_empty_roadmap_has_no_roi() -> None:
    found = outcomes(outcome([0.0], [0.0], starts=EMPTY)).document()
    assert found["roi"] is None
    assert found["roadmap"] == {}


def test_frame_has_a_row_a_measure() -> None:
    frame = outcomes(outcome([1.0, 2.0], [5.0, 6.0], [3.0, INF]), outcome([3.0, 4.0], [5.0, 6.0])).to_frame()
    assert frame.columns == ["roadmap", "measure", "value", "unit", "engine", "draws", "seed", "scenario_hash"]
    per_roadmap = 4 * (7 + 2 * 6) + 1 + len(CATEGORIES) + 2 * len(KPIS)
    assert frame.height == 2 * per_roadmap
    row = frame.filter(frame["measure"] == "npv.mean").to_dicts()
    assert [r["value"] for r in row] == [1.5, 3.5]
    assert {r["unit"] for r in row} == {"EUR"}
    missing = frame.filter(frame["measure"] == "payback_months.prob_none").to_dicts()
    assert [(r["value"], r["unit"]) for r in missing] == [(0.5, "share"), (0.0, "share")]


def test_sequence_of_outcomes() -> None:
    results = outcomes(outcome([1.0], [2.0]), outcome([3.0], [4.0]))
    assert len(results) == 2
    assert [float(one.npv[0]) for one in results] == [1.0, 3.0]
    assert results[1].npv[0] == 3.0
    shown = dict(results.__rich_repr__())
    assert shown["draws"] == 1
