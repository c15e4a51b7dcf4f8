"""How the draws of a run are made: points in place of pseudo-random draws, controls, a tilt towards large losses."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.errors import Problem, ProblemsFound
from sim.montecarlo.structures import NO_TILT, Tilt
from sim.parameters import Parameters
from sim.points import Points
from sim.streams import stream_key

MIXTURE = "cyber_tail/mixture"  # the stream of the marks that choose the part of the mixture


@dataclass(frozen=True)
class TailTilt:
    """Importance sampling of the cyber tail, see `sim.montecarlo.tilt`.

    nominal: share of the draws that stay as they are; no weight exceeds 1 / nominal. shares: (threat, share of the
    draws in which it is raised), together 1 - nominal. factor: on the incidents of the raised threat. power: of the
    distance from 1 of the severity number of one of them, 1: as it is.
    """

    nominal: float
    shares: tuple[tuple[str, float], ...]
    factor: float = 2.0
    power: float = 4.0

    def __post_init__(self) -> None:
        for name, good in (
            ("nominal", 0.0 < self.nominal <= 1.0),
            ("factor", 0.0 < self.factor < math.inf),
            ("power", 1.0 <= self.power < math.inf),
        ):
            if not good:
                hint = "nominal in (0, 1], factor above 0, power of at least 1"
                raise ProblemsFound([Problem(f"tilt.{name}", "outside its range", getattr(self, name), hint)])
        assert abs(self.nominal + sum(share for _, share in self.shares) - 1.0) < 1e-9


@dataclass(frozen=True)
class Sampling:
    """points: None for pseudo-random draws. controls: write what the expectation of every path is known of. tilt: the
    weights of the draws then go with every figure; it serves the cyber tail alone."""

    points: Points | None = None
    controls: bool = False
    tilt: TailTilt | None = None


PLAIN = Sampling()


def tilt_of(table: Parameters, seed: int, sampling: Sampling) -> Tilt:
    """The arrays that the kernel reads."""
    if sampling.tilt is None:
        return NO_TILT._replace(controls=int(sampling.controls))
    shares = dict(sampling.tilt.shares)
    threats = list(table.scenario.threats)
    each = np.array([sampling.tilt.nominal, *(shares.get(name, 0.0) for name in threats)])
    return Tilt(
        controls=1,
        key=np.array([stream_key(seed, MIXTURE)], dtype=np.uint64),
        edge=np.cumsum(each),
        factor=np.full(len(threats), sampling.tilt.factor),
        power=sampling.tilt.power,
    )
