"""How ready a business is for change: goals, resources and process carry it together, like the legs of a stool."""

import math

from sim.mechanisms.elementwise import NON_NEGATIVE, Range, elementwise

SCORE = Range(0.0, 1.0, open_low=True)
LEAST = 1e-12  # elasticity below which the lowest score counts alone


@elementwise(goals=SCORE, resources=SCORE, process=SCORE, substitution=NON_NEGATIVE)
def joint_readiness(goals: float, resources: float, process: float, substitution: float) -> float:
    """Mean of three scores with constant elasticity of substitution and equal weights: (mean of x^rho)^(1 / rho).

    substitution: the elasticity s, rho = 1 - 1 / s. 0 is the minimum of the scores, 1 their geometric mean, infinity
    their arithmetic mean. Never below the lowest score, never above the highest, and rising in each.
    Source: Arrow, Chenery, Minhas and Solow (1961), Capital-labor substitution and economic efficiency. That readiness
    has this form is the planner's assumption.

    >>> joint_readiness(1.0, 1.0, 1.0, 0.2), joint_readiness(0.8, 0.6, 0.5, 0.0)
    (1.0, 0.5)
    >>> round(joint_readiness(0.8, 0.6, 0.5, 0.5), 4), round(joint_readiness(0.8, 0.6, 0.5, 1.0), 4)
    (0.6102, 0.6214)
    >>> joint_readiness(0.25, 0.5, 0.75, math.inf)
    0.5
    """
    low = min(min(goals, resources), process)
    if substitution < LEAST:
        return low
    a, b, c = math.log(goals / low), math.log(resources / low), math.log(process / low)
    rho = 1.0 - 1.0 / substitution
    if rho == 0.0:
        return low * math.exp((a + b + c) / 3.0)
    return low * math.exp(math.log1p((math.expm1(rho * a) + math.expm1(rho * b) + math.expm1(rho * c)) / 3.0) / rho)
