"""The two item engines play the same company: equal in every item and every cell, to the last bit."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from benchmarks.company import PLANNED
from scenarios.load import load
from sim.company import replicate, replicate_many, simulate
from sim.company.business import Business
from sim.company.items.engines import item_engines
from sim.company.items.interface import Items, Journal
from sim.company.replication import Replication
from sim.company.world_layer import Draw
from sim.parameters import parameters
from sim.roadmap import EMPTY, Roadmap
from sim.world import Scenario
from tests.functional.test_company import ALL, STORMY
from tests.naive.shops import SEED, corner_shop, setting

YEAR = setting("horizon_months", 17), setting("planning_months", 12)
DIP = (
    setting("initiatives.pos.dip", {"roles": ["clerk"], "depth": 0.5, "months": 3}),
    setting("people.clerk.hiring_months", 2.5),
)
REGULAR = setting("processes.counter.arrival_cv", 0), setting("processes.counter.steps.serve.cv", 0)


def played(scenario: Scenario, roadmap: Roadmap, draw: int, items: Items) -> tuple[Replication, Journal]:
    world, journal = Draw(parameters(scenario), draw, SEED), Journal()
    return Business(world, item_engines(world, items), roadmap, journal).run(), journal


def same(one: Any, other: Any) -> bool:
    return np.array_equal(one, other, equal_nan=True) if isinstance(one, np.ndarray) else bool(one == other)


@pytest.mark.parametrize("roadmap", [EMPTY, ALL], ids=["empty", "all"])
@pytest.mark.parametrize(
    "edits",
    [(), STORMY, (*STORMY, *DIP), (*STORMY, *REGULAR), (*STORMY, setting("processes.counter.patience_minutes", 2))],
    ids=["calm", "stormy", "dip", "regular", "impatient"],
)
def test_every_item_and_every_cell_is_the_same(edits: tuple[Any, ...], roadmap: Roadmap) -> None:
    """Outages, vacancies, project days, adoption, errors, impatience; equal times of arrivals and services included."""
    scenario = corner_shop(*YEAR, *edits)
    for draw in range(2):
        (reference, by_hand), (compiled, noted) = (
            played(scenario, roadmap, draw, items) for items in ("reference", "compiled")
        )  # fmt: skip
        assert len(noted.rows) > 1000
        assert noted.rows == by_hand.rows
        for field in fields(Replication):
            assert same(getattr(reference, field.name), getattr(compiled, field.name)), field.name


def test_the_retailer_is_the_same() -> None:
    """The largest scenario of the library over eight months, with initiatives: twelve processes, six roles."""
    scenario = load("retailer")
    data = {
        **scenario.model_dump(),
        "planning_months": 6,
        "horizon_months": 8,
        "initiatives": {},
        "exclusive": {},
        "goals": {},
        "controls": {},  # initiatives bring them
    } | {block: {} for block in PLANNED}
    data["insurance"] |= {"demands": {}, "credits": {}}
    for role in data["people"].values():
        role["hires"] = {}
    for budget in data["money"]["budgets"].values():
        budget["amount"] = budget["amount"][:2]
    data["correlations"] = ()
    short = Scenario.model_validate(data)
    (reference, by_hand), (compiled, noted) = (played(short, EMPTY, 1, items) for items in ("reference", "compiled"))
    assert noted.rows == by_hand.rows
    assert np.array_equal(reference.flows, compiled.flows)
    assert reference.events == compiled.events


def test_compiled_items_are_reproducible_in_any_process() -> None:
    table = parameters(corner_shop(setting("horizon_months", 3), setting("planning_months", 3)))
    alone = list(replicate_many(table, [EMPTY], range(2), SEED, 1, "compiled"))
    together = list(replicate_many(table, [EMPTY], range(2), SEED, 2, "compiled"))
    for (one,), (two,) in zip(alone, together, strict=True):
        assert np.array_equal(one.flows, two.flows)
        assert one.items == two.items
        assert one.items == replicate(table, EMPTY, one.draw, SEED).items


def test_simulate_says_the_same_with_both() -> None:
    scenario = corner_shop(setting("horizon_months", 6), setting("planning_months", 6))
    one, other = (simulate(scenario, {"pos": 0}, 2, SEED, items=items) for items in ("reference", "compiled"))
    assert one.document() == other.document()
