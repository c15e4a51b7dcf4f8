"""A mean of the company to a stated precision, with the kernel as control variate (Glasserman 2004, section 4.1).

n replications C_i of the company and the kernel's K_i on the same draws, N >= 50 n further draws of the kernel:

    estimate = mean_i( C_i - b_(-i) (K_i - mean_N(K)) ),     b_(-i) = cov(C, K) / var(K) without replication i

b without the replication that it corrects, and further draws that are none of the n, so the estimate has no bias. Its
variance is that of C_i - b_(-i) K_i over n, and b^2 var(K) / N. It is worth var(C) / n over that variance plain
replications for each one. For means only: a quantile of the company is not corrected by the kernel's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound, nearest
from sim.montecarlo.kpis import KPI_NAMES, KPIS

if TYPE_CHECKING:
    from sim.company.items.interface import Items
    from sim.outcomes import Outcome, Outcomes
    from sim.roadmap import Roadmap
    from sim.world import Scenario

Floats = NDArray[np.float64]
Progress = Callable[[int], None]
FURTHER = 50  # draws of the kernel for each replication
FURTHER_FROM = 600_000_000  # behind the draws of replications and plans, before those of verify and calibrate
FEWEST = 20  # replications before the error is believed
BATCH = 10
MOST = 2000
CONFIDENCE = 0.95
MEASURES = ("npv", "cost", *KPI_NAMES)


@dataclass(frozen=True)
class Estimate:
    """A mean with its control variate. half: half width of the 95 % interval; se: standard error; plain_mean, plain_se:
    without the kernel; worth: plain replications for one; correlation of the engines; coefficient b; precision: that
    was asked for, of the mean; reached: whether half is within it. mean, half, se, plain_mean, plain_se in `unit`."""

    measure: str
    unit: str
    mean: float
    half: float
    se: float
    plain_mean: float
    plain_se: float
    worth: float
    correlation: float
    coefficient: float
    replications: int
    kernel_draws: int
    precision: float
    reached: bool

    def as_dict(self) -> dict[str, Any]:
        """The entry `control_variate` of a JSON document; figures in `unit`."""
        return asdict(self)


@dataclass(frozen=True)
class Controlled:
    """mean and se of the controlled estimate; plain_se of the uncontrolled; b; correlation."""

    mean: float
    se: float
    plain_se: float
    coefficient: float
    correlation: float


def controlled(company: Floats, kernel: Floats, further: Floats) -> Controlled:
    """company, kernel: (n,) on the same draws, n >= 3; further: (N,) of the kernel on other draws.

    >>> draws = np.arange(6.0)
    >>> found = controlled(2.0 * draws + 1.0, draws, np.array([0.0, 10.0]))
    >>> round(found.mean, 9), round(found.coefficient, 9), round(found.correlation, 9)
    (11.0, 2.0, 1.0)
    """
    n = len(company)
    c, k = company - company.mean(), kernel - kernel.mean()
    # sums without replication i: s - x_i y_i n / (n - 1)
    without = n / (n - 1.0)
    products, squares = float(c @ k) - c * k * without, float(k @ k) - k * k * without
    tiny = 1e-12 * max(float(k @ k), 1e-300)
    b = np.where(squares > tiny, products / np.where(squares > tiny, squares, 1.0), 0.0)
    rest = company - b * (kernel - further.mean())
    slope = float(b.mean())
    variance = rest.var(ddof=1) / n + slope**2 * further.var(ddof=1) / len(further)
    spread = math.sqrt(float(c @ c) * float(k @ k))
    return Controlled(
        float(rest.mean()),
        math.sqrt(float(variance)),
        float(company.std(ddof=1)) / math.sqrt(n),
        slope,
        float(c @ k) / spread if spread > 0.0 else 0.0,
    )


def simulate_to_precision(
    scenario: Scenario,
    roadmap: Roadmap | Mapping[str, int],
    precision: float,
    seed: int,
    *,
    measure: str = "npv",
    most: int = MOST,
    first_draw: int = 0,
    workers: int = 1,
    items: Items = "compiled",
    progress: Progress | None = None,
) -> tuple[Outcomes, Estimate]:
    """Replications until the 95 % interval of a mean is no wider than `precision` of it to either side, or `most`.

    measure: npv, cost, or a KPI (of the roadmap, mean of its years). Raises ProblemsFound for an unknown measure, or
    one that has no value in some draw.
    """
    from sim.company.company import outcomes_of, replicate_many
    from sim.parameters import parameters
    from sim.roadmap import EMPTY
    from sim.roadmap import roadmap as validated

    _check(measure, precision, most)
    chosen = validated(scenario, roadmap)
    draws = range(first_draw, first_draw + most)
    played, further = [], np.empty(0)
    running = replicate_many(parameters(scenario), [EMPTY, chosen], draws, seed, workers, items)
    try:
        for row in running:
            played.append(row)
            n = len(played)
            if progress is not None:
                progress(n)
            if n != most and (n < FEWEST or n % BATCH):
                continue
            outcomes = outcomes_of(scenario, [chosen], played, seed, first_draw)
            further = np.concatenate([further, _kernel(scenario, chosen, measure, seed, n, len(further))])
            found = _estimate(scenario, chosen, outcomes[0], measure, seed, first_draw, further, precision)
            if found.reached:
                break
    finally:
        running.close()
    return outcomes, found


def _check(measure: str, precision: float, most: int) -> None:
    if measure not in MEASURES:
        close = nearest(measure, list(MEASURES))
        hint = f"did you mean {close}?" if close else f"one of {', '.join(MEASURES)}"
        raise ProblemsFound([Problem("--measure", f"there is no measure named {measure}", measure, hint)])
    if not 0.0 < precision < 1.0:
        raise ProblemsFound([Problem("--precision", "outside the range 0 to 1", precision, "such as 2% or 0.02")])
    if most < FEWEST:
        hint = f"{FEWEST} or more; {MOST} unless stated"
        raise ProblemsFound([Problem("--replications", "too few to estimate an error", most, hint)])


def _kernel(scenario: Scenario, chosen: Roadmap, measure: str, seed: int, n: int, known: int) -> Floats:
    """The measure on the next draws of the kernel, FURTHER for each of n replications in all."""
    from sim.montecarlo import evaluate

    first, count = FURTHER_FROM + known, FURTHER * n - known
    found = evaluate(scenario, chosen, count, seed, first_draw=first, detail=measure not in ("npv", "cost"))
    return _values(found[0], measure)


def _values(one: Outcome, measure: str) -> Floats:
    if measure in ("npv", "cost"):
        return one.npv if measure == "npv" else one.cost
    values = np.asarray(one.kpis[:, KPI_NAMES.index(measure)].mean(axis=1))
    if np.isnan(values).any():
        hint = "ask for a measure that every draw has"
        raise ProblemsFound([Problem("--measure", f"{measure} has no value in some draws", measure, hint)])
    return values


def _estimate(
    scenario: Scenario,
    chosen: Roadmap,
    company: Outcome,
    measure: str,
    seed: int,
    first_draw: int,
    further: Floats,
    precision: float,
) -> Estimate:
    from scipy.special import stdtrit

    from sim.montecarlo import evaluate

    played = _values(company, measure)
    n = len(played)
    detail = measure not in ("npv", "cost")
    kernel = _values(evaluate(scenario, chosen, n, seed, first_draw=first_draw, detail=detail)[0], measure)
    found = controlled(played, kernel, further)
    half = float(stdtrit(n - 2, 0.5 + CONFIDENCE / 2)) * found.se
    unit = "money" if not detail else KPIS[KPI_NAMES.index(measure)].unit
    return Estimate(
        measure=measure,
        unit=unit.replace("money", scenario.profile.currency),
        mean=found.mean,
        half=half,
        se=found.se,
        plain_mean=float(played.mean()),
        plain_se=found.plain_se,
        worth=(found.plain_se / found.se) ** 2 if found.se > 0.0 else 1.0,
        correlation=found.correlation,
        coefficient=found.coefficient,
        replications=n,
        kernel_draws=len(further),
        precision=precision,
        reached=half <= precision * abs(found.mean),
    )
