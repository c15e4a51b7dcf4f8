"""Numbers of an initiative that others change: each is settled at its start, from what is live then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.company.adoption import adopters_of
from sim.mechanisms.readiness import joint_readiness
from sim.mechanisms.relevance import relevance
from sim.montecarlo.layout_projects import OWN
from sim.world.futures import Change
from sim.world.initiatives import Effect
from sim.world.readiness import READINESS, SCORES

if TYPE_CHECKING:
    from sim.company.delivery import Schedule


def settle(plan: Schedule) -> tuple[dict[str, float], int]:
    """Path -> number at the start of its initiative, for those that are not as in the draw; how many were cut.

    value = clip((base + sum add a r) * prod (1 + (multiply - 1) a r)), a and r of each source in the month of the
    start; an initiative that never starts keeps its own numbers.
    """
    draw, world = plan.draw, plan.draw.table.scenario
    names = list(world.initiatives)
    added: dict[str, float] = {}
    factor: dict[str, float] = {}
    for source, block, changes in _sources(plan):
        for path, change in changes.items():
            if not path.startswith(OWN):
                continue
            start = int(plan.started[names.index(path.split(".")[1])])
            share = _reach(plan, source, start, change) * _scale(plan, source, path, start) if start >= 0 else 0.0
            if share > 0.0:
                added.setdefault(path, 0.0)
                factor.setdefault(path, 1.0)
                if change.multiply is None:
                    added[path] += draw.value(f"{block}.{path}.add") * share
                else:
                    factor[path] *= 1.0 + (draw.value(f"{block}.{path}.multiply") - 1.0) * share
    own: dict[str, float] = {}
    clipped = 0
    for path in added:
        slot, base = draw.table.slot[path], draw.value(path)
        raw = (base + added[path]) * factor[path]
        value = min(max(raw, float(draw.table.low[slot])), float(draw.table.high[slot]))
        clipped += value != raw
        if value != base:
            own[path] = value
    return own, clipped


def _reach(plan: Schedule, source: int | None, m: int, change: Change) -> float:
    """Share of its full strength with which a source of changes works in month m; None: the draw's future."""
    if source is None:
        return float(m in plan.draw.turn[1])
    if not plan.alive(source, m):
        return 0.0
    go_live = int(plan.go_live[source])
    share = adopters_of(plan.draw, plan, source).share[m]
    imitation = list(plan.draw.table.scenario.initiatives.values())[source].imitation
    if isinstance(change, Effect) and change.competitive and imitation is not None:
        name = list(plan.draw.table.scenario.initiatives)[source]
        since = m - go_live - plan.draw.value(f"initiatives.{name}.imitation.lag_months")
        share *= float(relevance.scalar(since, float(imitation.half_life_months)))
    return share


def _scale(plan: Schedule, source: int | None, path: str, m: int) -> float:
    """Readiness of month m where it scales the effects of a source on a number, else 1."""
    world = plan.draw.table.scenario
    block = world.readiness
    if source is None or block is None or path.startswith(READINESS):
        return 1.0
    if not list(world.initiatives.values())[source].needs_readiness:
        return 1.0
    sources = _sources(plan)
    goals, resources, process = (
        _combined(plan, at, [(other, name, changes[at]) for other, name, changes in sources if at in changes], m)
        for at in (f"{READINESS}{score}" for score in SCORES)
    )
    return joint_readiness.scalar(goals, resources, process, float(block.substitution))


def _sources(plan: Schedule) -> list[tuple[int | None, str, Mapping[str, Change]]]:
    """Initiatives and the draw's future, with the path and the content of their changes."""
    world = plan.draw.table.scenario
    sources: list[tuple[int | None, str, Mapping[str, Change]]] = [
        (i, f"initiatives.{name}.effects", one.effects) for i, (name, one) in enumerate(world.initiatives.items())
    ]
    future, _ = plan.draw.turn
    if future is not None:
        sources.append((None, f"futures.{future}.changes", world.futures[future].changes))
    return sources


def starts_of_the_young(plan: Schedule) -> dict[str, int]:
    """Initiative -> month of its start, where the maturity of its technology counts."""
    world = plan.draw.table.scenario
    return {
        name: int(plan.started[i])
        for i, (name, one) in enumerate(world.initiatives.items())
        if one.maturity is not None and plan.started[i] >= 0
    }


def levels_at_start(plan: Schedule) -> dict[tuple[str, str], float]:
    """(initiative, skill) -> level of a skill that the work is held against, in the month of its start, where changes
    may make it another than that of the draw."""
    world, sources = plan.draw.table.scenario, _sources(plan)
    levels = {}
    for i, (name, initiative) in enumerate(world.initiatives.items()):
        start = int(plan.started[i])
        for skill in initiative.difficulty if start >= 0 else ():
            path = f"skills.{skill}.level"
            rows = [(source, block, changes[path]) for source, block, changes in sources if path in changes]
            if rows:
                levels[name, skill] = _combined(plan, path, rows, start)
    return levels


def _combined(plan: Schedule, path: str, rows: list[tuple[int | None, str, Change]], m: int) -> float:
    """Value at a path in month m, after the changes of its rows."""
    draw, slot = plan.draw, plan.draw.table.slot[path]
    value, factor = draw.value(path), 1.0
    for source, block, change in rows:
        share = _reach(plan, source, m, change) * _scale(plan, source, path, m)
        if change.multiply is None:
            value += draw.value(f"{block}.{path}.add") * share
        else:
            factor *= 1.0 + (draw.value(f"{block}.{path}.multiply") - 1.0) * share
    return min(max(value * factor, float(draw.table.low[slot])), float(draw.table.high[slot]))
