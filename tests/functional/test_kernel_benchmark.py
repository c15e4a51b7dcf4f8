"""Smoke run of the benchmark of the kernel: it validates, it times, and it notices a wrong answer."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import kernel
from benchmarks.numpy_peer import evaluate_with_numpy
from tests.naive.shops import EVERYTHING, corner_shop


def test_comparison_runs() -> None:
    found = kernel.compare(draws=256, repeats=2, validated_on=1_500)
    assert len(found.kernel) == len(found.peer) == 2
    assert found.chunk == 256
    assert found.ratio > 0
    assert "times as fast" in str(found)


def test_peer_agrees_with_the_kernel_on_the_corner_shop() -> None:
    """12,000 draws each; false alarm below 1e-3."""
    shop = corner_shop()
    of_kernel = kernel.run_kernel(shop, EVERYTHING, 12_000)
    (of_peer,) = evaluate_with_numpy(shop, [EVERYTHING], 12_000, 5)
    kernel.validate(of_kernel, of_peer)
    for name in ("kpis", "baseline_kpis"):
        ours, theirs = getattr(of_kernel, name), getattr(of_peer, name)
        present = [~np.isnan(values) for values in (ours, theirs)]  # a KPI of failures has no value in a year without
        for one, other in (present, (np.nan_to_num(ours), np.nan_to_num(theirs))):
            error = np.sqrt((one.var(axis=0) + other.var(axis=0)) / len(one))
            assert np.all(np.abs(one.mean(axis=0) - other.mean(axis=0)) <= 4.5 * error + 1e-12)
    wrong = replace(of_peer, npv=of_peer.npv + 0.06 * np.std(of_peer.npv))
    with pytest.raises(kernel.DisagreementError, match="npv"):
        kernel.validate(of_kernel, wrong)


def test_peer_does_not_depend_on_the_chunk_in_distribution() -> None:
    """Two seeds and chunks; false alarm below 1e-3."""
    shop = corner_shop()
    (small,) = evaluate_with_numpy(shop, [EVERYTHING], 4_000, 1, chunk=500)
    kernel.validate(kernel.run_kernel(shop, EVERYTHING, 4_000), small)
    assert small.npv.shape == (4_000,)
    assert small.kpis.shape[0] == 4_000
