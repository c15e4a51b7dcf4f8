"""Two-level runs: ignorance apart from chance, so that a planner sees what more information could shrink.

Ignorance is what the file does not know: the drivers, among them the frailty of a threat for this business. Chance is
what no file can know: the events of a draw, in which future it lives, how frail a year is. Each draw of the drivers is
repeated with fresh events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scenarios.ignorance.report import Divided, TwoLevel
    from sim.outcomes import Outcome
    from sim.roadmap import Roadmap
    from sim.world import Scenario

    Floats = NDArray[np.float64]

Progress = Callable[[int], None]
"""Called with the number of draws done."""

DRIVERS, CHANCE = 256, 64
MOST_DRAWS = 1_000_000  # results of more would not fit into the memory of a small machine


def two_level(
    scenario: Scenario,
    roadmap: Mapping[str, int] | Roadmap,
    drivers: int = DRIVERS,
    chance: int = CHANCE,
    seed: int = 1,
    *,
    against: Mapping[str, int] | Roadmap | None = None,
    thresholds: Sequence[float] = (),
    first_driver: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> TwoLevel:
    """NPV, cash trough and cost of a roadmap, and their difference to another one, split into ignorance and chance.

    drivers: draws of the drivers, 128 or more, numbered from `first_driver`. chance: draws of the events for each, 2 or
    more. thresholds: of NPV (of its difference, with `against`) [currency], in place of round ones. threads: they
    change no figure. Raises ProblemsFound for too few or too many draws, a threshold that is no number, and a roadmap
    that the scenario does not allow.
    """
    from scenarios.ignorance.probability_box import GOOD_CHANCE, too_few
    from scenarios.ignorance.report import TwoLevel
    from sim.montecarlo import evaluate
    from sim.montecarlo.estimate import shared_note
    from sim.parameters import parameters
    from sim.roadmap import roadmap as validated

    _check(drivers, chance, first_driver, thresholds)
    chosen = [validated(scenario, one) for one in (roadmap, against) if one is not None]
    outcomes = evaluate(
        scenario,
        chosen,
        drivers * chance,
        seed,
        first_draw=first_driver * chance,
        noise=chance,
        detail=False,
        threads=threads,
        progress=progress,
    )
    values = [_values(one, drivers, chance) for one in outcomes]
    boxless = too_few(drivers, chance)
    own = tuple(float(x) for x in thresholds)
    currency = scenario.profile.currency
    measures, difference = {}, {}
    for name in values[0]:
        is_npv = name == "npv"
        first = values[0][name]
        measures[name] = _divided(first, currency, seed, own if is_npv and against is None else (), boxless is None)
        if against is not None:
            change = _difference(first, values[1][name])
            difference[name] = _divided(change, currency, seed, own if is_npv else (), boxless is None)
    table = parameters(scenario)
    notes = [note for note in outcomes.notes if note != shared_note(chance)]
    if boxless is not None:
        unused = "; the thresholds asked for (--below) were not used" if own else ""
        notes.append(f"{boxless.message} ({boxless.value}): {boxless.hint}{unused}")
    elif chance < GOOD_CHANCE:
        notes.append(f"bands come from {chance} draws of the events each; their shape is coarse below {GOOD_CHANCE}")
    return TwoLevel(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=currency,
        seed=seed,
        first_draw=first_driver * chance,
        drivers=drivers,
        chance=chance,
        uncertain_numbers=len(table.drivers) - len(table.luck),
        roadmap=chosen[0].as_dict,
        against=chosen[1].as_dict if against is not None else None,
        measures=measures,
        difference=difference,
        notes=tuple(notes),
    )


def _check(drivers: int, chance: int, first_driver: int, thresholds: Sequence[float]) -> None:
    import math

    from scenarios.ignorance.variance_split import FEWEST_CHANCE, FEWEST_DRIVERS

    problems = []
    if drivers < FEWEST_DRIVERS:
        text = "too few draws of the drivers: the intervals would not hold"
        problems.append(Problem("drivers", text, drivers, f"{FEWEST_DRIVERS} or more"))
    if chance < FEWEST_CHANCE:
        text = "chance cannot be told from ignorance with one draw of the events"
        problems.append(Problem("chance", text, chance, f"{FEWEST_CHANCE} or more; {CHANCE} for the band of chances"))
    if drivers * chance > MOST_DRAWS:
        text = f"{drivers} x {chance} draws are more than memory is planned for"
        problems.append(Problem("drivers", text, drivers * chance, f"drivers times chance at most {MOST_DRAWS:,}"))
    if first_driver < 0:
        problems.append(Problem("first_driver", "draws are numbered from 0", first_driver, "0 or more"))
    problems += [
        Problem("thresholds", f"{x} is no amount of money", str(x), "a finite number")
        for x in thresholds
        if not math.isfinite(x)
    ]
    if problems:
        raise ProblemsFound(problems)


def _values(one: Outcome, drivers: int, chance: int) -> dict[str, Floats]:
    """(drivers, chance) values by measure."""
    arrays = {"npv": one.npv, "cash_trough": one.trough, "cost": one.cost}
    return {name: values.reshape(drivers, chance) for name, values in arrays.items()}


def _difference(one: Floats, other: Floats) -> Floats:
    """one - other without the rounding of the subtraction, which would be a spread of its own.

    >>> import numpy as np
    >>> float(np.ptp(_difference(np.array([0.1, 0.3]) + 0.2, np.array([0.1, 0.3]))))
    0.0
    """
    import numpy as np

    scale = float(max(np.abs(one).max(), np.abs(other).max()))
    if scale == 0.0:
        return one - other
    step = 2.0 ** np.floor(np.log2(scale) - 40.0)  # a trillionth
    return np.asarray(np.round((one - other) / step) * step)


def _divided(values: Floats, unit: str, seed: int, thresholds: tuple[float, ...], with_box: bool) -> Divided:
    import numpy as np

    from scenarios.ignorance.overall_range import overall_range
    from scenarios.ignorance.probability_box import probability_box, round_thresholds
    from scenarios.ignorance.report import Divided
    from scenarios.ignorance.typical_gap import typical_gap
    from scenarios.ignorance.variance_split import variance_split

    at = np.array(sorted(set(thresholds))) if thresholds else round_thresholds(values, also=(0.0,))
    box = probability_box(values, at, seed) if with_box else ()
    return Divided(unit, variance_split(values), typical_gap(values), overall_range(values, seed), box)
