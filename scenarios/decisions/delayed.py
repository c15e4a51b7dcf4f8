"""Roadmaps after a wait: what becomes of each decision if every start waits for a study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.world import Scenario


def delayed(
    scenario: Scenario, roadmaps: Iterable[Mapping[str, int]], months: int
) -> tuple[list[dict[str, int]], tuple[str, ...]]:
    """Each roadmap with all its starts so many months later, and the initiatives that some roadmap loses by that.

    What is mandatory or pinned is decided already and does not wait. A start that would pass its deadline is made at
    the last moment; one that would pass the planning months is dropped, with all that requires it.
    """
    lost: dict[str, None] = {}
    found = []
    for starts in roadmaps:
        later: dict[str, int] = {}
        for name, month in starts.items():
            one = scenario.initiatives[name]
            if one.mandatory or name in scenario.pins:
                later[name] = month
                continue
            moved = month + months
            if one.deadline_month is not None:
                moved = max(month, min(moved, one.deadline_month - one.planned_months))
            if moved < scenario.planning_months:
                later[name] = moved
        while True:
            orphans = [n for n in later if any(r.initiative not in later for r in scenario.initiatives[n].requires)]
            if not orphans:
                break
            for name in orphans:
                del later[name]
        lost |= dict.fromkeys(name for name in starts if name not in later)
        found.append({name: later[name] for name in scenario.initiatives if name in later})
    return found, tuple(lost)
