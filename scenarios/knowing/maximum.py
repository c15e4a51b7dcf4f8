"""The mean of the best of several noisy means, with the bias of the noise taken out.

A row is a state of knowledge (a point of the drivers, or of those that would be known); its values are averages of
draws of all that stays unknown there. The largest of such averages is too large in the mean, because it also chooses
luck. With K draws the excess is a/K + b/K^2 + ... once it is averaged over rows, so the same maximum from halves of the
draws tells it (Richardson; a jackknife over the inner draws):

    m = 2 M(K) - M(K/2)        and with quarters        m = (8 M(K) - 6 M(K/2) + M(K/4)) / 3

Choosing by one half and valuing by the other has no luck in its value and gives a lower limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RESAMPLES = 400
CLEAR = 2.0
"""Standard errors from which on two figures differ."""


@dataclass(frozen=True)
class Gain:
    """What knowing the row before choosing is worth over choosing one decision for all, with its standard error.

    raw: with the luck of the draws left in, an upper limit in the mean. least: chosen by one half of the draws, valued
    by the other, a lower limit in the mean. further: with the next term of the bias. settled: value and `further` do
    not differ beyond the error; otherwise more draws are needed.
    """

    value: float
    se: float
    raw: float
    least: float
    further: float
    settled: bool


def splits(draws: int) -> list[NDArray[np.bool_]]:
    """Ways to halve so many draws, an even number: by the bits of their positions, as far as these halve.

    >>> [one.astype(int).tolist() for one in splits(4)]
    [[0, 1, 0, 1], [0, 0, 1, 1]]
    """
    position = np.arange(draws)
    found = [(position >> bit & 1).astype(bool) for bit in range(max(1, (draws - 1).bit_length()))]
    return [one for one in found if 2 * int(one.sum()) == draws]


def gain(repeats: Floats, seed: int, resamples: int = RESAMPLES) -> Gain:
    """E(max_d E(v_d | row)) - max_d E(v_d) from (rows, draws, decisions) values, an even number of draws.

    The error is that of a bootstrap of rows. A table without luck has every draw alike:

    >>> table = np.array([[200.0, 100.0, 0.0], [-180.0, -20.0, 0.0]])
    >>> found = gain(np.repeat(table[:, None, :], 2, axis=1), seed=1)
    >>> found.value, found.raw, found.least, found.settled
    (60.0, 60.0, 60.0, True)
    """
    rows, draws, _ = repeats.shape
    mean = repeats.mean(axis=1)
    whole = mean.max(axis=1)
    half, held = np.zeros(rows), np.zeros(rows)
    quarter, quarters = np.zeros(rows), 0
    halves = splits(draws)
    for split in halves:
        for mask in (split, ~split):
            part, rest = repeats[:, mask].mean(axis=1), repeats[:, ~mask].mean(axis=1)
            half += part.max(axis=1) / (2 * len(halves))
            held += np.take_along_axis(rest, part.argmax(axis=1)[:, None], axis=1)[:, 0] / (2 * len(halves))
            if draws % 4 == 0:
                inner = repeats[:, mask]
                for again in splits(draws // 2)[:1]:
                    for piece in (again, ~again):
                        quarter += inner[:, piece].mean(axis=1).max(axis=1)
                        quarters += 1
    better = 2.0 * whole - half
    further = (8.0 * whole - 6.0 * half + quarter / quarters) / 3.0 if quarters else better
    base = float(mean.mean(axis=0).max())
    value = float(better.mean()) - base
    se = bootstrap_error(better, mean, seed, resamples)
    more = float(further.mean()) - base
    # The two share all draws: their difference has an error of its own.
    apart = float(np.std(further - better, ddof=1)) / np.sqrt(rows) if rows > 1 else 0.0
    settled = abs(more - value) <= CLEAR * max(se, float(apart)) + 1e-9 * abs(base)
    return Gain(value, se, float(whole.mean()) - base, float(held.mean()) - base, more, settled)


def bootstrap_error(chosen: Floats, values: Floats, seed: int, resamples: int = RESAMPLES) -> float:
    """Standard error of mean(chosen) - max_d mean(values[:, d]) by a bootstrap of rows.

    chosen: (rows,) what is had with knowledge; values: (rows, decisions) of each decision.
    """
    rows = len(chosen)
    counts = resampled(rows, resamples, seed)
    figures = counts @ chosen - (counts @ values).max(axis=1)
    return float(np.std(figures, ddof=1))


def resampled(rows: int, resamples: int, seed: int) -> Floats:
    """(resamples, rows) shares of each row in samples with replacement; the same for the same seed."""
    rng = np.random.default_rng([seed, rows, 71])
    picked = rng.integers(rows, size=(resamples, rows))
    counts = np.zeros((resamples, rows))
    np.add.at(counts, (np.repeat(np.arange(resamples), rows), picked.ravel()), 1.0)
    return counts / rows


def agree(one: float, one_se: float, other: float, other_se: float) -> bool:
    """Whether two estimates of the same figure differ by no more than their errors allow.

    >>> agree(10.0, 1.0, 12.0, 1.0), agree(10.0, 1.0, 14.0, 1.0)
    (True, False)
    """
    return abs(one - other) <= CLEAR * float(np.hypot(one_se, other_se))
