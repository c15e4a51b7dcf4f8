"""Smoke run of the benchmark of sampling methods: every method gives estimates of the same figures."""

import numpy as np

from benchmarks.points import FIGURES, compare, slopes


def test_it_measures() -> None:
    """64 draws in 4 replications of three methods; what the ratios are is for the benchmark to say."""
    lines: list[str] = []
    found = compare("roadmap", 64, 4, lines.append, ("Sobol + controls", "importance sampling"), 1)
    assert [*found] == ["pseudo-random", "Sobol + controls", "importance sampling"]
    assert all(len(ratios) == len(FIGURES) for ratios in found.values())
    assert np.all(found["Sobol + controls"][:3] > 0.0)
    assert len(lines) == 5


def test_it_fits_slopes() -> None:
    found = slopes("roadmap", (16, 32), 4, lambda line: None)
    assert np.isfinite(list(found.values())).all()
