"""Differences of two roadmaps on common draws as one number moves: a driver, or a factor on an initiative."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.variant import scaled, stated, variant
from sim.errors import Problem, ProblemsFound, nearest, suggest
from sim.montecarlo import evaluate
from sim.montecarlo.conditional import drawn_levels, table_of
from sim.montecarlo.given import Given
from sim.world.paths import numbers

if TYPE_CHECKING:
    from sim.roadmap import Roadmap
    from sim.world import Scenario

Floats = NDArray[np.float64]
FIRST_DRAW = 10_000_000_000
LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
FACTORS = (0.05, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
PARTS = ("cost", "benefit")


class DriverWorld:
    """Values of one driver, and the difference with the driver at a value and all else as it is drawn."""

    def __init__(
        self, scenario: Scenario, path: str, pair: tuple[Roadmap, Roadmap], draws: int, seed: int, threads: int | None
    ) -> None:
        self._table = table_of(scenario)
        names = [driver.path for driver in self._table.drivers]
        if path not in names:
            close = nearest(path, names)
            certain = path in self._table.slot
            what = f"{path} is certain" if certain else f"no uncertain number stands at {path}"
            hint = "give it an interval" if certain else f"did you mean {close}?" if close else "see `sensitivity`"
            raise ProblemsFound([Problem("--driver", what, path, hint)])
        self._column = names.index(path)
        if self._column in self._table.luck:
            why = "it is the luck of one year, drawn with the events: no driver that could be known"
            raise ProblemsFound([Problem("--driver", why, path, "name another driver")])
        self.unit = self._table.drivers[self._column].unit
        self._levels = drawn_levels(self._table, draws, seed, FIRST_DRAW)
        self._scenario, self._pair, self._seed, self._threads = scenario, pair, seed, threads

    @property
    def grid(self) -> list[float]:
        """Values at the levels of LEVELS, without repetition."""
        return sorted({self.value(level) for level in LEVELS})

    def value(self, level: float) -> float:
        """Value of the driver at a level of its distribution."""
        driver = self._table.drivers[self._column]
        return float(np.clip(driver.quantity.quantile(np.array([level])), driver.low, driver.high)[0])

    def level(self, value: float) -> float:
        """The level of a value within the grid, by halving."""
        low, high = LEVELS[0], LEVELS[-1]
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.value(middle) < value else (low, middle)
        return high

    def __call__(self, value: float | None) -> Floats:
        """(draws,) NPV of the first roadmap less the second; None: with the driver as it is drawn."""
        levels = self._levels
        if value is not None:
            levels = levels.copy()
            levels[:, self._column] = self.level(value)
        found = evaluate(
            self._scenario,
            list(self._pair),
            len(levels),
            self._seed,
            first_draw=FIRST_DRAW,
            detail=False,
            given=Given(levels, common=False),
            threads=self._threads,
        )
        return np.asarray(found[0].npv - found[1].npv)


def factor_world(
    scenario: Scenario,
    initiative: str,
    part: str,
    pair: tuple[Roadmap, Roadmap],
    draws: int,
    seed: int,
    threads: int | None,
) -> Callable[[float], Floats]:
    """Factor on the cost or the benefit of an initiative -> (draws,) NPV of the first roadmap less the second."""
    changed = costs_times if part == "cost" else benefits_times
    if not changed(scenario, initiative, 1.0):
        raise ProblemsFound([Problem("--initiative", f"{initiative} states no {part}", initiative, "name another one")])

    def difference(factor: float) -> Floats:
        world = scenario if factor == 1.0 else variant(scenario, changed(scenario, initiative, factor))
        found = evaluate(world, list(pair), draws, seed, first_draw=FIRST_DRAW, detail=False, threads=threads)
        return np.asarray(found[0].npv - found[1].npv)

    return difference


def costs_times(scenario: Scenario, initiative: str, factor: float) -> dict[str, Any]:
    """Every cost of an initiative that its block states, times a factor, as changes of the scenario."""
    known = scenario.initiatives.get(initiative)
    if known is None:
        hint = suggest(initiative, scenario.initiatives)
        raise ProblemsFound([Problem("--initiative", "there is no such initiative", initiative, hint)])
    stated_costs = (
        one
        for one in numbers(known, f"initiatives.{initiative}.")
        if one.unit.startswith("money") and not one.path.startswith(f"initiatives.{initiative}.effects.")
    )
    return {
        one.path: f"x{factor:.12g}"
        for one in stated_costs
        if not (one.quantity.is_constant and one.quantity.params[0] == 0.0)
    }


def benefits_times(scenario: Scenario, initiative: str, factor: float) -> dict[str, Any]:
    """Every effect of an initiative times a factor: what is added, and by how much a multiplier differs from 1."""
    block = stated(scenario, f"initiatives.{initiative}.effects")
    found: dict[str, Any] = {}
    for path, effect in block.items():
        new = dict(effect)
        if new.get("add") is not None:
            new["add"] = scaled(new["add"], factor)
        if new.get("multiply") is not None:
            new["multiply"] = away_from_one(new["multiply"], factor)
        found[f"initiatives.{initiative}.effects.{path}"] = new
    return found


def away_from_one(value: Any, factor: float) -> Any:
    """A multiplier whose distance to 1 is multiplied; it stays at 0 or above.

    >>> away_from_one("0.8 to 0.9", 2.0), away_from_one(1.1, 0.5)
    ('0.6 to 0.8', 1.05)
    """
    import re

    from scenarios.variant import ENDS
    from sim.quantities import parse_number

    if isinstance(value, Mapping):
        known = (*ENDS, "choices")
        return {key: away_from_one(one, factor) if key in known else one for key, one in value.items()}
    if isinstance(value, list):
        return [away_from_one(one, factor) for one in value]
    if isinstance(value, str) and re.search(r"\bto\b", value):
        low, high = (away_from_one(part, factor) for part in re.split(r"\bto\b", value, maxsplit=1))
        return f"{low:.12g} to {max(high, low + 1e-9):.12g}"
    return max(0.0, round(1.0 + factor * (parse_number(value) - 1.0), 12))
