"""What to say beside the figures of a roadmap about its work: vendors that make it wait, gates that stop it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.mechanisms.delivery import STOPPED
from sim.parameters import Parameters

if TYPE_CHECKING:
    from sim.outcomes import Outcome
    from sim.world import Scenario

NO_MEAN = 1.0  # exponent of a Pareto tail up to which it has no mean


def delivery_notes(
    table: Parameters, outcomes: Sequence[Outcome], first_draw: int, seed: int, noise: int = 1
) -> tuple[str, ...]:
    """Notes of a single roadmap; of several at once there are none. noise: as in `evaluate`."""
    if len(outcomes) != 1:
        return ()
    one = outcomes[0]
    capped = capped_means(table.scenario, one.roadmap.as_dict)
    return (*_waits(table, one, first_draw, seed, noise), *_stops(table, one), *capped)


def capped_means(scenario: Scenario, initiatives: Iterable[str]) -> tuple[str, ...]:
    """Classes of overrun whose mean is infinite but for the cap, which then settles the mean cost."""
    used = {scenario.initiatives[name].risk_class for name in initiatives}
    return tuple(
        f"the overrun of {name} has a tail with exponent {float(one.tail_exponent):g}, which has no mean: it is capped "
        f"at {float(one.cap):g} times the plan, and mean cost and duration hang on that cap"
        for name, one in scenario.risk_classes.items()
        if name in used and float(one.tail_share) > 0.0 and float(one.tail_exponent) <= NO_MEAN
    )


def _waits(table: Parameters, one: Outcome, first_draw: int, seed: int, noise: int) -> Iterator[str]:
    """Starts before the vendor takes an order: in how many draws, and how long they wait for it."""
    for name, start in one.roadmap.starts:
        available = table.scenario.initiatives[name].available_month
        if available is None:
            continue
        draws = np.arange(first_draw, first_draw + len(one.npv), dtype=np.int64)
        path = f"initiatives.{name}.available_month"
        months = np.full(len(draws), available.params[0])
        if not available.is_constant:
            column = [driver.path for driver in table.drivers].index(path)
            months = table.theta(draws // noise, seed)[0][:, column]
        waits = np.maximum(0.0, np.ceil(months - 1e-9) - start)
        late = waits > 0.0
        if late.any():
            yield (
                f"the vendor of {name} takes the order only after month {start} in {100 * late.mean():.3g} % of the "
                f"draws; the start then waits {waits[late].mean():.1f} months on average"
            )


def _stops(table: Parameters, one: Outcome) -> Iterator[str]:
    """Work that a gate stops because it has become too dear or too slow."""
    if not one.states.size:
        return
    for name, states in zip(table.scenario.initiatives, one.states.T, strict=True):
        stopped = float(np.mean(states == STOPPED))
        if stopped:
            yield f"{name} is stopped at a gate in {100 * stopped:.3g} % of the draws, for its cost or its duration"
