"""Numbers of operations that follow from others by a rule: shares of steps by hand, items lost to mismatched records.

Each has a slot of its own behind those of the file, so that whatever reads a share or a loss reads it alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sim.mechanisms.silo import by_hand_share, silo_lost_share
from sim.world import Scenario
from sim.world.processes import Step

NO_SLOT = -1


@dataclass(frozen=True)
class Derived:
    """A derived number by its path and the slots that it follows from. mismatch: NO_SLOT for keying again. lost:
    NO_SLOT for the share of a step."""

    path: str
    slot: int
    base: int
    crossing: int
    linked: int
    mismatch: int
    lost: int

    @property
    def sources(self) -> tuple[int, ...]:
        """Slots that it follows from."""
        slots = self.base, self.crossing, self.linked, self.mismatch, self.lost
        return tuple(slot for slot in slots if slot != NO_SLOT)

    def value(self, at: Callable[[int], float]) -> float:
        """at: value of a slot."""
        mismatch = 1.0 if self.mismatch == NO_SLOT else at(self.mismatch)
        if self.lost == NO_SLOT:
            return by_hand_share.scalar(at(self.base), at(self.crossing), at(self.linked), mismatch)
        return silo_lost_share.scalar(at(self.base), at(self.crossing), at(self.linked), mismatch, at(self.lost))


def derived_paths(world: Scenario) -> Iterator[str]:
    """Paths of the derived numbers, in the order in which they follow from each other."""
    for path, *_ in _rules(world):
        yield path


def derived_numbers(world: Scenario, slot: Mapping[str, int]) -> tuple[Derived, ...]:
    """The derived numbers of a scenario. slot: of every path, the derived ones included."""
    return tuple(
        Derived(path, slot[path], *(NO_SLOT if source is None else slot[source] for source in sources))
        for path, *sources in _rules(world)
    )


def share_path(process: str, label: str, step: Step) -> str:
    """Path of the share of a step that operations meet."""
    at = f"processes.{process}.steps.{label}"
    return f"{at}.share_by_hand" if step.by_hand or step.mends else f"{at}.share"


def lost_path(world: Scenario, process: str) -> str:
    """Path of the share of arrivals that operations lose before any work."""
    pairs = [name for name, pair in world.integrations.items() if process in pair.crossings]
    return f"processes.{process}.lost_to.{pairs[-1]}" if pairs else f"processes.{process}.lost_share"


def sold_out_path(world: Scenario, process: str) -> str:
    """Path of the same with what finds the stock sold out; in the kernel alone, whose stock has no units."""
    takes = any(process in group.takes for group in world.stock.values())
    return f"processes.{process}.lost_or_sold_out" if takes else lost_path(world, process)


def _rules(world: Scenario) -> Iterator[tuple[str, str, str, str, str | None, str | None]]:
    """Path, base, crossing, linked, mismatch, lost."""
    for name, process in world.processes.items():
        for label, step in process.steps.items():
            pair = step.by_hand or step.mends
            if pair is not None:
                at = f"integrations.{pair}.crossings.{name}"
                mismatch = f"{at}.mismatch" if step.mends else None
                base = f"processes.{name}.steps.{label}.share"
                linked = f"integrations.{pair}.linked"
                yield share_path(name, label, step), base, f"{at}.share", linked, mismatch, None
        base = f"processes.{name}.lost_share"
        for pair, integration in world.integrations.items():
            if name in integration.crossings:
                at = f"integrations.{pair}.crossings.{name}"
                path = f"processes.{name}.lost_to.{pair}"
                yield path, base, f"{at}.share", f"integrations.{pair}.linked", f"{at}.mismatch", f"{at}.lost"
                base = path
