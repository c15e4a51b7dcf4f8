"""The best of many looks better than it is where it was chosen: what studies tell of it comes from other draws.

The decisions of these tests are all worth exactly 0 in every world, and luck of their own makes them differ. The
largest of 40 means of independent luck lies 2.16 standard errors above 0 in the mean, which the tables show; the values
that are told must not.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from zlib import crc32

import numpy as np
import pytest

import scenarios.across.futures as across_futures
import scenarios.decisions.worlds as decisions_worlds
from scenarios.load import parse
from scenarios.robustness import _rules
from tests.unit.bad_files import TEXT
from tests.unit.test_goal_reached import SHOP

MANY, POINTS, NOISE, DRAWS = 40, 64, 8, 200
ROUNDS = 60
FUTURES = """
futures:
  slump: {title: A slump, changes: {processes.counter.arrivals_per_day: {multiply: 0.8}}, origin: planner assumption}
  siege: {title: A siege, changes: {threats.ransomware.attempts_per_year: {multiply: 3}}, origin: planner assumption}
"""
ROADMAPS = [{"edr": n // 2, "cloud_backup": n % 2} for n in range(MANY)]
CHOSEN = SimpleNamespace(roadmaps=ROADMAPS, decisions=[None] * MANY)


def noise(name: object, first: int, roadmap: dict[str, int], size: tuple[int, ...]) -> Any:
    """Luck of a roadmap on some draws: the same each time, independent of that on others and of other roadmaps."""
    key = [crc32(f"{name} {first}".encode()), ROADMAPS.index(roadmap) if roadmap else MANY]
    return np.random.default_rng(key).normal(size=size)


@pytest.fixture(params=range(2), ids=["plain", "futures"])
def lucky(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Callable[[int], Any]]:
    """A scenario, and the simulations replaced by luck alone; the worlds of a seed."""

    def worlds_of(_: Any, roadmaps: Any, points: int, draws: int, seed: int, *, first: int = 0, **__: Any) -> Any:
        npv = np.stack([noise(seed, first, one, (points, draws)) for one in roadmaps], axis=2)
        return SimpleNamespace(npv=npv, points=points, noise=draws)

    def evaluate(world: Any, roadmaps: Any, draws: int, seed: int, first_draw: int, **_: Any) -> Any:
        return [SimpleNamespace(npv=noise((seed, world.name), first_draw, one, (draws,))) for one in roadmaps]

    monkeypatch.setattr(decisions_worlds, "worlds_of", worlds_of)
    monkeypatch.setattr(across_futures, "evaluate", evaluate)
    monkeypatch.setattr(across_futures, "in_future", lambda _, name: SimpleNamespace(name=name))
    scenario = parse((TEXT + FUTURES).encode(), "shop.yaml") if request.param else SHOP
    return scenario, lambda seed: worlds_of(scenario, [*ROADMAPS, {}], POINTS, NOISE, seed)


def test_winners_are_not_valued_on_the_draws_that_chose_them(lucky: tuple[Any, Callable[[int], Any]]) -> None:
    """Means over 60 seeds: the table shows two standard errors, the rules 0 within 4.5 of theirs over the seeds."""
    scenario, worlds_at = lucky
    shown, told = [], []
    for seed in range(ROUNDS):
        worlds = worlds_at(seed)
        turned = None
        if scenario.futures:
            turned = across_futures.in_futures(scenario, ROADMAPS, DRAWS, seed)
        rules = _rules(scenario, CHOSEN, worlds, turned, seed, None)  # type: ignore[arg-type]
        table = worlds.npv[:, :, :MANY].mean(axis=(0, 1))
        error = 1.0 / np.sqrt(POINTS * NOISE)
        row, honest = [table[rules[0].decision] / error], [rules[0].value / error]
        if turned is not None:
            error = 1.0 / np.sqrt(DRAWS)
            row.append(turned.mean.min(axis=0)[rules[1].decision] / error)
            honest.append(rules[1].value / error)
        shown.append(row)
        told.append(honest)
    flattered, fair = np.mean(shown, axis=0), np.mean(told, axis=0)
    assert flattered[0] > 1.8  # the bias is there
    assert np.abs(fair[0]) < 4.5 / np.sqrt(ROUNDS)
    if scenario.futures:
        assert np.abs(fair[1]) < 4.5 / np.sqrt(ROUNDS)
        assert flattered[1] - fair[1] > 0.3  # even the best worst case of three
    spread = np.std(np.array(told)[:, 0], ddof=1)
    assert 0.6 < spread < 1.5  # and the error that is told is that of the value
