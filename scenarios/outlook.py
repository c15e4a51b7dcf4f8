"""A roadmap in every future of its scenario, on the same draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.futures import BASE, in_future
from sim.measures import ChanceBelow
from sim.montecarlo import evaluate
from sim.outcomes import Outcomes
from sim.roadmap import Roadmap
from sim.statistic import described
from sim.world import Scenario


@dataclass(frozen=True)
class Prospect:
    """One roadmap when every draw lives in one future. probability: None where the file states none."""

    future: str
    title: str
    probability: float | None
    outcomes: Outcomes

    def as_dict(self) -> dict[str, Any]:
        """One entry of `futures` in a JSON document; money in the scenario's currency."""
        one = self.outcomes[0]
        return {
            "future": self.future,
            "title": self.title,
            "probability": self.probability,
            "npv": described(one.npv),
            "prob_npv_negative": one.prob_npv_negative,
            "prob_npv_negative_error": ChanceBelow(0.0).interval(one.npv).ends(),
            "cash_trough": described(one.trough),
        }


def outlook(
    scenario: Scenario, roadmap: Roadmap, draws: int, seed: int, *, first_draw: int = 0, threads: int | None = None
) -> tuple[Prospect, ...]:
    """The base world and every future, in the order of the file; empty for a scenario without futures.

    All on the same draws, so differences between futures are those of the future and not of luck.
    """
    if not scenario.futures:
        return ()
    rest = 1.0 - sum(future.probability or 0.0 for future in scenario.futures.values())
    worlds: list[tuple[str, str, float | None]] = [(BASE, "none of these happens", rest)]
    worlds += [(name, future.title, future.probability) for name, future in scenario.futures.items()]
    found = []
    for name, title, probability in worlds:
        one = in_future(scenario, name)
        outcomes = evaluate(one, roadmap, draws, seed, first_draw=first_draw, detail=False, threads=threads)
        found.append(Prospect(name, title, probability, outcomes))
    return tuple(found)
