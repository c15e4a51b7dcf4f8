"""The block of `plan` on how far its program can be trusted: three gaps, and what uncertainty makes of the choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from optimize.explain import rounded
from scenarios.cli.render.figures import sensible
from scenarios.cli.render.words import counted

if TYPE_CHECKING:
    from optimize import Plan
    from optimize.gaps import Gaps

MEAN = "mean NPV"
CLEAR = 2.0  # standard errors from which on a difference is called one


def gap_lines(plan: Plan) -> Iterator[str]:
    """Sentences in planner's words, each of one thing."""
    gaps, currency = plan.gaps, plan.outcomes.currency
    yield (
        f"How far the program can be trusted ({currency}; it holds {rounded(gaps.constant)} for the empty roadmap): "
        f"{_model(gaps)}; {_sampling(gaps)}; {_solver(gaps)}. None of this bounds what the simulation would say of "
        "roadmaps that were not simulated."
    )
    value = plan.stochastic_value
    if value is not None:
        yield _uncertainty(plan)


def _model(gaps: Gaps) -> str:
    own, worst = gaps.model.recommended, gaps.model.worst
    side = "above" if own.mean >= 0.0 else "below"
    most = "above" if worst.mean >= 0.0 else "below"
    return (
        f"model gap: it puts this roadmap {_with_error(abs(own.mean), own.se)} {side} its simulation, "
        f"{counted(gaps.model.roadmaps, 'simulated roadmap')} {rounded(gaps.model.size)} off on average and "
        f"{_with_error(abs(worst.mean), worst.se)} {most} at worst"
    )


def _sampling(gaps: Gaps) -> str:
    found = gaps.sampling
    if found is None:
        return f"sampling gap: not estimated, {gaps.why_not}"
    reach = "" if found.changes is None else f" within {counted(found.changes, 'change')}"
    return (
        f"sampling gap: with endless draws the best of the program{reach} would be at most {rounded(found.upper)} "
        f"better than this roadmap (95 % confidence, {found.sets} sets of {found.draws} draws)"
    )


def _solver(gaps: Gaps) -> str:
    value = gaps.solver.value
    if value is None:
        return "solver gap: unknown, the last program has no bound"
    if gaps.solver.status == "optimal":
        return "solver gap: none, the last program is solved to the end"
    return f"solver gap: the answer of the last program may be {rounded(value)} short of its best"


def _uncertainty(plan: Plan) -> str:
    value, currency = plan.stochastic_value, plan.outcomes.currency
    assert value is not None
    if dict(value.roadmap) == dict(plan.roadmap):
        return "Planned with every driver at its mean the roadmap would be the same."
    gain = value.value
    size = f"{_with_error(abs(gain.mean), gain.se)} {currency}"
    size += "" if value.measure == MEAN else f" ({value.measure})"
    other = "the roadmap that the program makes with every driver at its mean"
    if abs(gain.mean) <= CLEAR * gain.se:
        return f"Whether planning with uncertainty pays cannot be told: {size} apart from {other}."
    if gain.mean > 0.0:
        return f"Planning with uncertainty is worth {size}: by so much this roadmap beats {other}, on the fresh draws."
    return f"Beware: {other} earns {size} more on the fresh draws."


def _with_error(value: float, error: float) -> str:
    return sensible(value, error)
