"""The beta distribution function and its inverse, for shapes of at least 1: what a PERT needs."""

import math

from sim.mechanisms.elementwise import SHARE, Range, elementwise

SHAPE = Range(1.0, 1e3)
TINY = 1e-300
TURNS = 200  # of the fraction and of the search; both need fewer than 50


@elementwise(x=SHARE, a=SHAPE, b=SHAPE)
def beta_cdf(x: float, a: float, b: float) -> float:
    """P(X <= x) of a beta(a, b): the regularised incomplete beta function, relative error about 1e-14.

    x^a (1 - x)^b / (a B(a, b)) times the continued fraction of DLMF 8.17.22, evaluated by Lentz's method (Press et al.
    2007, "Numerical Recipes", 5.2 and 6.4); beyond the mean by symmetry, I_x(a, b) = 1 - I_{1 - x}(b, a).

    >>> round(beta_cdf(0.25, 2.0, 3.0), 12), beta_cdf(1.0, 2.0, 3.0)
    (0.26171875, 1.0)
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    mirrored = x > (a + 1.0) / (a + b + 2.0)
    y, p, q = (1.0 - x, b, a) if mirrored else (x, a, b)
    c, d = 1.0, 1.0 - (p + q) * y / (p + 1.0)
    d = 1.0 / (d if abs(d) > TINY else TINY)
    value = d
    for m in range(1, TURNS):
        for odd in range(2):
            if odd == 0:
                term = m * (q - m) * y / ((p + 2.0 * m - 1.0) * (p + 2.0 * m))
            else:
                term = -(p + m) * (p + q + m) * y / ((p + 2.0 * m) * (p + 2.0 * m + 1.0))
            d = 1.0 + term * d
            d = 1.0 / (d if abs(d) > TINY else TINY)
            c = 1.0 + term / c
            c = c if abs(c) > TINY else TINY
            value *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    part = front * value / p
    return 1.0 - part if mirrored else part


_beta_cdf = beta_cdf.scalar


@elementwise(u=SHARE, a=SHAPE, b=SHAPE)
def beta_quantile(u: float, a: float, b: float) -> float:
    """The x with P(X <= x) = u of a beta(a, b): Newton's method inside a bracket that shrinks with every step.

    >>> round(beta_quantile(0.26171875, 2.0, 3.0), 12), beta_quantile(0.0, 2.0, 3.0)
    (0.25, 0.0)
    """
    if u <= 0.0 or u >= 1.0:
        return 0.0 if u <= 0.0 else 1.0
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    low, high, x = 0.0, 1.0, a / (a + b)
    for _ in range(TURNS):
        gap = _beta_cdf(x, a, b) - u
        if gap > 0.0:
            high = x
        else:
            low = x
        step = gap / math.exp(scale + (a - 1.0) * math.log(x) + (b - 1.0) * math.log1p(-x))
        after = x - step
        if not low < after < high:
            after = 0.5 * (low + high)
        if abs(after - x) <= 1e-15 * x:
            return after
        x = after
    return x
