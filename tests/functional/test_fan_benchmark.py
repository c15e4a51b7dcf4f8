"""Smoke run of the benchmark of the fans: it validates, it times, and it notices a wrong fan."""

import numpy as np
import pytest

from benchmarks import fan
from tests.naive.shops import EVERYTHING, corner_shop


def test_costs_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = corner_shop()
    found = fan.measure(shop, EVERYTHING, draws=64, repeats=2)
    assert len(found.kernel) == len(found.numpy) == 2
    assert found.share(found.fan) > 0.0
    assert "of the kernel" in str(found)
    exact = fan.cumulative
    monkeypatch.setattr(fan, "cumulative", lambda block: exact(block) * (1.0 + 1e-6))
    with pytest.raises(AssertionError):
        fan.validate(shop, EVERYTHING, 64)
    assert np.isfinite(found.share(found.everything))
