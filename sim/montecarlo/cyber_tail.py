"""What to sample more of, to know the tail of the cyber loss of a business.

Large losses come from one bad incident more often than from many (sums of subexponential losses). So a share of the
draws stays as it is, and in each of the others one threat has more incidents, one of which is worse; see
`sim.montecarlo.tilt`. Which threat how often: as much as single incidents of it are expected to bring above the loss
that one of all of them exceeds with the probability of the tail.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.mechanisms.severity import severity_quantile
from sim.montecarlo.sampling import TailTilt
from sim.parameters import Parameters, parameters
from sim.run_off import carried_on
from sim.world import Scenario

Floats = NDArray[np.float64]
PILOT = 256  # draws of the drivers
PILOT_SEED = 2**40 + 3  # of no run of a planner
GRID = 64  # severities of a draw
NOMINAL, FACTOR, POWER = 0.3, 2.0, 4.0  # as `benchmarks.points` found them best


def tail_tilt(
    scenario: Scenario, tail: float = 0.05, nominal: float = NOMINAL, factor: float = FACTOR, power: float = POWER
) -> TailTilt | None:
    """The tilt for the worst share `tail` of the losses of the horizon; None where no threat brings a loss of its own.

    nominal, factor, power: see `TailTilt`.
    """
    losses, weights = _single_losses(parameters(carried_on(scenario)), scenario.horizon_months / 12.0)
    if not np.any(losses * weights):
        return None
    order = np.argsort(-losses, axis=None)
    exceeded = np.cumsum(weights.ravel()[order])
    level = losses.ravel()[order][min(int(np.searchsorted(exceeded, tail)), losses.size - 1)]
    excess = (weights * np.maximum(losses - level, 0.0)).sum(axis=(1, 2))
    if not excess.any():
        excess = (weights * losses).sum(axis=(1, 2))
    shares = (1.0 - nominal) * excess / excess.sum()
    return TailTilt(nominal, tuple(zip(scenario.threats, map(float, shares), strict=True)), factor, power)


def _single_losses(table: Parameters, years: float) -> tuple[Floats, Floats]:
    """Losses (threats, draws, grid) of single incidents without any effect, and expected numbers of such incidents."""
    theta, _ = table.theta(np.arange(PILOT, dtype=np.int64), PILOT_SEED)
    values = np.tile(table.base, (PILOT, 1))
    values[:, table.driver_slots] = theta
    v = (np.arange(GRID) + 0.5) / GRID
    near_one, share = v**3, 3.0 * v**2 / GRID  # more of the worst ones
    losses, weights = (np.zeros((len(table.scenario.threats), PILOT, GRID)) for _ in range(2))
    for h, (name, threat) in enumerate(table.scenario.threats.items()):
        rate, success, median = (
            values[:, table.slot[f"threats.{name}.{field}"]]
            for field in ("attempts_per_year", "success_probability", "severity")
        )
        ratio, index = float(threat.severity_p95_ratio), float(threat.tail_index)
        losses[h] = median[:, None] * np.asarray(severity_quantile(1.0 - near_one, 1.0, ratio, index))
        weights[h] = (rate * success)[:, None] * share * (years / PILOT)
    return losses, weights
