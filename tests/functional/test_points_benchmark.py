"""Smoke run of the benchmark of sampling methods: every method gives estimates of the same figures."""

import numpy as np
import pytest

from benchmarks.points import FIGURES, MODELS, SEED, compare, measure, methods, slopes, truth
from scenarios.load import load

COMPARED = ("pseudo-random", "Sobol + controls", "importance sampling")


def test_it_measures() -> None:
    """64 draws in 4 replications of three methods: what is shown of which; how large ratios are is for the benchmark to
    say."""
    lines: list[str] = []
    found = compare("roadmap", 64, 4, lines.append, COMPARED[1:], 1)
    assert tuple(found) == COMPARED
    assert all(len(ratios) == len(FIGURES) for ratios in found.values())
    assert found["pseudo-random"][:3] == pytest.approx(1.0)
    assert np.isfinite(found["Sobol + controls"][:3]).all()
    assert np.isnan(found["importance sampling"][:2]).all()  # tilted draws have no NPV
    assert len(lines) == 2 + len(COMPARED)
    assert all(figure in lines[1] for figure in FIGURES)
    for name, line in zip(COMPARED, lines[2:], strict=True):
        assert line.startswith(name)
        assert line[len(name) :].split()[:2] == (["-", "-"] if name == "importance sampling" else line.split()[-6:-4])


def test_methods_estimate_the_same_figures() -> None:
    """Means over 16 replications against the long run, within 6 standard errors (Student, 15 degrees of freedom: false
    alarm 1e-4 for the five means; the seed is fixed); points and controls leave less than half of the error."""
    path, roadmap = MODELS["roadmap"]
    scenario = load(path)
    exact, errors = truth(scenario, roadmap, 512), {}
    for method in methods(scenario, roadmap):
        if method.name in COMPARED:
            found = measure(scenario, roadmap, method, 256, 16, SEED).estimates
            errors[method.name] = found.std(axis=0, ddof=1) / 4.0
            for k in (2,) if method.tilt is not None else (0, 2):
                gap = abs(float(found[:, k].mean() - exact[k]))
                assert gap < 6.0 * errors[method.name][k], (method.name, FIGURES[k])
    assert (errors["Sobol + controls"][[0, 2]] < 0.5 * errors["pseudo-random"][[0, 2]]).all()


def test_it_fits_slopes() -> None:
    """Errors fall with the draws."""
    lines: list[str] = []
    found = slopes("roadmap", (16, 256), 8, lines.append)
    assert [*found] == ["pseudo-random", "controls", "Sobol", "Sobol + controls"]
    assert all(-3.0 < slope < -0.1 for slope in found.values())
    assert all(f"slope {slope:.2f}" in line for slope, line in zip(found.values(), lines, strict=True))
