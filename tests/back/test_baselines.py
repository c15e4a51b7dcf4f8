"""Figures of two scenarios against those of the last accepted version, to 1e-9.

A difference is a change of the model, wanted or not. `python -m tests.back.update` accepts it.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.back.update import FOLDER, ROADMAPS, statistics


def leaves(node: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{at}.{key}")
    elif isinstance(node, list):
        for k, value in enumerate(node):
            yield from leaves(value, f"{at}[{k}]")
    else:
        yield at, node


@pytest.mark.parametrize("name", ROADMAPS)
def test_figures_are_those_of_the_baseline(name: str) -> None:
    """1e-9 of the figure; figures of money below 1e-3 (differences of large sums) to 1e-6."""
    accepted = dict(leaves(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))))
    found = dict(leaves(statistics(name)))
    assert found.keys() == accepted.keys()
    moved = {
        at: (accepted[at], value)
        for at, value in found.items()
        if value != accepted[at]
        and (None in (value, accepted[at]) or value != pytest.approx(accepted[at], rel=1e-9, abs=1e-6))
    }
    assert not moved, f"{len(moved)} figures moved (was, is): {dict(list(moved.items())[:10])}"


def test_every_baseline_has_its_scenario() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(ROADMAPS)
