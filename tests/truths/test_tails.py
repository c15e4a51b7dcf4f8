"""CVaR with split atoms, CVaR of continuous laws, quantile types."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.measures import cvar, quantile
from sim.mechanisms import lognormal_limited_mean, normal_quantile

CASES = json.loads((Path(__file__).parents[1] / "data" / "tails.json").read_text())


def by_prefix(prefix: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["id"].startswith(prefix)]


def test_every_record_is_used() -> None:
    counts = [len(by_prefix(prefix)) for prefix in ("cvar-discrete-", "cvar-cont-", "quantile-types")]
    assert counts == [3, 3, 1]
    assert sum(counts) == len(CASES)


@pytest.mark.parametrize("case", by_prefix("cvar-discrete-"))
def test_split_atom(case: dict[str, Any]) -> None:
    """The upper tail of a loss is the lower tail of its negative; equal probabilities make the list a sample."""
    loss, alpha = np.array(case["inputs"]["loss"]), case["inputs"]["alpha"]
    assert set(case["inputs"]["prob"]) == {1 / len(loss)}
    assert -cvar(-loss, 1 - alpha) == pytest.approx(case["expected"]["CVaR"], abs=case["tolerance"]["abs"])


@pytest.mark.parametrize("case", by_prefix("cvar-cont-"))
def test_continuous_laws(case: dict[str, Any]) -> None:
    """Closed forms, and the sample measures at one million midpoints of probability."""
    alpha, expected, rel = case["inputs"]["alpha"], case["expected"], case["tolerance"]["rel_exact"]
    z = normal_quantile(alpha)
    lognormal = case["inputs"]["dist"].startswith("lognormal")
    value = math.exp(z) if lognormal else z
    assert value == pytest.approx(expected["VaR"], rel=rel)
    if lognormal:
        beyond = lognormal_limited_mean(math.inf, 0.0, 1.0) - lognormal_limited_mean(value, 0.0, 1.0)
        shortfall = value + beyond / (1 - alpha)
    else:
        shortfall = math.exp(-z * z / 2) / math.sqrt(2 * math.pi) / (1 - alpha)
    assert shortfall == pytest.approx(expected["CVaR"], rel=rel)
    scores = normal_quantile((np.arange(100_000) + 0.5) / 100_000)
    losses = np.exp(scores) if lognormal else scores
    assert -cvar(-losses, 1 - alpha) == pytest.approx(expected["CVaR"], rel=2e-3)
    assert quantile(losses, alpha) == pytest.approx(expected["VaR"], rel=1e-3)


@pytest.mark.parametrize("case", by_prefix("quantile-types"))
def test_quantile_type_7(case: dict[str, Any]) -> None:
    value = quantile(case["inputs"]["data"], case["inputs"]["p"])
    assert value == pytest.approx(case["expected"]["linear"], abs=case["tolerance"]["abs"])
