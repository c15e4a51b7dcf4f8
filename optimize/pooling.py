"""Several problems as one, whose initiatives share the days of some skills: clients of one provider, for example.

Each problem keeps its money, its rules and the skills that are its own. What it has of a shared skill gives way to the
days of the pool. Names become CLIENT.NAME.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from optimize.problem import RoadmapProblem
from sim.errors import Problem, ProblemsFound, suggest

REFUSED: Final = {
    "worlds": "a weight of the worst draws",
    "risk": "a weight or floor of the worst draws",
    "futures": "an objective of futures",
    "objectives": "several objectives",
    "at_least": "what other aims must reach",
}


def pooled(problems: Mapping[str, RoadmapProblem], pool: Mapping[str, Sequence[float]]) -> RoadmapProblem:
    """One problem of many.

    problems: by client; all with the same number of periods. pool: shared skill -> days in each period. Limits on the
    cash balance, trust regions and forbidden roadmaps are of single clients and are left out. Raises ProblemsFound with
    everything that cannot be joined.
    """
    found = list(_unjoinable(problems, pool))
    if found:
        raise ProblemsFound(found)
    parts: dict[str, Any] = {}
    for client, problem in problems.items():
        for field, content in _renamed(client, problem, frozenset(pool)).items():
            if isinstance(content, list):
                parts.setdefault(field, []).extend(content)
            elif isinstance(content, dict):
                parts.setdefault(field, {}).update(content)
    periods = next(iter(problems.values())).periods
    parts.setdefault("skills", {}).update({skill: tuple(map(float, days)) for skill, days in pool.items()})
    constant = sum(problem.constant for problem in problems.values())
    return RoadmapProblem.model_validate({**parts, "periods": periods, "constant": constant})


def parted(roadmap: Mapping[str, int], clients: Sequence[str]) -> dict[str, dict[str, int]]:
    """The roadmap of each client out of one of all.

    >>> parted({"a.pos": 0, "b.crm": 2, "a.edr": 1}, ["a", "b", "c"])
    {'a': {'pos': 0, 'edr': 1}, 'b': {'crm': 2}, 'c': {}}
    """
    found: dict[str, dict[str, int]] = {client: {} for client in clients}
    for name, start in roadmap.items():
        client, _, own = name.partition(".")
        found[client][own] = start
    return found


def _unjoinable(problems: Mapping[str, RoadmapProblem], pool: Mapping[str, Sequence[float]]) -> Iterator[Problem]:
    if not problems:
        yield Problem("clients", "there is no client", hint="name one or more")
        return
    periods = next(iter(problems.values())).periods
    known = sorted({skill for problem in problems.values() for skill in problem.skills})
    for skill, days in pool.items():
        if skill not in known:
            yield Problem("shared", f"no client has a skill named {skill}", skill, suggest(skill, known))
        elif len(days) != periods:
            yield Problem(f"shared.{skill}", f"{len(days)} periods of days", len(days), f"{periods} periods")
    for client, problem in problems.items():
        if problem.periods != periods:
            hint = "give all clients the same planning months and period"
            yield Problem(client, f"has {problem.periods} periods, others {periods}", problem.periods, hint)
        for field, what in REFUSED.items():
            if getattr(problem, field):
                yield Problem(client, f"states {what}: clients are joined by their mean worth", hint="plan it alone")
        if problem.objective != "worth":
            yield Problem(client, "has another aim than the worth", problem.objective, "plan it alone")
        for one in problem.outside:
            hint = "count bought days in the pool"
            yield Problem(f"{client}.skills.{one.skill}.outside", "has no place beside a pool", one.skill, hint)


def _renamed(client: str, problem: RoadmapProblem, shared: frozenset[str]) -> dict[str, Any]:
    """Fields of the joint problem that one client fills."""

    def own(name: str) -> str:
        return f"{client}.{name}"

    def skill(name: str) -> str:
        return name if name in shared else own(name)

    def keyed(mapping: Mapping[str, Any]) -> dict[str, Any]:
        return {own(name): content for name, content in mapping.items()}

    def each(records: Sequence[Any], *names: str, lists: Sequence[str] = (), keys: Sequence[str] = ()) -> list[Any]:
        rows = []
        for record in records:
            row = record.model_dump(by_alias=True)
            row |= {field: own(row[field]) for field in names if row[field] is not None}
            row |= {field: tuple(own(name) for name in row[field]) for field in lists}
            row |= {field: keyed(row[field]) for field in keys}
            rows.append(row)
        return rows

    initiatives = [
        {**row, "skill_days": {skill(name): days for name, days in row["skill_days"].items()}}
        for row in each(problem.initiatives, "id", "owner", "vendor", lists=("departments",))
    ]
    return {
        "initiatives": initiatives,
        "interactions": each(problem.interactions, "first", "second"),
        "triples": each(problem.triples, "first", "second", "third"),
        "budgets": [
            {**row, "members": tuple(own(name) for name in _paid(problem, row["members"]))}
            for row in each(problem.budgets, "name")
        ],
        "skills": {skill(name): days for name, days in problem.skills.items() if name not in shared},
        "requires": each(problem.requires, "initiative", "requires"),
        "exclusive": each(problem.exclusive, "name", lists=("members",)),
        "groups": each(problem.groups, "name", lists=("members",)),
        "simultaneous": each(problem.simultaneous, "name", lists=("members",), keys=("load",)),
        "grants": each(problem.grants, "initiative", "budget"),
        "goals": each(problem.goals, "name", keys=("contributions",)),
        "quick_wins": each(problem.quick_wins, "name", lists=("members",), keys=("last",)),
        "pins": each(problem.pins, "initiative"),
        "blackouts": each(problem.blackouts, "name", keys=("closed",)),
        "chance_budgets": each(problem.chance_budgets, "budget", keys=("cost",)),
    }


def _paid(problem: RoadmapProblem, members: Sequence[str] | None) -> list[str]:
    """Initiatives that a budget pays: those of the client, where it states none."""
    return [one.id for one in problem.initiatives] if members is None else list(members)
