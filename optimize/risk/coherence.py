"""What does not fit together in the parts of a roadmap problem that speak of risk."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from optimize.parts import Budget, Grant, Initiative, Interaction
from optimize.risk.parts import FUTURES, GOAL, AtLeast, ChanceBudget, ChanceCash, Future, Objective, Risk, Worlds
from sim.errors import Problem, suggest

Part = TypeVar("Part", bound=BaseModel)
ROUNDING = 1e-6
"""By how much the sum of probabilities may be off, and the mean of the worlds from the value, relative."""


@dataclass
class _Draft:
    """The parts of a problem that parse and are needed here."""

    periods: int | None = None
    objective: str = "worth"
    ids: list[str] = field(default_factory=list)
    budgets: list[str] = field(default_factory=list)
    goals: list[str] = field(default_factory=list)
    changed: dict[str, str] = field(default_factory=dict)  # budget -> what makes it more than amounts and costs
    initiatives: list[Initiative] = field(default_factory=list)
    pairs: dict[tuple[str, str], float] = field(default_factory=dict)
    risk: Risk | None = None
    worlds: Worlds | None = None
    futures: list[tuple[str, Future]] = field(default_factory=list)
    chance_budgets: list[tuple[str, ChanceBudget]] = field(default_factory=list)
    chance_cash: ChanceCash | None = None
    at_least: list[tuple[str, AtLeast]] = field(default_factory=list)
    objectives: list[tuple[str, Objective]] = field(default_factory=list)


def found_in_risk(data: Any) -> list[Problem]:
    """What does not fit together in a problem, or in the sound parts of a raw document."""
    raw = dict(data) if isinstance(data, BaseModel) else data
    if not isinstance(raw, dict):
        return []
    draft = _draft(raw)
    rules = (_needed, _worlds, _world_values, _futures, _chance_budgets, _chance_cash, _gates)
    return [problem for rule in rules for problem in rule(draft)]


def _draft(raw: Mapping[str, Any]) -> _Draft:
    initiatives = [one for _, one in _parts("initiatives", raw.get("initiatives"), Initiative)]
    pairs = [pair for _, pair in _parts("interactions", raw.get("interactions"), Interaction)]
    periods, objective = raw.get("periods"), raw.get("objective", "worth")
    return _Draft(
        periods=periods if isinstance(periods, int) and not isinstance(periods, bool) else None,
        objective=objective if isinstance(objective, str) else "worth",
        ids=[name for name in (_named(one, "id") for one in _items(raw.get("initiatives"))) if isinstance(name, str)],
        budgets=[name for name in (_named(one, "name") for one in _items(raw.get("budgets"))) if isinstance(name, str)],
        goals=[name for name in (_named(one, "name") for one in _items(raw.get("goals"))) if isinstance(name, str)],
        changed=_changed(raw),
        initiatives=initiatives,
        pairs={(pair.first, pair.second): pair.value for pair in pairs},
        risk=_part(raw.get("risk"), Risk),
        worlds=_part(raw.get("worlds"), Worlds),
        futures=_parts("futures", raw.get("futures"), Future),
        chance_budgets=_parts("chance_budgets", raw.get("chance_budgets"), ChanceBudget),
        chance_cash=_part(raw.get("chance_cash"), ChanceCash),
        at_least=_parts("at_least", raw.get("at_least"), AtLeast),
        objectives=_parts("objectives", raw.get("objectives"), Objective),
    )


def _changed(raw: Mapping[str, Any]) -> dict[str, str]:
    """What beside its amounts and the cost of initiatives moves each budget."""
    found = {one.name: "credit" for _, one in _parts("budgets", raw.get("budgets"), Budget) if one.credit is not None}
    found |= {one.budget: "a grant" for _, one in _parts("grants", raw.get("grants"), Grant) if one.budget is not None}
    if _items(raw.get("outside")):
        paying = (one for _, one in _parts("budgets", raw.get("budgets"), Budget) if one.pays("bought"))
        found |= {one.name: "bought days" for one in paying}
    return found


# ---- the rules --------------------------------------------------------------------------------------------------


def _needed(draft: _Draft) -> Iterator[Problem]:
    """An aim has what it is about, and no two fields say what the aim is."""
    aims = [("objective", draft.objective)]
    aims += [(f"{path}.what", one.what) for path, one in draft.objectives]
    aims += [(f"{path}.what", one.what) for path, one in draft.at_least]
    weight, floor = (draft.risk.weight, draft.risk.floor) if draft.risk is not None else (0.0, None)
    for path, what in aims:
        if what in FUTURES and not draft.futures:
            yield Problem(path, f"{what!r} needs futures", what, "state `futures`, or another aim")
        goal = what.removeprefix(GOAL)
        if goal != what and goal not in draft.goals:
            yield Problem(path, f"no goal is called {goal!r}", what, suggest(goal, draft.goals))
        if what == "cvar" and (draft.worlds is None or draft.risk is None):
            yield Problem(path, "'cvar' needs worlds and a level", what, "state `worlds` and `risk`, or another aim")
        if what == "regret":
            for at, future in draft.futures:
                if future.best is None:
                    hint = "state what the best roadmap is worth in this future"
                    yield Problem(f"{at}.best", f"regret needs the best of {future.name!r}", None, hint)
    ranked: set[str] = set()
    for path, one in draft.objectives:
        if one.what in ranked:
            hint = "keep the first: what it has reached is kept by those behind it"
            yield Problem(f"{path}.what", f"the aim {one.what!r} is ranked twice", one.what, hint)
        ranked.add(one.what)
    if draft.objectives and draft.objective != "worth":
        yield Problem("objective", "`objectives` says what the aim is", draft.objective, "leave one of them out")
    if draft.worlds is None and (weight > 0.0 or floor is not None):
        path = "risk.weight" if weight > 0.0 else "risk.floor"
        yield Problem(path, "the CVaR needs worlds", weight or floor, "state `worlds`, or leave `risk` out")
    counted: list[str] = [one.what for _, one in draft.objectives]
    counted = counted or [draft.objective]
    counted += [one.what for _, one in draft.at_least]
    if weight > 0.0 and "worth" not in counted:
        yield Problem("risk.weight", f"has no effect on the aim {counted[0]!r}", weight, "0, or the aim 'worth'")


def _worlds(draft: _Draft) -> Iterator[Problem]:
    """Probabilities add up to 1, series have one number a world, names exist."""
    worlds = draft.worlds
    if worlds is None:
        return
    yield from _sum("worlds.probability", worlds.probability)
    count = len(worlds.probability)
    series: list[tuple[str, tuple[float, ...]]] = [("worlds.constant", worlds.constant)] if worlds.constant else []
    for name, of_start in worlds.value.items():
        yield from _known(f"worlds.value.{name}", name, draft.ids)
        if draft.periods is not None and len(of_start) != draft.periods:
            hint = f"one list a start period: {draft.periods}"
            yield Problem(f"worlds.value.{name}", f"has {len(of_start)} lists", len(of_start), hint)
        series += [(f"worlds.value.{name}.{t}", row) for t, row in enumerate(of_start)]
    seen: set[tuple[str, str]] = set()
    for position, pair in enumerate(worlds.interactions):
        path = f"worlds.interactions.{position}"
        if (pair.first, pair.second) in seen:
            hint = "keep one of them"
            yield Problem(path, f"the pair {pair.first}, {pair.second} is stated twice", pair.first, hint)
        seen.add((pair.first, pair.second))
        if (pair.first, pair.second) not in draft.pairs:
            message = f"the pair {pair.first}, {pair.second} is no interaction of the problem"
            yield Problem(path, message, pair.first, "state its mean in `interactions`, in the same order")
        series.append((f"{path}.value", pair.value))
    for path, numbers in series:
        if len(numbers) != count:
            yield Problem(path, f"has {len(numbers)} numbers", len(numbers), f"one a world: {count}")


def _world_values(draft: _Draft) -> Iterator[Problem]:
    """The mean of the worlds is the value of the problem: two different means would leave open which one counts."""
    worlds = draft.worlds
    if worlds is None:
        return
    scale = max((abs(x) for one in draft.initiatives for x in one.value), default=0.0)
    pairs: list[tuple[str, Sequence[float], float]] = [
        (f"worlds.interactions.{k}.value", pair.value, draft.pairs.get((pair.first, pair.second), math.nan))
        for k, pair in enumerate(worlds.interactions)
    ]
    for one in draft.initiatives:
        for t, (row, mean) in enumerate(zip(worlds.value.get(one.id, ()), one.value, strict=False)):
            pairs.append((f"worlds.value.{one.id}.{t}", row, mean))
    for path, values, mean in pairs:
        if len(values) != len(worlds.probability) or math.isnan(mean):
            continue
        found = math.fsum(p * x for p, x in zip(worlds.probability, values, strict=True))
        size = max(scale, abs(mean), *(abs(x) for x in values))
        if abs(found - mean) > ROUNDING * size:
            yield Problem(
                path, f"the mean of the worlds is {found:,.6g}", found, f"the value of the problem: {mean:,.6g}"
            )


def _futures(draft: _Draft) -> Iterator[Problem]:
    """Futures have names of their own, known initiatives and one number a period."""
    seen: set[str] = set()
    for path, future in draft.futures:
        if future.name in seen:
            yield Problem(f"{path}.name", f"{future.name!r} is used twice", future.name, "give each a name of its own")
        seen.add(future.name)
        for name, values in future.value.items():
            yield from _known(f"{path}.value.{name}", name, draft.ids)
            if draft.periods is not None and len(values) != draft.periods:
                hint = f"one a period: {draft.periods}"
                yield Problem(f"{path}.value.{name}", f"has {len(values)} numbers", len(values), hint)


def _chance_budgets(draft: _Draft) -> Iterator[Problem]:
    """Each budget has one limit on its chance, with one cost a world."""
    seen: set[str] = set()
    for path, chance in draft.chance_budgets:
        if chance.budget not in draft.budgets:
            hint = suggest(chance.budget, draft.budgets)
            yield Problem(f"{path}.budget", f"no budget is called {chance.budget!r}", chance.budget, hint)
        if chance.budget in seen:
            yield Problem(f"{path}.budget", f"{chance.budget!r} is limited twice", chance.budget, "keep one of them")
        seen.add(chance.budget)
        if chance.budget in draft.changed:
            message = f"{chance.budget!r} has {draft.changed[chance.budget]} as well, which no chance is computed with"
            yield Problem(f"{path}.budget", message, chance.budget, "leave one of the two out")
        yield from _sum(f"{path}.weight", chance.weight)
        for name, profile in chance.cost.items():
            yield from _known(f"{path}.cost.{name}", name, draft.ids)
            for e, values in enumerate(profile):
                if len(values) != len(chance.weight):
                    hint = f"one a world: {len(chance.weight)}"
                    yield Problem(f"{path}.cost.{name}.{e}", f"has {len(values)} numbers", len(values), hint)


def _chance_cash(draft: _Draft) -> Iterator[Problem]:
    """One balance a world and point of time, in each start period."""
    chance = draft.chance_cash
    if chance is None:
        return
    total = math.fsum(chance.weight)
    if total > 1.0 + ROUNDING:
        yield Problem("chance_cash.weight", f"the weights add up to {total:.9g}", total, "at most 1")
    worlds, points = len(chance.weight), len(chance.base[0]) if chance.base else 0
    if len(chance.base) != worlds:
        yield Problem("chance_cash.base", f"has {len(chance.base)} worlds", len(chance.base), f"as weights: {worlds}")
    shapes: list[tuple[str, Sequence[Sequence[float]]]] = [("chance_cash.base", chance.base)]
    for name, of_start in chance.delta.items():
        path = f"chance_cash.delta.{name}"
        yield from _known(path, name, draft.ids)
        if draft.periods is not None and len(of_start) != draft.periods:
            yield Problem(path, f"has {len(of_start)} lists", len(of_start), f"one a start period: {draft.periods}")
        shapes += [(f"{path}.{t}", of_world) for t, of_world in enumerate(of_start)]
    for path, of_world in shapes:
        if path != "chance_cash.base" and len(of_world) != worlds:
            yield Problem(path, f"has {len(of_world)} worlds", len(of_world), f"as weights: {worlds}")
        for s, values in enumerate(of_world):
            if len(values) != points:
                yield Problem(f"{path}.{s}", f"has {len(values)} numbers", len(values), f"as the first world: {points}")


# ---- small helpers ----------------------------------------------------------------------------------------------


def _sum(path: str, probability: Sequence[float]) -> Iterator[Problem]:
    total = math.fsum(probability)
    if abs(total - 1.0) > ROUNDING:
        yield Problem(path, f"the probabilities add up to {total:.9g}", total, "they must add up to 1")


def _known(path: str, name: str, ids: Sequence[str]) -> Iterator[Problem]:
    if name not in ids:
        yield Problem(path, f"no initiative is called {name!r}", name, suggest(name, ids))


def _part(raw: Any, model: type[Part]) -> Part | None:
    try:
        return None if raw is None else model.model_validate(raw)
    except ValidationError:
        return None  # reported with the fields


def _parts(key: str, raw: Any, model: type[Part]) -> list[tuple[str, Part]]:
    found = [(f"{key}.{position}", _part(one, model)) for position, one in enumerate(_items(raw))]
    return [(path, part) for path, part in found if part is not None]


def _items(raw: Any) -> list[Any]:
    return list(raw) if isinstance(raw, list | tuple) else []


def _named(item: Any, key: str) -> Any:
    return dict(item).get(key) if isinstance(item, BaseModel) else item.get(key) if isinstance(item, dict) else None


def _gates(draft: _Draft) -> Iterator[Problem]:
    """Worlds and futures hold the gates that are passed and failed in them."""
    if draft.worlds is None and not draft.futures:
        return
    for position, one in enumerate(draft.initiatives):
        if one.passes != 1.0:
            hint = "1, and values of worlds and futures with the gate in them"
            yield Problem(f"initiatives.{position}.passes", "has no place beside worlds or futures", one.passes, hint)
