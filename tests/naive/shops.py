"""Scenarios of the tests: the corner shop as its file states it, or with some of its blocks changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sim.world import Scenario

CORNER_SHOP = Path(__file__).parents[1] / "data" / "corner_shop.yaml"
SEED = 7
EVERYTHING = {"pos": 1, "edr": 0, "web": 3, "basic_backup": 0, "cloud_backup": 9}
PLANNER = {"origin": "planner assumption"}

Edit = Callable[[dict[str, Any]], None]


def corner_shop(*edits: Edit) -> Scenario:
    """The corner shop; each edit may change the plain mappings of the file. Goals behind a shorter horizon go."""
    written: dict[str, Any] = YAML(typ="safe", pure=True).load(CORNER_SHOP.read_text(encoding="utf-8"))
    for edit in edits:
        edit(written)
    written["goals"] = {name: g for name, g in written["goals"].items() if g["month"] < written["horizon_months"]}
    return Scenario.model_validate(written)


def setting(path: str, value: Any) -> Edit:
    """Edit that writes one value at a dotted path, such as `people.clerk.annual_turnover`."""

    def edit(written: dict[str, Any]) -> None:
        *blocks, last = path.split(".")
        place = written
        for block in blocks:
            place = place.setdefault(block, {})
        place[last] = value

    return edit


def without(path: str) -> Edit:
    """Edit that drops what stands at a dotted path."""

    def edit(written: dict[str, Any]) -> None:
        *blocks, last = path.split(".")
        place = written
        for block in blocks:
            place = place[block]
        del place[last]

    return edit


def changing(name: str, path: str, effect: dict[str, Any]) -> Edit:
    """Edit that gives an initiative one more effect."""

    def edit(written: dict[str, Any]) -> None:
        written["initiatives"][name].setdefault("effects", {})[path] = effect

    return edit


def adding_initiative(name: str, block: dict[str, Any], position: int | None = None) -> Edit:
    """Edit that adds a candidate at a position in the file (None: at the end)."""

    def edit(written: dict[str, Any]) -> None:
        entries = list(written["initiatives"].items())
        entries.insert(len(entries) if position is None else position, (name, {"title": name, **PLANNER, **block}))
        written["initiatives"] = dict(entries)

    return edit
