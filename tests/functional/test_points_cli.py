"""`roi --points`: what is printed, what adds up, what is refused."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import numpy as np
import pytest

from scenarios.cli.app import run as call
from scenarios.cli.render.figures import chance, sensible
from scenarios.cli.render.outcome import headline
from scenarios.documents import schema
from scenarios.points import sampling_for
from sim.montecarlo import evaluate
from sim.montecarlo.coordinates import points_for
from sim.montecarlo.sampling import Sampling
from sim.replicated import replicated, replicated_mean, replicated_tail
from sim.roadmap import roadmap
from sim.statistic import draw_means
from tests.naive.shops import CORNER_SHOP, EVERYTHING, corner_shop

PLAN = ["roi", str(CORNER_SHOP), "--roadmap", "pos@1,edr@0"]
Capture = pytest.CaptureFixture[str]


def document(capsys: Capture, *arguments: str) -> dict[str, Any]:
    """The document, after the check against the published schema."""
    assert call([*PLAN, *arguments, "--json"]) == 0
    read: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema("roi")).validate(read)
    return read


def test_document_of_points_has_errors_from_the_randomisations_and_adds_up(capsys: Capture) -> None:
    found = document(capsys, "--points", "sobol", "--draws", "2048")
    assert (found["points"], found["randomisations"], found["draws"]) == ("sobol", 16, 2048)
    for name in ("npv", "roi", "cash_trough"):
        ends = found[name]["intervals"]["mean"]
        assert ends["low"] < found[name]["mean"] < ends["high"]
        assert ends["se"] == found[name]["se"]
        assert found[name]["intervals"]["p5"]["low"] < found[name]["p5"] < found[name]["intervals"]["p5"]["high"]
    behind = found["residual"]["mean"] if found["residual"] else 0.0
    of_horizon = sum(value for name, value in found["categories"].items() if name != "finance")
    assert of_horizon + behind == pytest.approx(found["npv"]["mean"], rel=1e-9, abs=1e-6)


def test_few_points_have_no_tails_and_no_shares_that_are_sure(capsys: Capture) -> None:
    """8 points a randomisation: quantiles and tail means are refused, a share without a hit has an upper end."""
    found = document(capsys, "--points", "sobol", "--draws", "128")
    for name in ("p5", "p50", "p95", "cvar5"):
        interval = found["npv"]["intervals"][name]
        assert interval["se"] is None
        assert "points a randomisation, there are 8" in interval["refused"]
    assert found["cash_trough"]["intervals"]["prob_none"]["low"] == 0.0
    assert 0.02 < found["cash_trough"]["intervals"]["prob_none"]["high"] < 0.04
    low, high = (found["prob_npv_negative_error"][end] for end in ("low", "high"))
    assert 0.0 <= low <= found["prob_npv_negative"] <= high <= 1.0


def test_no_interval_where_the_variance_looks_infinite() -> None:
    heavy = np.random.default_rng(1).pareto(1.1, 16 * 512)
    assert "looks infinite" in str(replicated_mean(heavy, 16).refused)
    assert "looks infinite" in str(replicated_tail(heavy, "high", 16).refused)
    assert replicated_tail(heavy, "low", 16).refused is None


@pytest.mark.parametrize(("draws", "controls"), [(16, False), (32, False), (64, True)])
def test_few_points_have_no_controls(draws: int, controls: bool) -> None:
    """Their slopes would rest on hardly more draws than there are slopes."""
    shop = corner_shop()
    assert sampling_for(shop, roadmap(shop, EVERYTHING), draws, "sobol")[1].controls is controls


def test_pseudo_random_draws_are_one_word_away(capsys: Capture) -> None:
    assert document(capsys, "--points", "random", "--draws", "64")["randomisations"] == 1
    assert document(capsys, "--draws", "100")["points"] == "random"


@pytest.mark.parametrize("kind", ["latin", "antithetic"])
def test_other_points_are_at_hand(capsys: Capture, kind: str) -> None:
    assert document(capsys, "--points", kind, "--draws", "64")["points"] == kind


def test_the_screen_says_what_the_draws_are(capsys: Capture) -> None:
    assert call([*PLAN, "--points", "sobol", "--draws", "128"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "128 points of the monthly model" in shown
    assert "16 independent randomisations" in shown


def test_what_is_no_whole_net_or_no_kind_is_refused(capsys: Capture) -> None:
    assert call([*PLAN, "--points", "sobol", "--draws", "1000"]) == 2
    assert "1024" in capsys.readouterr().err
    assert call([*PLAN, "--points", "sobl"]) == 2
    assert "did you mean sobol" in capsys.readouterr().err


def test_errors_beside_single_figures_are_replaced_where_a_document_has_them() -> None:
    """Errors of a chance, of a category, of a KPI and its change, of hours: all from the randomisations."""
    shop = corner_shop()
    outcomes = evaluate(shop, EVERYTHING, 256, 3, sampling=Sampling(points_for(shop, [EVERYTHING]), controls=True))
    found, one = outcomes.measures(), outcomes[0]
    stale = {"se": -12345.5, "low": 0.0, "high": 0.0, "refused": None}
    found["prob_npv_negative_error"] = dict(stale)
    found["category_errors"] = {name: dict(stale) for name in found["categories"]}
    for kpi in found["kpis"].values():
        kpi |= {"baseline_error": dict(stale), "roadmap_error": dict(stale), "change": {"mean": 0.0, **stale}}
    for hours in found["freed_hours"].values():
        hours |= {"hours_error": dict(stale), "spared_error": dict(stale)}
    assert "-12345.5" not in json.dumps(replicated(found, one, 16))
    with_few = replicated(found, one, 2)
    assert "8 independent randomisations" in with_few["npv"]["intervals"]["p50"]["refused"]


@pytest.mark.parametrize("draws", [128, 4096])
def test_the_screen_states_the_means_and_errors_of_the_document(draws: int) -> None:
    """Trough, cost, categories, chance of loss, payback, quantiles, KPIs and hours of Sobol points."""
    shop = corner_shop()
    outcomes = evaluate(shop, EVERYTHING, draws, 3, sampling=Sampling(points_for(shop, [EVERYTHING]), controls=True))
    found, one = outcomes.measures(), outcomes[0]
    trough = one.statistic_of(one.trough)
    assert (trough.mean, trough.se) == (found["cash_trough"]["mean"], found["cash_trough"]["se"])
    assert one.share_error(one.npv < 0.0).ends() == found["prob_npv_negative_error"]
    assert one.quantile_error(one.payback, 0.5).ends() == found["payback_months"]["intervals"]["p50"]
    assert one.share_error(np.isinf(one.payback)).ends() == found["payback_months"]["intervals"]["prob_none"]
    for values, name in ((one.npv, "npv"), (one.trough, "cash_trough")):
        assert one.tail_error(values).ends() == found[name]["intervals"]["cvar5"]
        assert one.quantile_error(values, 0.05).ends() == found[name]["intervals"]["p5"]
    for k, kpi in enumerate(found["kpis"].values()):
        for label, values in (("baseline", one.baseline_kpis[:, k]), ("roadmap", one.kpis[:, k])):
            shown = one.mean_of(values)
            assert shown.mean == kpi[label]
            assert shown.se == (kpi[f"{label}_error"] or {"se": None})["se"]
        change = one.mean_of(draw_means(one.kpis[:, k]) - draw_means(one.baseline_kpis[:, k]))
        assert (change.mean, change.se) == tuple(
            (kpi["change"] or {"mean": None, "se": None})[x] for x in ("mean", "se")
        )
    for r, hours in enumerate(found["freed_hours"].values()):
        freed = one.mean_of(one.freed_hours[:, r])
        assert (freed.mean, freed.se) == (hours["hours_per_month"], hours["hours_error"]["se"])
    npv = found["npv"]
    row = headline(one, draws, "EUR", "points")[0]
    assert row[1] == f"{sensible(npv['mean'], npv['se'])} EUR"
    rows = {label: figure for label, figure, _ in headline(one, draws, "EUR", "points")}
    assert rows["deepest cash trough"] == f"{sensible(found['cash_trough']['mean'], found['cash_trough']['se'])} EUR"
    chances = one.prob_npv_negative, draws, "points", found["prob_npv_negative_error"]["se"]
    assert rows["chance to lose money"] == chance(*chances)
    assert f"{npv['mean']:,.0f} ± {npv['se']:,.0f}" in repr(one)
    assert f"{npv['mean']:,.0f} ± {npv['se']:,.0f}" in repr(outcomes)
