"""One simple model in plain Python, in NumPy, and in lanes: an investment with an overrun, a benefit that spreads after
Bass, and cyber losses that are compound Poisson.

    NPV = - CAPITAL e^(OVERRUN z)                                                          z, x, y, s standard normal
          + sum over months m from GO_LIVE on of BENEFIT F((m + 1/2 - GO_LIVE) / 12) v^m   v = (1 + RATE)^(-1/12)
          - sum over attacks of SEVERITY e^(SPREAD s) v^t                t in months, Poisson, ATTACKS a year
    F(t) = (1 - e^(-(p + q) t)) / (1 + q / p e^(-(p + q) t)),  p = P e^(P_SPREAD x),  q = Q e^(Q_SPREAD y)

Each is written as one would write it for speed in its means. The exponential of F is carried on from month to month in
NumPy and in lanes, where that is cheaper. Lanes: everything drawn in the kernel from Philox streams as in the product.
"""

from __future__ import annotations

import math
import random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled, inline
from sim.lanes import WIDTH, mathematics  # noqa: F401  gives math.exp and its like to lanes
from sim.lanes.random import uniform_of_lanes
from sim.lanes.records import Keys1, Lanes1, pack, record_at
from sim.lanes.values import lanes, select, some
from sim.streams import stream_key

Floats = NDArray[np.float64]
MONTHS, GO_LIVE = 60, 6
CAPITAL, OVERRUN = 120_000.0, 0.35
BENEFIT, P, P_SPREAD, Q, Q_SPREAD = 6_000.0, 0.3, 0.3, 1.5, 0.3
ATTACKS, SEVERITY, SPREAD = 0.4, 20_000.0, 1.2
RATE = 0.08
FADE = math.log(1.0 + RATE) / 12.0  # a month


def bass_benefit(p: float, q: float) -> float:
    """Present value of the benefit, one path."""
    value = 0.0
    for month in range(GO_LIVE, MONTHS):
        left = math.exp(-(p + q) * (month + 0.5 - GO_LIVE) / 12.0)
        value += math.exp(-FADE * month) * (1.0 - left) / (1.0 + q / p * left)
    return BENEFIT * value


def losses(generator: random.Random) -> float:
    """Present value of the losses of one path."""
    loss, t = 0.0, generator.expovariate(ATTACKS / 12.0)
    while t < MONTHS:
        loss += SEVERITY * math.exp(SPREAD * generator.gauss(0.0, 1.0) - FADE * t)
        t += generator.expovariate(ATTACKS / 12.0)
    return loss


def path(generator: random.Random) -> float:
    """NPV of one path in plain Python."""
    gauss = generator.gauss
    benefit = bass_benefit(P * math.exp(P_SPREAD * gauss(0.0, 1.0)), Q * math.exp(Q_SPREAD * gauss(0.0, 1.0)))
    return benefit - CAPITAL * math.exp(OVERRUN * gauss(0.0, 1.0)) - losses(generator)


def in_python(paths: int, seed: int) -> Floats:
    generator = random.Random(seed)
    return np.array([path(generator) for _ in range(paths)])


def in_numpy(paths: int, seed: int, chunk: int) -> Floats:
    """Vectorised over `chunk` paths at a time, in arrays that stay in the cache."""
    generator = np.random.Generator(np.random.SFC64(seed))
    return np.concatenate([_numpy_chunk(min(chunk, paths - first), generator) for first in range(0, paths, chunk)])


def _numpy_chunk(n: int, generator: np.random.Generator) -> Floats:
    z, x, y = generator.standard_normal((3, n))
    p, q = P * np.exp(P_SPREAD * x), Q * np.exp(Q_SPREAD * y)
    odds, step = q / p, np.exp(-(p + q) / 12.0)
    left, value = np.sqrt(step), np.zeros(n)
    top, below = np.empty(n), np.empty(n)
    for month in range(GO_LIVE, MONTHS):
        np.subtract(1.0, left, out=top)
        np.multiply(odds, left, out=below)
        below += 1.0
        top /= below
        top *= BENEFIT * math.exp(-FADE * month)
        value += top
        left *= step
    counts = generator.poisson(ATTACKS * MONTHS / 12.0, n)
    total = int(counts.sum())
    loss = np.exp(SPREAD * generator.standard_normal(total) - FADE * MONTHS * generator.random(total))
    value -= SEVERITY * np.bincount(np.repeat(np.arange(n), counts), loss, minlength=n)
    return value - CAPITAL * np.exp(OVERRUN * z)


class Bare(NamedTuple):
    """What the kernel in lanes gets: keys of its streams; results, a row of lanes a block; the lanes of now; and the
    attacks of a group of blocks in a list without gaps: loss, path and number."""

    keys: Keys1
    npv: Lanes1
    now: Lanes1
    loss: Lanes1
    place: Lanes1
    number: Lanes1


SHIFT, LAST = WIDTH.bit_length() - 1, WIDTH - 1  # of a power of two: faster than a floor division
MEAN, FEW = ATTACKS * MONTHS / 12.0, 40  # attacks; more than FEW have a probability below 1e-30
GROUP = 16  # blocks whose attacks stand in one list
ROOM = 16 * GROUP  # rows of the list, eight times what is to be expected
MOST = WIDTH * (ROOM - WIDTH * 2)


bare_at = record_at(Bare)


@inline
def normal_score(u):  # type: ignore[no-untyped-def]
    """Normal quantile, relative error 1.2e-9: the rational approximations of Acklam (2003), in lanes."""
    q = u - 0.5
    r = q * q
    top = -3.969683028665376e01 * r + 2.209460984245205e02
    top = (top * r - 2.759285104469687e02) * r + 1.383577518672690e02
    top = (top * r - 3.066479806614716e01) * r + 2.506628277459239
    below = -5.447609879822406e01 * r + 1.615858368580409e02
    below = ((below * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r - 1.328068155288572e01
    middle = top * q / (below * r + 1.0)
    far = abs(q) > 0.47575
    if some(far):
        s = math.sqrt(-2.0 * math.log(min(u, 1.0 - u)))
        top = -7.784894002430293e-03 * s - 3.223964580411365e-01
        top = ((top * s - 2.400758277161838) * s - 2.549732539343734) * s + 4.374664141464968
        top = top * s + 2.938163982698783
        below = 7.784695709041462e-03 * s + 3.224671290700398e-01
        below = (below * s + 2.445134137142996) * s + 3.754408661907416
        tail = top / (below * s + 1.0)
        middle = select(far, select(q < 0.0, tail, -tail), middle)
    return middle


@inline
def _before_attacks(keys, draw):  # type: ignore[no-untyped-def]
    """NPV without losses."""
    fade = math.exp(-FADE)
    p = P * math.exp(P_SPREAD * normal_score(uniform_of_lanes(keys[0], draw, 0)))
    q = Q * math.exp(Q_SPREAD * normal_score(uniform_of_lanes(keys[0], draw, 1)))
    odds, step = q / p, math.exp((p + q) * (-1.0 / 12.0))
    left, value, discount = math.sqrt(step), lanes(0.0), math.exp(-FADE * GO_LIVE)
    for _ in range(GO_LIVE, MONTHS, 2):  # two fractions on one denominator: division is what costs
        after = left * step
        a, c = 1.0 + odds * left, 1.0 + odds * after
        value += discount * ((1.0 - left) * c + fade * (1.0 - after) * a) / (a * c)
        left = after * step
        discount *= fade * fade
    return BENEFIT * value - CAPITAL * math.exp(OVERRUN * normal_score(uniform_of_lanes(keys[1], draw, 0)))


@inline
def _attacks(b, block, draw, written):  # type: ignore[no-untyped-def]
    """Append the attacks of a block to the list; returns its new length. Their number by inversion: one uniform."""
    u, count = uniform_of_lanes(b.keys[1], draw, 1), lanes(0.0)
    term = math.exp(-MEAN)
    below, number = term, 0
    while some(u > below) and number < FEW:
        count += select(u > below, 1.0, 0.0)
        number += 1
        term *= MEAN / number
        below += term
    b.now[0] = count
    for k in range(WIDTH):
        for which in range(int(b.now[0, k])):
            row, lane = written >> SHIFT, written & LAST
            b.place[row, lane] = float(block * WIDTH + k)
            b.number[row, lane] = float(which)
            written += 1
    return written


@compiled
def _bare(record, first_draw):  # type: ignore[no-untyped-def]
    b = bare_at(record)
    keys = b.keys
    blocks = b.npv.shape[0]
    for first in range(0, blocks, GROUP):
        written = 0
        for block in range(first, min(blocks, first + GROUP)):
            for k in range(WIDTH):
                b.now[0, k] = float(first_draw + block * WIDTH + k)
            draw = b.now[0]
            b.npv[block] = _before_attacks(keys, draw)
            written = _attacks(b, block, draw, written)
            if written > MOST:
                b.npv[0] = lanes(math.nan)
                return
        for row in range((written + WIDTH - 1) // WIDTH):
            draw = b.place[row] + float(first_draw)
            score = normal_score(uniform_of_lanes(keys[3], draw, b.number[row]))
            fade = (FADE * MONTHS) * uniform_of_lanes(keys[2], draw, b.number[row])
            b.loss[row] = SEVERITY * math.exp(SPREAD * score - fade)
        for event in range(written):
            path = int(b.place[event >> SHIFT, event & LAST])
            b.npv[path >> SHIFT, path & LAST] -= b.loss[event >> SHIFT, event & LAST]


def in_lanes(paths: int, seed: int, first_draw: int = 0) -> Floats:
    """paths: whole blocks."""
    if paths % WIDTH:
        raise ValueError(f"the kernel in lanes takes whole blocks of {WIDTH} paths, not {paths}")
    npv, room = np.empty((paths // WIDTH, WIDTH)), [np.zeros((rows, WIDTH)) for rows in (1, ROOM, ROOM, ROOM)]
    keys = np.array([stream_key(seed, name) for name in ("spread", "overrun", "times", "sizes")])
    packed = pack(Bare(keys, npv, *room))
    _bare(packed.address, first_draw)
    if math.isnan(npv[0, 0]):
        raise OverflowError("more attacks than the list of the kernel in lanes holds")
    return npv.ravel()
