"""Mean and covariance of long streams, block by block, with the error of the mean."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SMALL = 64  # values of one matrix product


class Moments:
    """Mean and spread of several streams that grow together.

    Sums are taken of the distance from the first value of each stream, block by block in the order of the blocks: a
    stream of equal values has a spread of exactly 0, and a spread that is small beside the mean loses no digits.

    covariance: keep the whole matrix, not only its diagonal.

    >>> moments = Moments(1)
    >>> moments.add(np.array([[1.0, 2.0]]))
    >>> moments.add(np.array([[6.0]]))
    >>> moments.mean.tolist(), moments.variance.round(9).tolist()
    ([3.0], [7.0])
    """

    def __init__(self, streams: int, *, covariance: bool = False) -> None:
        self.count = 0
        self._origin = np.zeros(streams)
        self._sum = np.zeros(streams)
        self._squares = np.zeros((streams, streams) if covariance else streams)

    def add(self, values: Floats) -> None:
        """Append (streams, n) finite values."""
        if not values.shape[1]:
            return
        if self.count == 0:
            self._origin = values[:, 0].copy()
        apart = values - self._origin[:, np.newaxis]
        self.count += values.shape[1]
        self._sum += apart.sum(axis=1)
        if self._squares.ndim == 1:
            self._squares += np.einsum("ij,ij->i", apart, apart)
            return
        for start in range(0, apart.shape[1], SMALL):  # products too small for linear algebra to start threads
            piece = apart[:, start : start + SMALL]
            self._squares += piece @ piece.T

    @property
    def mean(self) -> Floats:
        """(streams,)"""
        return self._origin + self._sum / max(self.count, 1)

    @property
    def covariance(self) -> Floats:
        """(streams, streams) of one value of each stream, divisor n - 1. ValueError unless it was asked for."""
        if self._squares.ndim != 2:
            raise ValueError("only the variance was kept: ask for covariance=True")
        self._enough()
        return np.asarray((self._squares - np.outer(self._sum, self._sum) / self.count) / (self.count - 1))

    @property
    def variance(self) -> Floats:
        """(streams,) divisor n - 1; never below 0."""
        self._enough()
        squares = np.diagonal(self._squares) if self._squares.ndim == 2 else self._squares
        return np.asarray(np.maximum(squares - self._sum**2 / self.count, 0.0) / (self.count - 1))

    @property
    def error(self) -> Floats | None:
        """(streams,) standard error of the mean; None for fewer than two values."""
        return np.sqrt(self.variance) / math.sqrt(self.count) if self.count > 1 else None

    def _enough(self) -> None:
        if self.count < 2:
            raise ValueError(f"a spread needs at least 2 values, got {self.count}")
