"""What the page shows of a scenario: a roadmap, its figures, and how far they were worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from optimize.planning import PlannedPeriod
    from sim.world import Scenario

State = Literal["revalued", "coarse", "finer", "refined"]
COARSE_DRAWS: Final = 256
"""Draws of the figures of a coarse answer. They come after those that choose the roadmap, and a refined answer begins
with the same ones, so that answers are compared draw by draw."""


@dataclass(frozen=True)
class Answer:
    """revalued: the roadmap of before, under what was changed. coarse: the best roadmap that a short search met. finer:
    the same on more draws. refined: what `roadfolio plan` recommends, on its draws.

    plan: as the JSON document of `plan` has it, as far as the state goes. figures: distribution of the NPV and course
    of cash. npv, trough: by draw [currency]. known: other good roadmaps, best first. broken: limits that a revalued
    roadmap breaks. seconds: from the change to the answer, in the worker.
    """

    state: State
    scenario_hash: str
    roadmap: Mapping[str, int]
    draws: int
    plan: Mapping[str, Any]
    figures: Mapping[str, Any]
    npv: tuple[float, ...]
    trough: tuple[float, ...]
    known: tuple[Mapping[str, int], ...] = ()
    broken: tuple[str, ...] = ()
    seconds: float = 0.0


def measured(
    scenario: Scenario,
    roadmap: Mapping[str, int],
    periods: Sequence[PlannedPeriod],
    draws: int,
    seed: int,
    state: State,
    *,
    known: Sequence[Mapping[str, int]] = (),
    broken: Sequence[str] = (),
    threads: int | None = None,
) -> Answer:
    """The answer that a roadmap is, with its figures on so many draws that did not choose it."""
    from optimize.plan_limits import REPORT_FROM
    from optimize.risk.attitude import attitude_of
    from scenarios.reporting.worth import spread
    from sim.montecarlo import evaluate

    outcomes = evaluate(scenario, roadmap, draws, seed, first_draw=REPORT_FROM, threads=threads)
    document = outcomes.document(0)
    plan = {
        "scenario": scenario.name,
        "seed": seed,
        "currency": scenario.profile.currency,
        "roadmap": dict(roadmap),
        "periods": [one.document() for one in periods],
        "outcomes": document,
        "finalists": [],
        "yardsticks": [],
        "futures": [],
        "reasons": None,
        "risk": {"aim": attitude_of(scenario).words},
        "provenance": document["provenance"],
    }
    npv, trough = outcomes[0].npv, outcomes[0].trough
    figures = _figures(scenario, plan, threads, spread(["recommended", "do nothing"], [roadmap, {}], [npv, 0.0 * npv]))
    return Answer(
        state, str(document["provenance"]["scenario_hash"]), dict(roadmap), draws, plan, figures, tuple(npv.tolist()),
        tuple(trough.tolist()), tuple(dict(one) for one in known), tuple(broken),
    )  # fmt: skip


def figures_of(scenario: Scenario, plan: Mapping[str, Any], threads: int | None) -> dict[str, Any]:
    """Distribution of the NPV beside that of other finalists, and course of cash, on the draws of the plan."""
    from scenarios.reporting.worth import distributions

    return _figures(scenario, plan, threads, distributions(scenario, plan, threads))


def _figures(
    scenario: Scenario, plan: Mapping[str, Any], threads: int | None, npv: Mapping[str, Any]
) -> dict[str, Any]:
    from scenarios.reporting.figures import course

    draws, first = int(plan["outcomes"]["draws"]), int(plan["outcomes"]["first_draw"])
    cash = course(scenario, plan["roadmap"], draws, int(plan["seed"]), first, threads)
    return {"draws": draws, "npv": npv, "course": cash, "skipped": {}}
