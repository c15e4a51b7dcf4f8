"""A project of a draw before any roadmap: how far cost and duration overrun, and at which gate the work ends.

World layer: a mark of each gate under the number of its phase, two of the overrun, and one that all projects share.
"""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.mechanisms.delivery import FAILED, FINISHED, STOPPED
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.normal import normal_cdf, normal_quantile
from sim.mechanisms.overrun import overrun_ratio
from sim.streams import uniform

COMMON_STREAM = "initiatives/common"

overrun = compile_scalar(overrun_ratio, inline)
quantile = compile_scalar(normal_quantile, inline)
cdf = compile_scalar(normal_cdf, inline)


@inline
def ratios(cost_key, time_key, common_key, draw, shape, spread, tail):  # type: ignore[no-untyped-def]
    """Realised over planned cost and duration.

    shape: (7,) of `sim.world.delivery.Shape`. spread, tail: factors of outside help on log sd and tail share. The
    normal scores are z = sqrt(c) z_common + sqrt(1 - c) z_own for cost and rho z + sqrt(1 - rho^2) z_time for duration.
    """
    median, log_sd, share, exponent, cap = shape[0], shape[1] * spread, shape[2] * tail, shape[3], shape[4]
    rho, common = shape[5], shape[6]
    z = quantile(uniform(cost_key, draw, 0))
    if common > 0.0:
        z = math.sqrt(common) * quantile(uniform(common_key, draw, 0)) + math.sqrt(1.0 - common) * z
    own = quantile(uniform(time_key, draw, 0))
    cost = overrun(cdf(z), median, log_sd, share, exponent, cap)
    return cost, overrun(cdf(rho * z + math.sqrt(1.0 - rho * rho) * own), median, log_sd, share, exponent, cap)


@inline
def ending(key, draw, first, last, ends, chance, factor, cost_limit, time_limit, cost_ratio, time_ratio):  # type: ignore[no-untyped-def]
    """The gate at which the work ends: share of the work done by then, and the state (`sim.mechanisms.delivery`).

    first .. last - 1: gates of the project in the arrays ends (share of the work done), chance (probability to fail),
    cost_limit and time_limit (ratios above which the work is stopped). factor: of outside help, on every chance. The
    chance is looked at before the limits.
    """
    for gate in range(first, last):
        if uniform(key, draw, gate - first) < chance[gate] * factor:
            return ends[gate], FAILED
        if cost_ratio > cost_limit[gate] or time_ratio > time_limit[gate]:
            return ends[gate], STOPPED
    return 1.0, FINISHED
