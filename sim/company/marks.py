"""Random numbers of items, by identity: item k of a process is the same item under every roadmap.

Numbers are made in blocks, by inversion; none depends on how many were made before. The compiled engine makes the same
numbers for sixteen coming items at a time (`items/numbers.py`).
"""

from __future__ import annotations

from array import array

import numpy as np

from sim.company.gamma import gamma_quantile
from sim.company.items.interface import OWN_NUMBERS
from sim.company.world_layer import Draw, Floats, mark
from sim.streams import uniforms
from sim.world.processes import Process, Step

BLOCK = 1024
ATTEMPT_BITS = 32  # identity of an item's attempt, as in `sim.streams.identity`


class StepMarks:
    """Of one step, by item: share (does it pass the step), service (time over its mean), error (done again)."""

    def __init__(self, draw: Draw, stream: str, step: Step) -> None:
        self.draw = draw.number
        self.cv = float(step.cv)
        names = ("share", "service", "error", "automated", "exception")
        self.keys = {name: draw.key(f"{stream}/{name}") for name in names}
        self.share, self.service, self.error = array("d"), array("d"), array("d")

    def extend(self, items: np.ndarray) -> None:
        """Numbers of the first attempts of a block of items."""
        attempts = items << ATTEMPT_BITS
        self.share.frombytes(self._row("share", items).tobytes())
        self.service.frombytes(gamma_quantile(self._row("service", attempts), self.cv).tobytes())
        self.error.frombytes(self._row("error", attempts).tobytes())

    def _row(self, name: str, indices: np.ndarray) -> Floats:
        return np.asarray(uniforms(self.keys[name], np.array([self.draw]), indices)[0])

    def passing(self, item: int) -> float:
        """Mark of whether an item passes the step."""
        return self.share[item] if item < OWN_NUMBERS else self.of("share", item)

    def first(self, item: int) -> tuple[float, float]:
        """Service and error mark of the first attempt."""
        return (self.service[item], self.error[item]) if item < OWN_NUMBERS else self.again(item, 0)

    def of(self, name: str, item: int) -> float:
        """A mark that an item has only one of."""
        return float(mark(self.keys[name], self.draw, item))

    def again(self, item: int, attempt: int) -> tuple[float, float]:
        """Service and error mark of a later attempt."""
        index = item << ATTEMPT_BITS | attempt
        u = np.array([mark(self.keys["service"], self.draw, index)])
        return float(gamma_quantile(u, self.cv)[0]), float(mark(self.keys["error"], self.draw, index))


class ItemMarks:
    """Of one process: lost, steps, passed (sums of gaps): item k arrives when the demand so far passes passed[k]."""

    def __init__(self, draw: Draw, name: str, process: Process) -> None:
        self.draw = draw.number
        self.cv = float(process.arrival_cv)
        self.gap_key, self.lost_key = draw.key(f"operations/{name}/gap"), draw.key(f"operations/{name}/lost")
        self.no_show_key = draw.key(f"operations/{name}/no_show")
        self.feed_keys = {source: draw.key(f"operations/{name}/fed_by/{source}") for source in process.fed_by}
        self.passed = np.empty(0)
        self.lost = array("d")
        self.steps = [
            StepMarks(draw, f"operations/{name}/steps/{label}", step) for label, step in process.steps.items()
        ]

    def lost_at(self, item: int) -> float:
        """Mark of whether an item is lost before any work."""
        return self.lost[item] if item < OWN_NUMBERS else float(mark(self.lost_key, self.draw, item))

    def no_show(self, item: int) -> float:
        """Mark of whether an item comes."""
        return float(mark(self.no_show_key, self.draw, item))

    def feed(self, source: str, item: int) -> float:
        """Mark of whether item `item` of another process makes one here."""
        return float(mark(self.feed_keys[source], self.draw, item))

    def reach(self, demand: float) -> None:
        """Make numbers until the gaps pass a cumulated demand."""
        while not len(self.passed) or self.passed[-1] <= demand:
            items = np.arange(len(self.passed), len(self.passed) + BLOCK)
            draw = np.array([self.draw])
            gaps = gamma_quantile(uniforms(self.gap_key, draw, items)[0], self.cv)
            gaps[0] += self.passed[-1] if len(self.passed) else 0.0
            self.passed = np.concatenate([self.passed, np.cumsum(gaps)])
            self.lost.frombytes(uniforms(self.lost_key, draw, items)[0].tobytes())
            for step in self.steps:
                step.extend(items)


def item_marks(draw: Draw) -> dict[str, ItemMarks]:
    """Marks of all processes of a draw, to be shared by its roadmaps."""
    return {name: ItemMarks(draw, name, process) for name, process in draw.table.scenario.processes.items()}
