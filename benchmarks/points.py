"""Sampling methods side by side: mean squared error of each figure against pseudo-random draws, at equal time.

Protocol. Two models: the roadmap model (twelve initiatives, no work items) and the library retailer, each with one
roadmap. A method gives an estimate from N draws; this is done REPLICATIONS times with independent draws, and the mean
squared error is taken against a run of its own that is far longer. Time is that of the processor for a draw, least of
ROUNDS rounds in which all methods take turns. What is printed is

    (MSE of pseudo-random draws * their time) / (MSE of the method * its time)

so 4 says: a quarter of the time for the same error. Figures: mean and 5 % quantile of the NPV; mean, and mean of the
worst 5 % and 1 %, of the cyber loss of the horizon (PV, under the roadmap). A ratio of two variances from 100
replications is known to within about 30 %. Behind the table, how the error of the mean NPV falls with the draws: slope
of log error against log draws, -0.5 for pseudo-random draws, -1.5 at best for scrambled nets and smooth figures.

    python -m benchmarks.points [--model roadmap|retailer] [--replications R] [--draws N]
    python -m benchmarks.points --smoke      few draws, to see that it works
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.kernel import ROADMAP as RETAILER_ROADMAP
from scenarios.load import load
from sim.measures.controlled import controlled_mean
from sim.measures.weighted import weighted_cvar
from sim.montecarlo import evaluate
from sim.montecarlo.coordinates import ordered
from sim.montecarlo.cyber_tail import tail_tilt
from sim.montecarlo.sampling import MIXTURE, Sampling, TailTilt
from sim.outcomes import Outcome
from sim.points import ANTITHETIC, LATIN_CUBE, SOBOL, Coordinates, Points
from sim.world import Scenario

Floats = NDArray[np.float64]
MODELS: dict[str, tuple[str, Mapping[str, int]]] = {
    "roadmap": (
        str(Path(__file__).parent / "roadmap_model.yaml"),
        {
            "initiative_1": 0,
            "initiative_2": 3,
            "initiative_3": 3,
            "initiative_6": 9,
            "initiative_8": 12,
            "initiative_9": 18,
        },
    ),
    "retailer": ("retailer", RETAILER_ROADMAP),
}
FIGURES = ("mean NPV", "5 % NPV", "mean cyber", "CVaR95 cyber", "CVaR99 cyber")
SEED, TRUTH_SEED = 31, 32
SLOPE_RUNS = 32
ROUNDS, TIMED = 5, 1_024


@dataclass(frozen=True)
class Method:
    """How draws are made; controls: taken out of means. coordinates: of a set of points, None for pseudo-random
    draws."""

    name: str
    kind: str | None = None
    coordinates: tuple[Coordinates, ...] = ()
    controls: bool = False
    tilt: TailTilt | None = None

    def sampling(self, runs: int) -> Sampling:
        """With so many randomisations; controls are written where the method or its tilt needs them, and free."""
        points = None if self.kind is None else Points(self.kind, self.coordinates, runs)
        return Sampling(points, controls=True, tilt=self.tilt)


@dataclass(frozen=True)
class Row:
    """Estimates (replications, figures) of a method."""

    name: str
    estimates: Floats


def methods(scenario: Scenario, roadmap: Mapping[str, int]) -> list[Method]:
    """Those that are compared, pseudo-random draws first."""
    order = ordered(scenario, [roadmap])
    drivers = tuple(one for one in order if one.stream.startswith("drivers/"))
    counts = tuple(Coordinates(one.stream, events=True) for one in order if one.events)
    tilt = tail_tilt(scenario)
    assert tilt is not None, "the models of the benchmark have threats"
    mixture = (Coordinates(MIXTURE, 2), *order)
    return [
        Method("pseudo-random"),
        Method("antithetic", ANTITHETIC, order),
        Method("Latin hypercube", LATIN_CUBE, order),
        Method("counts stratified", LATIN_CUBE, counts),
        Method("controls", controls=True),
        Method("Sobol", SOBOL, order),
        Method("Sobol, drivers alone + controls", SOBOL, drivers, controls=True),
        Method("Sobol, order reversed + controls", SOBOL, order[::-1], controls=True),
        Method("Sobol + controls", SOBOL, order, controls=True),
        Method("importance sampling", tilt=tilt),
        Method("importance sampling + Sobol", SOBOL, mixture, tilt=tilt),
    ]


def measure(scenario: Scenario, roadmap: Mapping[str, int], method: Method, draws: int, runs: int, seed: int) -> Row:
    """Estimates from `runs` independent sets of `draws` draws."""
    outcome = evaluate(scenario, roadmap, draws * runs, seed, detail=False, sampling=method.sampling(runs))[0]
    each = [estimates(outcome, slice(r, None, runs), method.controls) for r in range(runs)]
    return Row(method.name, np.array(each))


def seconds(scenario: Scenario, roadmap: Mapping[str, int], compared: list[Method], rounds: int) -> dict[str, float]:
    """Of the processor for a draw, by method; every round has draws of its own, so that nothing is remembered."""
    taken: dict[str, list[float]] = {one.name: [] for one in compared}
    for each in range(rounds + 1):
        for one in compared:
            start = time.process_time()
            evaluate(scenario, roadmap, TIMED, SEED + 100 + each, detail=False, threads=1, sampling=one.sampling(16))
            taken[one.name].append((time.process_time() - start) / TIMED)
    return {name: min(times[1:]) for name, times in taken.items()}


def estimates(outcome: Outcome, rows: slice, controls: bool) -> Floats:
    """(figures,) from some draws of an outcome."""
    assert outcome.cyber is not None
    npv, loss, weight = outcome.npv[rows], outcome.cyber.loss[rows, 1], outcome.cyber.weight[rows, 1]
    means = npv.mean(), float(np.mean(weight * loss))
    if controls:
        known = outcome.cyber.controls[rows]
        means = controlled_mean(npv, known).mean, controlled_mean(loss, known).mean
    tails = (weighted_cvar(loss, weight, level).estimate for level in (0.05, 0.01))
    return np.array([means[0], np.quantile(npv, 0.05), means[1], *tails], dtype=np.float64)  # None becomes NaN


def truth(scenario: Scenario, roadmap: Mapping[str, int], draws: int) -> Floats:
    """(figures,) from a long run: Sobol and controls for the NPV and the mean loss, a tilt for the tail of the loss."""
    runs = 16
    by_name = {one.name: one for one in methods(scenario, roadmap)}
    found = []
    for name in ("Sobol + controls", "importance sampling"):
        method = by_name[name]
        sampling = method.sampling(runs)
        outcome = evaluate(scenario, roadmap, runs * draws, TRUTH_SEED, detail=False, sampling=sampling)[0]
        found.append(estimates(outcome, slice(None), method.controls))
    return np.concatenate([found[0][:3], found[1][3:]])


def compare(
    name: str, draws: int, runs: int, say: Callable[[str], None], only: Sequence[str] = (), rounds: int = ROUNDS
) -> dict[str, Floats]:
    """Measure the methods on a model and print the table; only: those whose names are listed, and pseudo-random draws.
    Returns the ratios (figures,) by method."""
    path, roadmap = MODELS[name]
    scenario = load(path)
    exact = truth(scenario, roadmap, max(8 * draws, 64))
    say(f"{name} model, {draws:,} draws, {runs} replications; ratio of MSE * time to pseudo-random draws")
    say(f"{'':34}" + "".join(f"{one:>14}" for one in FIGURES) + f"{'us/draw':>10}")
    ratios: dict[str, Floats] = {}
    cost: Floats = np.ones(len(FIGURES))
    compared = [one for one in methods(scenario, roadmap) if not only or one.name in ("pseudo-random", *only)]
    time_of = seconds(scenario, roadmap, compared, rounds)
    for method in compared:
        row = measure(scenario, roadmap, method, draws, runs, SEED)
        error = np.mean((row.estimates - exact) ** 2, axis=0)
        if not ratios:
            cost = error * time_of[method.name]
        ratios[method.name] = cost / (error * time_of[method.name])
        shown = [
            "-" if method.tilt is not None and k < 2 else f"{ratio:.2f}" if ratio < 20 else f"{ratio:.0f}"
            for k, ratio in enumerate(ratios[method.name])
        ]
        say(f"{method.name:34}" + "".join(f"{one:>14}" for one in shown) + f"{1e6 * time_of[method.name]:10.1f}")
    return ratios


def slopes(name: str, sizes: tuple[int, ...], runs: int, say: Callable[[str], None]) -> dict[str, float]:
    """Slope of log error of the mean NPV against log draws, by method; errors over independent randomisations."""
    path, roadmap = MODELS[name]
    scenario = load(path)
    found: dict[str, float] = {}
    by_name = {one.name: one for one in methods(scenario, roadmap)}
    for which in ("pseudo-random", "controls", "Sobol", "Sobol + controls"):
        rows = [measure(scenario, roadmap, by_name[which], n, runs, SEED + 1) for n in sizes]
        errors = [float(np.std(row.estimates[:, 0], ddof=1)) for row in rows]
        found[which] = float(np.polyfit(np.log(sizes), np.log(errors), 1)[0])
        listed = ", ".join(f"{n:,}: {error:,.0f}" for n, error in zip(sizes, errors, strict=True))
        say(f"error of the mean NPV, {which}: {listed}; slope {found[which]:.2f}")
    return found


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.points", description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=[*MODELS], help="one model; both unless named")
    parser.add_argument("--draws", type=int, default=4_096, help="draws of an estimate, a power of two")
    parser.add_argument("--replications", type=int, default=100, help="independent estimates, 2 to 256")
    parser.add_argument("--only", nargs="*", default=[], help="names of the methods that are compared")
    parser.add_argument("--smoke", action="store_true", help="few draws, the roadmap model")
    asked = parser.parse_args()
    draws, runs = (64, 4) if asked.smoke else (asked.draws, asked.replications)
    for name in ["roadmap"] if asked.smoke else [asked.model] if asked.model else [*MODELS]:
        compare(name, draws, runs, _say, asked.only, 1 if asked.smoke else ROUNDS)
        slopes(
            name, (32, 64) if asked.smoke else (256, 512, 1_024, 2_048, 4_096), 4 if asked.smoke else SLOPE_RUNS, _say
        )


if __name__ == "__main__":
    main()
