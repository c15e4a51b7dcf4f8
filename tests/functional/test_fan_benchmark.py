"""Smoke run of the benchmark of the fans: it validates, it times, and it notices a wrong fan."""

from collections.abc import Mapping

import pytest

from benchmarks import fan
from sim.world import Scenario
from tests.naive.shops import EVERYTHING, corner_shop

HANDMADE = fan.Costs("shop", 64, (1e-6, 2e-6, 4e-6), (1.1e-6,) * 3, (2e-7,) * 3, (4e-7,) * 3, (8e-7,) * 3)


def test_costs_are_measured_after_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    shop, validated = corner_shop(), list[int]()
    validate = fan.validate

    def counted(scenario: Scenario, roadmap: Mapping[str, int], draws: int) -> None:
        validated.append(draws)
        validate(scenario, roadmap, draws)

    monkeypatch.setattr(fan, "validate", counted)
    found = fan.measure(shop, EVERYTHING, draws=64, repeats=2)
    assert validated == [64]
    for times in (found.kernel, found.months, found.fan, found.everything, found.numpy):
        assert len(times) == 2
    assert f"{shop.name}: kernel" in str(found)
    assert "2 repeats of 64 draws" in str(found)


def test_a_wrong_fan_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = fan.cumulative
    monkeypatch.setattr(fan, "cumulative", lambda block: exact(block) * (1.0 + 1e-6))
    with pytest.raises(AssertionError):
        fan.validate(corner_shop(), EVERYTHING, 64)


def test_shares_are_medians_of_each_repeat() -> None:
    assert HANDMADE.share(HANDMADE.fan) == pytest.approx(0.1)
    assert HANDMADE.share(HANDMADE.everything) == pytest.approx(0.2)
    assert "one fan 0.20 us, 10.00%" in str(HANDMADE)


def test_both_models_are_rows_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Months and fan over the kernel, per cent: 30, -35 and -67.5."""
    monkeypatch.setattr(fan, "measure", lambda *_: HANDMADE)
    rows = list(fan.rows(smoke=True))
    assert len(rows) == 2
    for row, name in zip(rows, ("retailer", "roadmap_model"), strict=True):
        assert name in row.what
        assert row.ratios == pytest.approx((30.0, -35.0, -67.5))
        assert (row.target, row.better, row.met) == (fan.TARGET, "at most", True)
