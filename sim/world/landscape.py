"""Contradictions in the graph of systems and in what systems are bound to."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import Problem
from sim.world.lookup import block, items, names, unknown


def _crosses(data: Mapping[str, Any], process: str, integration: Any, path: str) -> Iterator[Problem]:
    """A step by hand belongs to a pair that its process crosses."""
    yield from unknown("integration", integration, block(data, "integrations"), path)
    crossings = block(data, "integrations", str(integration), "crossings")
    if crossings and process not in crossings:
        yield Problem(
            path=path,
            value=integration,
            message=f"no item of {process} crosses {integration}",
            hint=f"state `crossings: {{{process}: ...}}` of {integration}, or one of: {', '.join(crossings)}",
        )


def integration_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Pairs of systems that cannot be: names, doubles, crossings on which nothing depends, work by hand for no pair."""
    for at, flow in items(data, "processes"):
        for label, step in items(flow, "steps"):
            for field in ("by_hand", "mends"):
                if step.get(field) is not None:
                    yield from _crosses(data, at, step[field], f"processes.{at}.steps.{label}.{field}")
    pairs: dict[frozenset[str], str] = {}
    for name, integration in items(data, "integrations"):
        at = f"integrations.{name}"
        between = names(integration.get("between"))
        for i, system in enumerate(between):
            yield from unknown("system", system, block(data, "systems"), f"{at}.between.{i}")
        other = pairs.setdefault(frozenset(between), name)
        if other != name:
            yield Problem(
                path=f"{at}.between",
                value=", ".join(between),
                message=f"{other} joins the same systems",
                hint=f"put the crossings of both into {other}",
            )
        for process, crossing in items(integration, "crossings"):
            yield from unknown("process", process, block(data, "processes"), f"{at}.crossings.{process}")
            steps = items(block(data, "processes", process), "steps")
            by_hand = any(name in (step.get("by_hand"), step.get("mends")) for _, step in steps)
            if not by_hand and crossing.get("lost") in (None, 0):
                yield Problem(
                    path=f"{at}.crossings.{process}",
                    value=process,
                    message=f"nothing depends on it: no step of {process} is done `by_hand` or `mends` {name}, and no "
                    "item is lost",
                    hint="add such a step, or state `mismatch` and `lost`",
                )


def repairer_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Repairers whom no system names, and systems that name nobody."""
    groups, named = block(data, "repairers"), set()
    for name, system in items(data, "systems"):
        named.add(system.get("repairer"))
        yield from unknown("group of repairers", system.get("repairer"), groups, f"systems.{name}.repairer")
    for name in groups:
        if name not in named:
            yield Problem(
                path=f"repairers.{name}",
                value=name,
                message="they repair nothing: no system names them",
                hint=f"write `repairer: {name}` at the systems that they repair, or leave them out",
            )


def hosting_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Providers, subscriptions and capacities that name nothing or limit nothing."""
    processes, systems = block(data, "processes"), block(data, "systems")
    needed: set[Any] = set()
    for name in processes:
        for _, step in items(data, "processes", name, "steps"):
            needed.update([step["system"]] if isinstance(step.get("system"), str) else names(step.get("system")))
    for name, system in items(data, "systems"):
        at = f"systems.{name}"
        yield from unknown("provider", system.get("provider"), block(data, "providers"), f"{at}.provider")
        for i, process in enumerate(names(block(system, "subscription").get("processes"))):
            yield from unknown("process", process, processes, f"{at}.subscription.processes.{i}")
        if system.get("capacity_per_day") is not None and name not in needed:
            yield Problem(
                path=f"{at}.capacity_per_day",
                value=str(system["capacity_per_day"]),
                message=f"it limits nothing: no step needs {name}",
                hint=f"write `system: {name}` at a step, or leave the capacity out",
            )
    for initiative, candidate in items(data, "initiatives"):
        for field in ("subscribes", "cancels"):
            for i, name in enumerate(names(candidate.get(field))):
                at = f"initiatives.{initiative}.{field}.{i}"
                yield from unknown("system", name, systems, at)
                if name in systems and not block(systems, name, "subscription"):
                    yield Problem(
                        path=at,
                        value=name,
                        message=f"{name} has no subscription",
                        hint=f"state `subscription:` of {name}, or leave it out",
                    )
