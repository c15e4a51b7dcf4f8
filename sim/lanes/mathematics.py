"""Elementary functions of lanes, without branches: math.exp, math.log, math.log1p, and the normal distribution.

Each states its largest error, which tests measure against higher precision.
"""

from __future__ import annotations

import math
from typing import Any

from numba.extending import overload

from sim.compiled import inline
from sim.lanes.values import LANES, VECTOR, WORDS, LanesType, constant, intrinsic, select, some, word

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # first: 32 bits, so n * LN2_HIGH is exact
ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it leaves a number rounded to a whole one
SMALLEST, LARGEST = -708.0, 709.0  # arguments of exp between which results are ordinary numbers
FAR = 7.07106781186547  # standard deviations from which a continued fraction serves
ROOT_HALF_BITS = 0x3FE6A09E00000000  # about sqrt(1/2)
ONE_BITS = 0x3FF0000000000000
FRACTION_BITS = 0x000FFFFFFFFFFFFF
ROUND_BITS = 0x4338000000000000  # of ROUND


@intrinsic
def _shift_exponent(context, value, rounded):  # type: ignore[no-untyped-def]
    """value * 2^n for rounded = n + ROUND."""

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        n = builder.shl(builder.bitcast(args[1], WORDS), word(52))
        return builder.bitcast(builder.add(builder.bitcast(args[0], WORDS), n), VECTOR)

    return LANES(value, rounded), lowered


def _shifted(builder: Any, value: Any) -> Any:
    return builder.add(builder.bitcast(value, WORDS), word(ONE_BITS - ROOT_HALF_BITS))


@intrinsic
def _mantissa(context, value):  # type: ignore[no-untyped-def]
    """m of value = m * 2^k with m from sqrt(1/2) to sqrt(2)."""

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        fraction = builder.and_(_shifted(builder, args[0]), word(FRACTION_BITS))
        return builder.bitcast(builder.add(fraction, word(ROOT_HALF_BITS)), VECTOR)

    return LANES(value), lowered


@intrinsic
def _exponent(context, value):  # type: ignore[no-untyped-def]
    """k of value = m * 2^k with m from sqrt(1/2) to sqrt(2)."""

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        power = builder.sub(builder.lshr(_shifted(builder, args[0]), word(52)), word(1023))
        return builder.fsub(builder.bitcast(builder.add(power, word(ROUND_BITS)), VECTOR), constant(ROUND))

    return LANES(value), lowered


@inline
def exp(x):  # type: ignore[no-untyped-def]
    """e^x, relative error below 4e-16; 0 below -708 and infinity above 709. Taylor series behind a reduction to
    |r| <= ln(2) / 2 (Cody and Waite 1980, "Software Manual for the Elementary Functions", ch. 6)."""
    inside = min(max(x, SMALLEST), LARGEST)
    rounded = inside * LOG2_E + ROUND
    n = rounded - ROUND
    r = (inside - n * LN2_HIGH) - n * LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    a = (1.0 / 2.0 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0))
    b = (1.0 / 720.0 + r * (1.0 / 5040.0)) + r2 * (1.0 / 40320.0 + r * (1.0 / 362880.0))
    c = (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) + r2 * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0))
    power = _shift_exponent(1.0 + (r + r2 * (a + r4 * (b + r4 * c))), rounded)
    return select(x < SMALLEST, 0.0, select(x > LARGEST, math.inf, power))


@inline
def log(x):  # type: ignore[no-untyped-def]
    """ln x, relative error below 4e-16, for ordinary numbers above 0; -infinity at 0, NaN below. The series in
    s = f / (2 + f) with the coefficients of fdlibm's e_log.c (Sun Microsystems 1993)."""
    k = _exponent(x)
    f = _mantissa(x) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    t1 = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    t2 = z * (
        6.666666666666735130e-01
        + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half = 0.5 * f * f
    value = k * LN2_HIGH - ((half - (s * (half + t1 + t2) + k * LN2_LOW)) - f)
    value = select(x == math.inf, math.inf, value)
    return select(x > 0.0, value, select(x == 0.0, -math.inf, math.nan))


@inline
def log1p(x):  # type: ignore[no-untyped-def]
    """ln(1 + x), relative error below 1e-15, for x > -1: what rounding 1 + x loses is added back."""
    whole = 1.0 + x
    return log(whole) + (x - (whole - 1.0)) / whole


@inline
def normal_cdf(x):  # type: ignore[no-untyped-def]
    """P(Z <= x) of a standard normal, absolute error below 2e-15, 0 or 1 beyond 37. Rational approximation 5666 of
    Hart 1968, "Computer Approximations", as in West 2005, "Better approximations to cumulative normal functions",
    Wilmott Magazine."""
    a = abs(x)
    density = exp(-0.5 * a * a)
    top = 3.52624965998911e-02 * a + 0.700383064443688
    top = top * a + 6.37396220353165
    top = top * a + 33.912866078383
    top = top * a + 112.079291497871
    top = top * a + 221.213596169931
    top = top * a + 220.206867912376
    below = 8.83883476483184e-02 * a + 1.75566716318264
    below = below * a + 16.064177579207
    below = below * a + 86.7807322029461
    below = below * a + 296.564248779674
    below = below * a + 637.333633378831
    below = below * a + 793.826512519948
    below = below * a + 440.413735824752
    tail = density * top / below
    if some(a >= FAR):
        far = density / (a + 1.0 / (a + 2.0 / (a + 3.0 / (a + 4.0 / (a + 0.65))))) / 2.506628274631
        tail = select(a < FAR, tail, select(a > 37.0, 0.0, far))
    return select(x > 0.0, 1.0 - tail, tail)


@overload(math.exp)
def _exp(x):  # type: ignore[no-untyped-def]
    return (lambda x: exp(x)) if isinstance(x, LanesType) else None


@overload(math.log)
def _log(x):  # type: ignore[no-untyped-def]
    return (lambda x: log(x)) if isinstance(x, LanesType) else None


@overload(math.log1p)
def _log1p(x):  # type: ignore[no-untyped-def]
    return (lambda x: log1p(x)) if isinstance(x, LanesType) else None


@inline
def normal_quantile(u):  # type: ignore[no-untyped-def]
    """The x with P(Z <= x) = u, relative error below 1e-14, for u inside (0, 1). Routine PPND16 of Wichura 1988,
    Algorithm AS 241, Applied Statistics 37(3), as in `sim.mechanisms.normal`."""
    q = u - 0.5
    r = 0.180625 - q * q
    top = 2.5090809287301226727e3 * r + 3.3430575583588128105e4
    top = top * r + 6.7265770927008700853e4
    top = top * r + 4.5921953931549871457e4
    top = top * r + 1.3731693765509461125e4
    top = top * r + 1.9715909503065514427e3
    top = top * r + 1.3314166789178437745e2
    top = top * r + 3.3871328727963666080e0
    below = 5.2264952788528545610e3 * r + 2.8729085735721942674e4
    below = below * r + 3.9307895800092710610e4
    below = below * r + 2.1213794301586595867e4
    below = below * r + 5.3941960214247511077e3
    below = below * r + 6.8718700749205790830e2
    below = below * r + 4.2313330701600911252e1
    below = below * r + 1.0
    middle = q * top / below
    outside = abs(q) > 0.425
    if not some(outside):
        return middle
    far = math.sqrt(-log(select(q < 0.0, u, 1.0 - u)))
    r = far - 1.6
    top = 7.74545014278341407640e-4 * r + 2.27238449892691845833e-2
    top = top * r + 2.41780725177450611770e-1
    top = top * r + 1.27045825245236838258e0
    top = top * r + 3.64784832476320460504e0
    top = top * r + 5.76949722146069140550e0
    top = top * r + 4.63033784615654529590e0
    top = top * r + 1.42343711074968357734e0
    below = 1.05075007164441684324e-9 * r + 5.47593808499534494600e-4
    below = below * r + 1.51986665636164571966e-2
    below = below * r + 1.48103976427480074590e-1
    below = below * r + 6.89767334985100004550e-1
    below = below * r + 1.67638483018380384940e0
    below = below * r + 2.05319162663775882187e0
    below = below * r + 1.0
    tail = top / below
    if some(outside & (far > 5.0)):
        r = far - 5.0
        top = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
        top = top * r + 1.24266094738807843860e-3
        top = top * r + 2.65321895265761230930e-2
        top = top * r + 2.96560571828504891230e-1
        top = top * r + 1.78482653991729133580e0
        top = top * r + 5.46378491116411436990e0
        top = top * r + 6.65790464350110377720e0
        below = 2.04426310338993978564e-15 * r + 1.42151175831644588870e-7
        below = below * r + 1.84631831751005468180e-5
        below = below * r + 7.86869131145613259100e-4
        below = below * r + 1.48753612908506148525e-2
        below = below * r + 1.36929880922735805310e-1
        below = below * r + 5.99832206555887937690e-1
        below = below * r + 1.0
        tail = select(far > 5.0, top / below, tail)
    return select(outside, select(q < 0.0, -tail, tail), middle)
