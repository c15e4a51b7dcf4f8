"""Which draws a figure is made from: pseudo-random ones, or points."""

from __future__ import annotations

from sim.errors import Problem, ProblemsFound, nearest
from sim.montecarlo.coordinates import points_for
from sim.montecarlo.sampling import PLAIN, Sampling
from sim.points import KINDS, RANDOM, RANDOMISATIONS, SOBOL
from sim.roadmap import Roadmap
from sim.world import Scenario

USUAL_POINTS = RANDOMISATIONS * 1024
POINTS_OF_CONTROLS = 4  # fewest points of a randomisation with which the slopes of controls are not mostly noise


def sampling_for(scenario: Scenario, roadmap: Roadmap, draws: int | None, kind: str | None) -> tuple[int, Sampling]:
    """How many draws, and how they are made. Without either: Sobol points with controls, which `benchmarks.points`
    found best for means; with a number of draws alone: pseudo-random ones, of which any number will do. Few points have
    no controls: their slopes would rest on too few draws.

    Raises ProblemsFound for a kind that does not exist, and for a number of draws that is no whole net.
    """
    kind = kind or (SOBOL if draws is None else RANDOM)
    if kind == RANDOM:
        return draws or USUAL_POINTS, PLAIN
    if kind not in KINDS:
        known = (RANDOM, *KINDS)
        close = nearest(kind, known)
        hint = f"did you mean {close}?" if close else f"known: {', '.join(known)}"
        raise ProblemsFound([Problem("--points", "there are no such points", kind, hint)])
    points = points_for(scenario, [roadmap], kind)
    draws = USUAL_POINTS if draws is None else draws
    if draws != points.whole(draws):
        problem = Problem(
            "--draws",
            f"points come in whole nets: {points.randomisations} randomisations of 1, 2, 4, 8, ... points",
            draws,
            f"{points.whole(draws)}",
        )
        raise ProblemsFound([problem])
    return draws, Sampling(points, controls=draws >= POINTS_OF_CONTROLS * points.randomisations)
