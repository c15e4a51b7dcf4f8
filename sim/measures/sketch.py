"""Quantiles of long streams in bounded memory, exact while the stream is short.

The first CAPACITY values of a stream are kept as they are. When that buffer is full it is collapsed: sorted, and of
every FAN_IN neighbours the middle one kept, with the weight of all. FAN_IN such extracts are collapsed in turn into one
of the next level. Nothing is random, so the result depends only on the values and their order.

Error. Let R(x) be the number of values up to x, and S(x) the weight of what is kept up to x. A collapse whose output
has weight W for each value changes S(x) by at most W / 2, because the kept value is the middle of its group. So
|S - R| <= E, the sum of W / 2 over all collapses, for any order of the values; and a value chosen by its weighted rank
has a true rank within E of it. A level adds 1 / (2 * KEPT) to E / n, and n values need log(n / KEPT) / log(FAN_IN) of
them at most.

Sources: Munro and Paterson (1980), Selection and sorting with limited storage, Theoretical Computer Science 12; Manku,
Rajagopalan and Lindsay (1998), Approximate medians and other quantiles in one pass and with limited memory, SIGMOD.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
KEPT = 4096  # values of an extract
FAN_IN = 8  # extracts that are collapsed into one
CAPACITY = FAN_IN * KEPT  # values up to which a quantile is exact


class QuantileSketch:
    """Quantiles of several streams that grow together: `add` values, then ask.

    >>> sketch = QuantileSketch(2)
    >>> sketch.add([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]])
    >>> sketch.quantiles([0.25, 0.5])
    array([[1.5, 5. ],
           [2. , 5. ]])
    >>> sketch.count, sketch.rank_error
    (3, 0.0)
    """

    def __init__(self, streams: int) -> None:
        self.streams = streams
        self.count = 0  # values of each stream so far
        self._raw = np.empty((streams, 0))
        self._filled = 0
        self._levels: list[list[Floats]] = []  # [j]: extracts of weight FAN_IN^(j + 1), (streams, KEPT), sorted
        self._error = 0  # E of the text above, in ranks

    def add(self, values: ArrayLike) -> None:
        """Append (streams, n) finite values, in their order along the second axis. ValueError for any other."""
        block = np.asarray(values, dtype=np.float64)
        if block.ndim != 2 or block.shape[0] != self.streams:
            raise ValueError(f"values must have shape ({self.streams}, n), got {block.shape}")
        if block.size and not (np.isfinite(np.min(block)) and np.isfinite(np.max(block))):
            raise ValueError("values must be finite")
        start = 0
        while start < block.shape[1]:
            if self._filled == CAPACITY:
                self._collapse_raw()
            taken = min(block.shape[1] - start, CAPACITY - self._filled)
            self._make_room(self._filled + taken)
            self._raw[:, self._filled : self._filled + taken] = block[:, start : start + taken]
            self._filled += taken
            self.count += taken
            start += taken

    @property
    def rank_error(self) -> float:
        """Most by which the rank of a quantile can be wrong, as a share of all values; 0: the quantiles are exact."""
        return self._error / self.count if self.count else 0.0

    def quantiles(self, p: ArrayLike) -> Floats:
        """(len(p), streams) quantiles at shares p in [0, 1]: type 7 while exact, else the kept value at that rank."""
        if not self.count:
            raise ValueError("no values were added")
        shares = np.atleast_1d(np.asarray(p, dtype=np.float64))
        if not ((shares >= 0.0) & (shares <= 1.0)).all():
            raise ValueError(f"p must lie in [0, 1], got {shares}")
        raw = self._raw[:, : self._filled]
        raw.sort(axis=1)  # the order inside the buffer means nothing
        if not self._levels:
            return _between(raw, shares)
        found = np.empty((len(shares), self.streams))
        for stream in range(self.streams):
            found[:, stream] = self._at(stream, shares)
        return found

    def _at(self, stream: int, shares: Floats) -> Floats:
        parts, weights = [self._raw[stream, : self._filled]], [np.ones(self._filled)]
        for level, extracts in enumerate(self._levels, start=1):
            for extract in extracts:
                parts.append(extract[stream])
                weights.append(np.full(KEPT, float(FAN_IN**level)))
        values, weight = np.concatenate(parts), np.concatenate(weights)
        order = np.argsort(values, kind="stable")
        up_to = np.cumsum(weight[order])
        at = np.searchsorted(up_to, shares * self.count, side="left")
        return np.asarray(values[order][np.minimum(at, len(values) - 1)])

    def _make_room(self, size: int) -> None:
        """Grow the raw buffer to a multiple of KEPT values, so that a short stream takes little memory."""
        if self._raw.shape[1] < size:
            grown = np.empty((self.streams, -(-size // KEPT) * KEPT))
            grown[:, : self._filled] = self._raw[:, : self._filled]
            self._raw = grown

    def _collapse_raw(self) -> None:
        self._raw.sort(axis=1)
        self._filled = 0
        self._keep(0, np.ascontiguousarray(_middle(self._raw)))

    def _keep(self, level: int, extract: Floats) -> None:
        """Put an extract on its level; FAN_IN of them become one of the next."""
        self._error += FAN_IN ** (level + 1) // 2
        if level == len(self._levels):
            self._levels.append([])
        extracts = self._levels[level]
        extracts.append(extract)
        if len(extracts) == FAN_IN:
            joined = np.empty((self.streams, KEPT))
            for stream in range(self.streams):
                whole = np.concatenate([one[stream] for one in extracts])
                whole.sort()
                joined[stream] = _middle(whole)
            extracts.clear()
            self._keep(level + 1, joined)


def _middle(ordered: Floats) -> Floats:
    """The FAN_IN / 2-th of every FAN_IN sorted values, along the last axis."""
    return np.asarray(ordered[..., FAN_IN // 2 - 1 :: FAN_IN])


def _between(ordered: Floats, shares: Floats) -> Floats:
    """(shares, streams) quantiles of sorted streams, type 7 of Hyndman and Fan, as `sim.measures.quantile` has them."""
    position = (ordered.shape[1] - 1) * shares
    floor = np.floor(position)
    below, above = ordered[:, floor.astype(np.intp)].T, ordered[:, np.ceil(position).astype(np.intp)].T
    return np.asarray(below + (position - floor)[:, np.newaxis] * (above - below))
