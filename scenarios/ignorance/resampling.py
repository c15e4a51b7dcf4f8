"""Rows drawn with replacement, from a stream of their own, for errors of what has no simple formula."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.streams import stream_key, uniforms

RESAMPLES = 200
STREAM = "uncertainty/resampling"


def resamples(rows: int, seed: int, count: int = RESAMPLES) -> NDArray[np.int64]:
    """(count, rows) numbers of rows, each line a sample with replacement (Efron 1979, Bootstrap methods, Annals of
    Statistics 7). The same seed gives the same samples.

    >>> resamples(3, seed=1, count=2).shape, bool((resamples(3, 1) < 3).all())
    ((2, 3), True)
    """
    key = stream_key(seed, STREAM)
    marks = uniforms(key, np.arange(count, dtype=np.int64), np.arange(rows, dtype=np.int64))
    return np.minimum((marks * rows).astype(np.int64), rows - 1)
