"""Present values, rates of return, payback and annuities against textbook and peers' cases."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.measures import NoRate, annuity_factor, irr, irr_count, irr_with_reason, mirr, npv, payback

CASES = json.loads((Path(__file__).parents[1] / "data" / "periodic_finance.json").read_text())
KINDS = ("npv-", "irr-", "mirr-", "annuity-", "payback-", "pi-", "economic-life")


def by_prefix(prefix: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["id"].startswith(prefix)]


def test_every_record_is_used() -> None:
    counts = [len(by_prefix(kind)) for kind in KINDS]
    assert counts == [4, 15, 4, 3, 3, 1, 1]
    assert sum(counts) == len(CASES)


@pytest.mark.parametrize("case", by_prefix("npv-"))
def test_npv(case: dict[str, Any]) -> None:
    inputs, expected = case["inputs"], case["expected"]["npv"]
    if expected == "NaN":
        with pytest.raises(ValueError, match="rate must be finite and above -1, got -1"):
            npv(inputs["rate"], inputs["cashflows"])
        return
    # Spreadsheets' NPV puts the first flow at the end of the first period.
    late = inputs.get("first_flow_period", 0)
    value = npv(inputs["rate"], [0.0] * late + inputs["cashflows"])
    assert value == pytest.approx(expected, rel=case["tolerance"].get("rel", 0), abs=case["tolerance"].get("abs", 0))


@pytest.mark.parametrize("case", by_prefix("irr-"))
def test_irr(case: dict[str, Any]) -> None:
    flows, expected = case["inputs"]["cashflows"], case["expected"]
    rates = irr(flows)
    known = expected.get("all_real_irrs_gt_minus1")
    if known is None:  # not listed for the flow of 181 periods, whose one change of sign allows one rate
        assert len(rates) == 1
    else:
        np.testing.assert_allclose(rates, known, rtol=0, atol=1e-9)
    if expected.get("irr", "NaN") != "NaN":
        assert np.abs(rates - expected["irr"]).min() < case["tolerance"]["abs"]
    assert irr_count([flows]) == len(rates)
    for rate in rates:
        scale = npv(rate, np.abs(flows))
        assert abs(npv(rate, flows)) <= 1e-12 * scale
    reason = irr_with_reason(flows)[1]
    assert (reason is None) == (len(rates) > 0)
    if case["id"] == "irr-none-2":
        assert reason is NoRate.ONE_SIGN
    if case["id"] == "irr-none-4":
        assert reason is NoRate.ALL_ZERO


@pytest.mark.parametrize("case", by_prefix("mirr-"))
def test_mirr(case: dict[str, Any]) -> None:
    inputs, expected = case["inputs"], case["expected"]["mirr"]
    value = mirr(inputs["cashflows"], inputs["finance_rate"], inputs["reinvest_rate"])
    if expected == "NaN":
        assert math.isnan(value)
    else:
        assert value == pytest.approx(expected, abs=case["tolerance"]["abs"])


@pytest.mark.parametrize("case", by_prefix("annuity-"))
def test_annuity(case: dict[str, Any]) -> None:
    inputs, tolerance = case["inputs"], case["tolerance"]["abs"]
    rate, periods = inputs["rate"], inputs["nper"]
    factor = annuity_factor(rate, periods)
    assert npv(rate, [0.0] + [1.0] * periods) == pytest.approx(factor, rel=1e-13)
    if "pv" in case["expected"]:
        assert -inputs["pmt"] * factor == pytest.approx(case["expected"]["pv"], abs=tolerance)
    elif "pmt" in case["expected"]:
        assert -inputs["pv"] / factor == pytest.approx(case["expected"]["pmt"], abs=tolerance)
    else:
        assert -inputs["pmt"] * factor * (1 + rate) ** periods == pytest.approx(case["expected"]["fv"], abs=tolerance)


@pytest.mark.parametrize("case", by_prefix("payback-"))
def test_payback(case: dict[str, Any]) -> None:
    flows = np.array(case["inputs"]["cashflows"], dtype=float)
    discounted = flows * (1 + case["inputs"]["rate"]) ** -np.arange(float(len(flows)))
    expected = (
        float(case["expected"]["payback"].replace("Infinity", "inf"))
        if isinstance(case["expected"]["payback"], str)
        else case["expected"]["payback"]
    )
    assert payback(discounted) == pytest.approx(expected, abs=case["tolerance"]["abs"])


@pytest.mark.parametrize("case", by_prefix("pi-"))
def test_profitability_index_and_equivalent_annuity(case: dict[str, Any]) -> None:
    flows, rate = case["inputs"]["cashflows"], case["inputs"]["rate"]
    rel = case["tolerance"]["rel"]
    assert npv(rate, [0.0, *flows[1:]]) / -flows[0] == pytest.approx(case["expected"]["pi"], rel=rel)
    assert npv(rate, flows) / annuity_factor(rate, len(flows) - 1) == pytest.approx(case["expected"]["eaa"], rel=rel)


@pytest.mark.parametrize("case", by_prefix("economic-life"))
def test_economic_life(case: dict[str, Any]) -> None:
    price, salvage, running, rate = (case["inputs"][name] for name in ("price", "salvage", "running", "rate"))
    costs = []
    for years in range(1, len(salvage) + 1):
        flow = [price, *running[:years]]
        flow[-1] -= salvage[years - 1]
        costs.append(npv(rate, flow) / annuity_factor(rate, years))
    np.testing.assert_allclose(costs, case["expected"]["eac"], rtol=case["tolerance"]["rel"])
    assert 1 + int(np.argmin(costs)) == case["expected"]["economic_life"]
