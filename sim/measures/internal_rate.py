"""Internal rates of return: all of them, or the reason why there is none.

With v = 1 / (1 + i) a flow's value is the polynomial sum of c_k v^k, and rates above -1 are its roots v > 0. Long
flows with many sign changes defeat eigenvalues of a companion matrix and Newton's method alike; here the roots are
isolated first. On [0, 1] the polynomial is written in Bernstein form, whose coefficients' sign changes bound the number
of roots (Descartes' rule, by Vincent's theorem); intervals with more than one change are halved by de Casteljau's
algorithm, which only averages and hence loses no accuracy. An interval with one change holds one root, found by
bisection. Roots v > 1 are those of the reversed polynomial. A value counts as zero if it is below the rounding error of
its own evaluation: a flow that touches zero without crossing it, up to rounding, has a (double) root there, and roots
that cannot be told apart are one.

Sources: Lane and Riesenfeld (1981), Bounds on a polynomial, BIT 21; Eigenwillig (2008), Real root isolation for exact
and approximate polynomials using Descartes' rule of signs.
"""

import enum
import functools

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.measures.checks import finite_array

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

# An interval is halved at most this often; then its roots are closer than neighbouring floats near 1.
_DEEPEST = 52
_BISECTIONS = 64
_ROWS_AT_A_TIME = 2048
_CLEAR = 1000.0  # times the rounding error: a value that is larger separates the roots on both sides of its place
_SMALL = 64  # rows of one matrix product
_QUICK = 8  # halvings after which counting gives way to isolating


class NoRate(enum.Enum):
    """Why a flow has no internal rate of return. The value is the sentence to show."""

    ALL_ZERO = "every flow is zero, so every rate gives a net present value of zero"
    ONE_SIGN = "all flows have the same sign, so the net present value has it at every rate"
    NO_CROSSING = "the net present value is not zero at any rate above -100 %"


def irr(cashflows: ArrayLike) -> Floats:
    """All distinct internal rates of return above -1, per period, ascending; an empty array if there is none.

    A rate i solves sum of cashflows[k] / (1 + i)^k = 0. One flow of shape (n + 1,), the first value at time 0.
    ValueError for flows that are empty, not one-dimensional or not finite. The yearly rate of monthly flows is
    (1 + i)^12 - 1.

    >>> irr([-1600, 10000, -10000]).round(9)
    array([0.25, 4.  ])
    >>> irr([-100, 110]).round(9), irr([-1, -2, -3]), irr([-100, 220, -121]).round(9)
    (array([0.1]), array([], dtype=float64), array([0.1]))
    """
    flows = finite_array("cashflows", cashflows)
    if flows.ndim != 1:
        raise ValueError(f"cashflows must be one flow (one axis), got shape {flows.shape}; see irr_count for many")
    _, growth = _growth_roots(flows[np.newaxis, :])
    return np.asarray(growth - 1.0)


def irr_with_reason(cashflows: ArrayLike) -> tuple[Floats, NoRate | None]:
    """`irr`, and the reason if it is empty.

    >>> irr_with_reason([0.0, 0.0])[1].value
    'every flow is zero, so every rate gives a net present value of zero'
    >>> irr_with_reason([1, -1, 1])[1]
    <NoRate.NO_CROSSING: 'the net present value is not zero at any rate above -100 %'>
    """
    roots = irr(cashflows)
    flows = finite_array("cashflows", cashflows)
    if len(roots):
        return roots, None
    if not flows.any():
        return roots, NoRate.ALL_ZERO
    if (flows >= 0.0).all() or (flows <= 0.0).all():
        return roots, NoRate.ONE_SIGN
    return roots, NoRate.NO_CROSSING


def irr_count(cashflows: ArrayLike, above: float = -1.0) -> Integers:
    """How many distinct internal rates of return above `above` each flow has; 0 for flows that are all zero.

    cashflows: shape (m, n + 1), one flow a row. above: per period, from -1 on. Returns shape (m,). Much faster than m
    calls of `irr`: most rows are counted without finding a root.

    >>> irr_count([[-1600, 10000, -10000], [-100, 110, 0], [0, 0, 0]])
    array([2, 1, 0])
    >>> irr_count([[-1600, 10000, -10000]], above=1.0)
    array([1])
    """
    flows = finite_array("cashflows", cashflows)
    if flows.ndim != 2:
        raise ValueError(f"cashflows must have two axes (flow, time), got shape {flows.shape}")
    if not above >= -1.0:
        raise ValueError(f"above must be a rate from -1 on, got {above}")
    blocks = [flows[start : start + _ROWS_AT_A_TIME] for start in range(0, len(flows), _ROWS_AT_A_TIME)]
    return np.concatenate([_counts(block, 1.0 + above) for block in blocks])


def _counts(flows: Floats, lowest: float) -> Integers:
    """Number of roots of each row above a growth factor, without their places (Descartes); rows with roots that touch,
    or at the border of an interval, are isolated."""
    border = lowest or 1.0
    # Roots above the border are those in (0, 1) of the flows discounted by it.
    scaled = _scaled(flows * border ** -np.arange(float(flows.shape[1])))
    doubtful = np.abs(scaled.sum(axis=1)) <= _CLEAR * _tolerance(flows.shape[1]) * np.abs(scaled).sum(axis=1)
    counts = np.zeros(len(flows), dtype=np.intp)
    for side in (scaled,) if lowest else (scaled, scaled[:, ::-1]):
        found, doubt = _unit_counts(side)
        counts += found
        doubtful |= doubt
    owners, growth = _growth_roots(flows[doubtful])
    counts[doubtful] = np.bincount(owners[growth > lowest], minlength=int(doubtful.sum()))
    return counts


def _unit_counts(coefficients: Floats) -> tuple[Integers, NDArray[np.bool_]]:
    """Number of roots in (0, 1) of each row's polynomial, and whether it is in doubt after a few halvings."""
    counts = np.zeros(len(coefficients), dtype=np.intp)
    doubtful = np.zeros(len(coefficients), dtype=np.bool_)
    owner = np.arange(len(coefficients))
    bernstein = _bernstein(coefficients)
    for depth in range(_QUICK + 1):
        changes = _sign_changes(bernstein)
        np.add.at(counts, owner[changes == 1], 1)
        several = changes > 1
        if not several.any() or depth == _QUICK:
            doubtful[owner[several]] = True
            break
        owner = owner[several]
        lower, upper = _halve(bernstein[:, several])
        size = np.abs(bernstein[:, several]).max(axis=0)
        doubtful[owner[np.abs(lower[-1]) <= _CLEAR * _tolerance(coefficients.shape[1]) * size]] = True
        bernstein = np.concatenate([lower, upper], axis=1)
        owner = np.concatenate([owner, owner])
    return counts, doubtful


def _scaled(flows: Floats) -> Floats:
    """Rows with entries up to 1. A power of two scales without rounding; it keeps sums of extreme flows finite."""
    _, exponent = np.frexp(np.abs(flows).max(axis=1, keepdims=True))
    return np.asarray(np.ldexp(flows, -exponent))


def _tolerance(length: int) -> float:
    """Rounding error of a value of a polynomial of this many terms, as a share of the sum of its terms' sizes."""
    return float(8.0 * length * np.finfo(np.float64).eps)


def _growth_roots(flows: Floats) -> tuple[Integers, Floats]:
    """Owner (row) and growth factor 1 + i of every distinct root, sorted by owner, then by factor."""
    scaled, tolerance = _scaled(flows), _tolerance(flows.shape[1])
    owner_above, discount = _unit_roots(scaled, tolerance)
    owner_below, growth = _unit_roots(scaled[:, ::-1], tolerance)
    total = np.abs(scaled.sum(axis=1))
    owner_one = np.flatnonzero((total <= tolerance * np.abs(scaled).sum(axis=1)) & scaled.any(axis=1))
    owners = np.concatenate([owner_above, owner_below, owner_one])
    factors = np.concatenate([1.0 / discount, growth, np.ones(len(owner_one))])
    return _distinct(scaled, owners, factors, tolerance)


def _unit_roots(coefficients: Floats, tolerance: float) -> tuple[Integers, Floats]:
    """Owner and place of candidates for roots in (0, 1) of the rows' polynomials sum of c_k x^k."""
    owner = np.flatnonzero(coefficients.any(axis=1))
    bernstein = _bernstein(coefficients[owner])
    left = np.zeros(len(owner))
    found_owner: list[Integers] = []
    found_place: list[Floats] = []
    for depth in range(_DEEPEST + 1):
        width = 0.5**depth
        changes = _sign_changes(bernstein)
        noise = tolerance * _value(np.abs(coefficients), owner, left)
        vanishes = np.abs(bernstein).max(axis=0, initial=0.0) <= noise
        if depth == _DEEPEST:
            vanishes |= changes > 1
        found_owner.append(owner[vanishes])
        found_place.append(left[vanishes] + 0.5 * width)
        single = (changes == 1) & ~vanishes
        found_owner.append(owner[single])
        found_place.append(_bisect(coefficients, owner[single], left[single], width, _first_sign(bernstein[:, single])))
        several = (changes > 1) & ~vanishes
        if not several.any():
            break
        owner, left = owner[several], left[several]
        lower, upper = _halve(bernstein[:, several])
        middle = left + 0.5 * width
        zero = np.abs(lower[-1]) <= tolerance * _value(np.abs(coefficients), owner, middle)
        found_owner.append(owner[zero])
        found_place.append(middle[zero])
        bernstein = np.concatenate([lower, upper], axis=1)
        left = np.concatenate([left, middle])
        owner = np.concatenate([owner, owner])
    places = np.concatenate(found_place)
    inside = places > 0.0
    return np.concatenate(found_owner)[inside], places[inside]


def _bernstein(coefficients: Floats) -> Floats:
    """Bernstein coefficients on [0, 1], a column for each row's polynomial. A few rows at a time: linear algebra then
    starts no threads of its own, which on a busy machine cost more than the product."""
    matrix = _bernstein_matrix(coefficients.shape[1] - 1)
    starts = range(0, max(1, len(coefficients)), _SMALL)
    return np.concatenate([matrix @ coefficients[start : start + _SMALL].T for start in starts], axis=1)


@functools.lru_cache(maxsize=16)
def _bernstein_matrix(degree: int) -> Floats:
    """W with b = W c: W[j, k] = binom(j, k) / binom(degree, k), between 0 and 1."""
    j = np.arange(degree + 1.0)[:, np.newaxis]
    i = np.arange(float(degree))
    factors = np.maximum(j - i, 0.0) / (degree - i)
    return np.concatenate([np.ones((degree + 1, 1)), np.cumprod(factors, axis=1)], axis=1)


def _sign_changes(bernstein: Floats) -> Integers:
    """Sign changes down each column, zeros skipped."""
    changes = np.zeros(bernstein.shape[1], dtype=np.intp)
    last = np.zeros(bernstein.shape[1])
    for row in np.sign(bernstein):
        changes += row * last < 0.0
        last = np.where(row == 0.0, last, row)
    return changes


def _first_sign(bernstein: Floats) -> Floats:
    """Sign of the first entry of each column that is not zero."""
    first = np.argmax(bernstein != 0.0, axis=0)
    return np.asarray(np.sign(np.take_along_axis(bernstein, first[np.newaxis, :], axis=0)[0]))


def _halve(bernstein: Floats) -> tuple[Floats, Floats]:
    """Coefficients on the lower and on the upper half of the interval (de Casteljau)."""
    lower = np.empty_like(bernstein)
    upper = np.empty_like(bernstein)
    last = len(bernstein) - 1
    lower[0], upper[last] = bernstein[0], bernstein[last]
    for step in range(1, last + 1):
        bernstein = 0.5 * (bernstein[:-1] + bernstein[1:])
        lower[step], upper[last - step] = bernstein[0], bernstein[-1]
    return lower, upper


def _value(coefficients: Floats, owner: Integers, place: Floats) -> Floats:
    """Value of the polynomial of row owner[m] at place[m] (Horner)."""
    result = np.zeros(len(place))
    for column in coefficients.T[::-1]:
        result = result * place + column[owner]
    return result


def _bisect(coefficients: Floats, owner: Integers, left: Floats, width: float, sign: Floats) -> Floats:
    """The root in (left, left + width) of polynomials that have `sign` at its beginning and the other at its end."""
    low, high = left, left + width
    if not len(owner):
        return low
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        before = np.sign(_value(coefficients, owner, middle)) == sign
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return 0.5 * (low + high)


def _distinct(scaled: Floats, owners: Integers, factors: Floats, tolerance: float) -> tuple[Integers, Floats]:
    """Merge candidates between which the polynomial does not leave its rounding error."""
    order = np.lexsort((factors, owners))
    owners, factors = owners[order], factors[order]
    if not len(owners):
        return owners, factors
    left, right = factors[:-1], factors[1:]
    same = owners[:-1] == owners[1:]
    for share in (0.25, 0.5, 0.75):
        same &= _relative_size(scaled, owners[:-1], left + share * (right - left)) <= tolerance
    cluster = np.concatenate([[0], np.cumsum(~same)])
    size = _relative_size(scaled, owners, factors)
    best = np.lexsort((size, cluster))
    firsts = best[np.concatenate([[True], np.diff(cluster[best]) > 0])]
    owners, factors = owners[firsts], factors[firsts]
    return owners, _polish(scaled, owners, factors, tolerance)


def _relative_size(scaled: Floats, owners: Integers, factors: Floats) -> Floats:
    """|value| / sum of |terms| at growth factors: below the tolerance a value is only rounding error."""
    size = np.empty(len(owners))
    for chosen, coefficients, place in _by_side(scaled, factors):
        value = np.abs(_value(coefficients, owners[chosen], place))
        size[chosen] = value / _value(np.abs(coefficients), owners[chosen], place)
    return size


def _by_side(scaled: Floats, factors: Floats) -> list[tuple[NDArray[np.bool_], Floats, Floats]]:
    """Growth factors above 1 as places 1 / factor of the polynomial, the others as places of the reversed one."""
    above = factors > 1.0
    return [(above, scaled, 1.0 / factors[above]), (~above, scaled[:, ::-1], factors[~above])]


def _polish(scaled: Floats, owners: Integers, factors: Floats, tolerance: float) -> Floats:
    """Move double roots, which the value alone fixes to half the digits, to the zero of the derivative (Newton).

    Simple roots stay: the derivative has no zero there at which the value vanishes too.
    """
    moved = factors.copy()
    for chosen, coefficients, place in _by_side(scaled, factors):
        slope = coefficients[:, 1:] * np.arange(1.0, coefficients.shape[1])
        curvature = slope[:, 1:] * np.arange(1.0, slope.shape[1])
        near = place
        for _ in range(4):
            bend = _value(curvature, owners[chosen], near)
            step = np.divide(_value(slope, owners[chosen], near), bend, out=np.zeros_like(bend), where=bend != 0.0)
            near = np.clip(near - step, 0.999 * place, np.minimum(1.001 * place, 1.0))
        moved[chosen] = np.where(factors[chosen] > 1.0, 1.0 / near, near)
    return np.where(_relative_size(scaled, owners, moved) <= tolerance, moved, factors)
