"""The engine of a draw's items, by its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import get_args

from sim.company.items.interface import ItemEngine, Items, Work
from sim.company.world_layer import Draw
from sim.errors import Problem, ProblemsFound

NAMES: tuple[Items, ...] = get_args(Items)


def item_engines(draw: Draw, items: Items) -> Callable[[Work], ItemEngine]:
    """What makes an engine for each roadmap of a draw; the reference makes the numbers of the items once for all.

    Raises ProblemsFound for an unknown name.
    """
    if items == "compiled":
        from sim.company.items.compiled import CompiledItems

        return CompiledItems
    if items == "reference":
        from sim.company.items.reference import ReferenceItems
        from sim.company.marks import item_marks

        return partial(ReferenceItems, item_marks(draw))
    raise ProblemsFound([Problem("items", "no such engine", value=items, hint=f"one of {', '.join(NAMES)}")])
