"""Sets of points that take the place of pseudo-random draws in the kernel, and which number is which coordinate.

A set holds several independent randomisations of the same points. Draw i is point i // R of randomisation i mod R, so
the first draws of a longer run are those of a shorter one, and R * 2^k of them are R complete nets. Every number that
has no coordinate is pseudo-random, a function of seed, stream, draw and index as always.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound
from sim.sobol import COUNT_BITS, COUNTED, EACH_BITS, FIRST_BITS, LATIN, MIRRORED, OWN_BITS, PAIRED, PLACED, POINT
from sim.streams import stream_key

RANDOM, SOBOL, LATIN_CUBE, ANTITHETIC = "random", "sobol", "latin", "antithetic"
KINDS = (SOBOL, LATIN_CUBE, ANTITHETIC)
RANDOMISATIONS = 16
MOST_RANDOMISATIONS = 256
MOST_COORDINATES = 1 << FIRST_BITS
MOST_OF_STREAM = (1 << COUNT_BITS) - 1
MOST_EACH = 1 << EACH_BITS
FLAGS = {SOBOL: 0, LATIN_CUBE: int(LATIN), ANTITHETIC: int(MIRRORED)}


@dataclass(frozen=True)
class Coordinates:
    """Numbers of one stream that are coordinates: those with index 0 .. count - 1. each: 0, or of identities of two
    parts how many of the second part count for each first one: (0, 0), (0, 1), (1, 0), ... for 2. events: the stream
    has the gaps between events, of which the first number becomes the count."""

    stream: str
    count: int = 1
    each: int = 0
    events: bool = False

    @property
    def indices(self) -> NDArray[np.int64]:
        """(count,) identities of the numbers inside the stream."""
        numbers = np.arange(self.count, dtype=np.int64)
        return numbers if self.each == 0 else (numbers // self.each) << 32 | numbers % self.each


@dataclass(frozen=True)
class Points:
    """kind: sobol, latin (a Latin hypercube of every 2^k points) or antithetic. streams: in the order of their
    coordinates, the most important ones first.

    >>> points = Points("sobol", (Coordinates("drivers/x"), Coordinates("drivers/y")), randomisations=4)
    >>> points.numbers(7, np.arange(8)).shape, points.coordinates
    ((8,), 2)
    """

    kind: str
    streams: tuple[Coordinates, ...]
    randomisations: int = RANDOMISATIONS

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ProblemsFound(
                [Problem("points", "there are no such points", self.kind, f"one of {', '.join(KINDS)}")]
            )
        if not 2 <= self.randomisations <= MOST_RANDOMISATIONS:
            problem = Problem(
                "randomisations",
                "an error needs several of them",
                self.randomisations,
                f"2 to {MOST_RANDOMISATIONS}, 16 or 32 serve well",
            )
            raise ProblemsFound([problem])
        assert len({one.stream for one in self.streams}) == len(self.streams), "a stream has coordinates once"
        assert self.coordinates <= MOST_COORDINATES, "a key has no room for more"
        assert all(1 <= one.count <= MOST_OF_STREAM and 0 <= one.each <= MOST_EACH for one in self.streams)

    @property
    def coordinates(self) -> int:
        return sum(one.count for one in self.streams)

    @cached_property
    def _first(self) -> dict[str, tuple[int, Coordinates]]:
        ends = np.cumsum([0, *(one.count for one in self.streams)])
        return {one.stream: (int(ends[k]), one) for k, one in enumerate(self.streams)}

    def key(self, seed: int, name: str) -> np.uint64:
        """Key of the stream `name` in draws that are points."""
        plain = int(stream_key(seed, name))
        if name not in self._first:
            return np.uint64(plain & ~int(PLACED))
        first, one = self._first[name]
        flags = int(PLACED) | FLAGS[self.kind] | int(PAIRED) * (one.each > 0) | int(COUNTED) * one.events
        fields = first << 48 | one.count << OWN_BITS + EACH_BITS | max(one.each - 1, 0) << OWN_BITS
        return np.uint64(flags | fields | plain & (1 << OWN_BITS) - 1)

    def keys(self, seed: int) -> dict[int, np.uint64]:
        """Plain key -> key, of the streams with coordinates."""
        return {int(stream_key(seed, one.stream)): self.key(seed, one.stream) for one in self.streams}

    def numbers(self, seed: int, draws: NDArray[np.int64]) -> NDArray[np.int64]:
        """(draws,) what the draws of a run, counted from 0, are called in the streams."""
        run, number = draws % self.randomisations, draws // self.randomisations
        word = int(stream_key(seed, "points")) & (1 << 22) - 1
        return int(POINT) | run << 54 | word << 32 | number

    def whole(self, draws: int) -> int:
        """Draws of complete nets, the nearest number by its ratio, at least one point a randomisation.

        >>> Points("sobol", (), randomisations=16).whole(20_000)
        16384
        """
        power = max(0, round(float(np.log2(max(draws, 1) / self.randomisations))))
        return int(self.randomisations << power)


def rekeyed(record: Any, keys: dict[int, np.uint64]) -> Any:
    """A record of arrays whose stream keys are those of points. keys: as `Points.keys` gives them."""
    changed: dict[str, Any] = {}
    for name, field in zip(record._fields, record, strict=True):
        if isinstance(field, tuple):
            changed[name] = rekeyed(field, keys)
        elif isinstance(field, np.ndarray) and field.dtype == np.uint64:
            new = [keys.get(int(key), np.uint64(int(key) & ~int(PLACED))) for key in field.ravel()]
            changed[name] = np.array(new, dtype=np.uint64).reshape(field.shape)
    return record._replace(**changed)
