"""What is wrong with a roadmap problem: the fields that do not parse, and the parts that do not fit together.

Both are reported in one pass. Where some parts do not parse, the cross-checks run on those that do.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from optimize.coherence_rules import RULE_PARTS, Known, found_in_rules
from optimize.parts import Budget, ExclusiveGroup, Initiative, Interaction, Requirement, Triple, TrustRegion
from sim.errors import Problem, suggest

Part = TypeVar("Part", bound=BaseModel)


def found_in_fields(model: type[BaseModel], error: ValidationError) -> list[Problem]:
    """What pydantic found, as problems with path, value and hint."""
    problems = []
    findings = error.errors(include_url=False)
    for finding in findings:
        path = [part for part in finding["loc"] if part != "[key]"]
        if finding["type"] == "too_short" and any(
            other["loc"][: len(path)] == (*path,) for other in findings if other is not finding
        ):
            continue  # short only because its items did not parse, which is reported
        unknown = finding["type"] == "extra_forbidden"
        known = _keys(_model_at(model, path[:-1])) if unknown else []
        problems.append(
            Problem(
                path=".".join(str(part) for part in path),
                message="unknown key" if unknown else finding["msg"][:1].lower() + finding["msg"][1:],
                value=None if finding["type"] == "missing" else _plain(finding["input"]),
                hint=suggest(str(path[-1]), known) if unknown else None,
            )
        )
    return problems


def found_in_whole(data: Any) -> list[Problem]:
    """What does not fit together in a problem, or in the sound parts of a raw document."""
    draft = _draft(data)
    rules = (_repeated, _lengths, _windows, _unknown_names, _pairs, _triples, _cycles, _exclusive_conflicts, _roadmaps)
    problems = [problem for rule in rules for problem in rule(draft)]
    raw = dict(data) if isinstance(data, BaseModel) else data
    return [*problems, *found_in_rules(_known(draft, raw if isinstance(raw, dict) else {}))]


@dataclass
class _Draft:
    """The parts of a problem that parse, each with its path."""

    periods: int | None = None
    ids: list[str] = field(default_factory=list)
    skills: dict[str, tuple[float, ...] | None] = field(default_factory=dict)
    initiatives: list[tuple[str, Initiative]] = field(default_factory=list)
    interactions: list[tuple[str, Interaction]] = field(default_factory=list)
    triples: list[tuple[str, Triple]] = field(default_factory=list)
    budgets: list[tuple[str, Budget]] = field(default_factory=list)
    requires: list[tuple[str, Requirement]] = field(default_factory=list)
    exclusive: list[tuple[str, ExclusiveGroup]] = field(default_factory=list)
    roadmaps: list[tuple[str, dict[str, int]]] = field(default_factory=list)


def _draft(data: Any) -> _Draft:
    raw = dict(data) if isinstance(data, BaseModel) else data
    if not isinstance(raw, dict):
        return _Draft()
    periods = raw.get("periods")
    initiatives = _items(raw.get("initiatives"))
    ids = [_get(item, "id") for item in initiatives]
    skills = raw.get("skills")
    region = _sound("trust_region", [raw.get("trust_region")], TrustRegion)
    roadmaps = [("trust_region.incumbent", part.incumbent) for _, part in region]
    for position, roadmap in enumerate(_items(raw.get("forbidden"))):
        if isinstance(roadmap, dict) and all(_is_period(start) for start in roadmap.values()):
            roadmaps.append((f"forbidden.{position}", roadmap))
    return _Draft(
        periods=periods if _is_period(periods) else None,
        ids=[name for name in ids if isinstance(name, str)],
        skills={name: _numbers(days) for name, days in skills.items()} if isinstance(skills, dict) else {},
        initiatives=_sound("initiatives", initiatives, Initiative),
        interactions=_sound("interactions", raw.get("interactions"), Interaction),
        triples=_sound("triples", raw.get("triples"), Triple),
        budgets=_sound("budgets", raw.get("budgets"), Budget),
        requires=_sound("requires", raw.get("requires"), Requirement),
        exclusive=_sound("exclusive", raw.get("exclusive"), ExclusiveGroup),
        roadmaps=roadmaps,
    )


def _known(draft: _Draft, raw: dict[str, Any]) -> Known:
    """What the rules of choice, calendar and money speak of."""
    whats = [_get(item, "what") for key in ("objectives", "at_least") for item in _items(raw.get(key))]
    return Known(
        periods=draft.periods,
        ids=draft.ids,
        initiatives={one.id: one for _, one in draft.initiatives},
        budgets=[name for name in (_get(item, "name") for item in _items(raw.get("budgets"))) if isinstance(name, str)],
        skills=list(draft.skills),
        exclusive=draft.exclusive,
        discount=_items(raw.get("discount")),
        parts={key: _sound(key, raw.get(key), model) for key, model in RULE_PARTS.items()},
        stated=[key for key in RULE_PARTS if _items(raw.get(key))],
        aims=[aim for aim in (raw.get("objective"), *whats) if isinstance(aim, str)],
    )


def _sound(key: str, raw: Any, model: type[Part]) -> list[tuple[str, Part]]:
    sound = []
    for position, item in enumerate(_items(raw)):
        try:
            sound.append((f"{key}.{position}", model.model_validate(item)))
        except ValidationError:
            continue  # reported with the fields
    return sound


# ---- the rules: each says in a sentence what must hold ----------------------------------------------------------


def _repeated(draft: _Draft) -> Iterator[Problem]:
    """Initiatives, budgets and groups have different names."""
    named = (
        [("initiatives.{}.id", name) for name in draft.ids],
        [(f"{path}.name", budget.name) for path, budget in draft.budgets],
        [(f"{path}.name", group.name) for path, group in draft.exclusive],
    )
    for names in named:
        seen: set[str] = set()
        for position, (path, name) in enumerate(names):
            if name in seen:
                yield Problem(path.format(position), f"{name!r} is used twice", name, "give each a name of its own")
            seen.add(name)


def _lengths(draft: _Draft) -> Iterator[Problem]:
    """Series by period have one number a period."""
    if draft.periods is None:
        return
    series: list[tuple[str, tuple[float, ...] | None]] = []
    series += [(f"{path}.value", initiative.value) for path, initiative in draft.initiatives]
    series += [(f"{path}.price", initiative.price or None) for path, initiative in draft.initiatives]
    series += [(f"{path}.amount", budget.amount) for path, budget in draft.budgets]
    series += [(f"skills.{name}", days) for name, days in draft.skills.items()]
    for path, numbers in series:
        if numbers is not None and len(numbers) != draft.periods:
            yield Problem(path, f"has {len(numbers)} numbers", len(numbers), f"one a period: {draft.periods}")


def _windows(draft: _Draft) -> Iterator[Problem]:
    """Windows lie within the horizon and are not empty."""
    for path, initiative in draft.initiatives:
        allowed = None if draft.periods is None else f"0 to {draft.periods - 1}"
        late = {
            key: start
            for key, start in (("earliest", initiative.earliest), ("latest", initiative.latest))
            if start is not None and draft.periods is not None and start >= draft.periods
        }
        for key, start in late.items():
            yield Problem(f"{path}.{key}", f"{initiative.id!r}: {key} start lies past the horizon", start, allowed)
        if not late and initiative.latest is not None and initiative.earliest > initiative.latest:
            message = f"{initiative.id!r}: earliest start {initiative.earliest} is after latest {initiative.latest}"
            yield Problem(f"{path}.earliest", message, initiative.earliest, f"0 to {initiative.latest}")


def _unknown_names(draft: _Draft) -> Iterator[Problem]:
    """Every initiative and skill that is named exists."""
    mentioned: list[tuple[str, str]] = []
    for path, pair in draft.interactions:
        mentioned += [(f"{path}.first", pair.first), (f"{path}.second", pair.second)]
    for path, triple in draft.triples:
        mentioned += [(f"{path}.{key}", getattr(triple, key)) for key in ("first", "second", "third")]
    for path, rule in draft.requires:
        mentioned += [(f"{path}.initiative", rule.initiative), (f"{path}.requires", rule.requires)]
    for path, group in draft.exclusive:
        mentioned += [(f"{path}.members.{position}", name) for position, name in enumerate(group.members)]
    for path, budget in draft.budgets:
        mentioned += [(f"{path}.members.{position}", name) for position, name in enumerate(budget.members or ())]
    for path, roadmap in draft.roadmaps:
        mentioned += [(f"{path}.{name}", name) for name in roadmap]
    for path, name in mentioned:
        if name not in draft.ids:
            yield Problem(path, f"no initiative is called {name!r}", name, suggest(name, draft.ids))
    for path, initiative in draft.initiatives:
        for skill in initiative.skill_days:
            if skill not in draft.skills:
                hint = suggest(skill, draft.skills)
                yield Problem(f"{path}.skill_days.{skill}", f"no skill is called {skill!r}", skill, hint)


def _pairs(draft: _Draft) -> Iterator[Problem]:
    """Two initiatives of a pair differ, and each pair is stated once."""
    pairs = [(path, frozenset({pair.first, pair.second}), pair.first) for path, pair in draft.interactions]
    seen: set[object] = set()
    for path, both, name in pairs:
        if len(both) == 1:
            yield Problem(path, f"{name!r} interacts with itself", name, "name two different initiatives")
        elif both in seen:
            yield Problem(path, "this pair has an interaction already", " ".join(sorted(both)), "add them up into one")
        seen.add(both)
    for path, rule in draft.requires:
        edge = (rule.initiative, rule.requires)
        if rule.initiative == rule.requires:
            yield Problem(path, f"{rule.initiative!r} requires itself", rule.initiative, "name another initiative")
        elif edge in seen:
            message = f"{rule.initiative!r} requires {rule.requires!r} is stated twice"
            yield Problem(path, message, rule.requires, "keep the one with the longer delay")
        seen.add(edge)
    for path, group in draft.exclusive:
        for name, times in Counter(group.members).items():
            if times > 1:
                yield Problem(f"{path}.members", f"{name!r} is in group {group.name!r} twice", name, "name it once")


def _triples(draft: _Draft) -> Iterator[Problem]:
    """Three initiatives of a triple differ, and each triple is stated once."""
    seen: set[object] = set()
    for path, triple in draft.triples:
        three = frozenset(triple.members)
        names = " ".join(triple.members)
        if len(three) < 3:
            yield Problem(path, "a triple names an initiative twice", names, "name three different initiatives")
        elif three in seen:
            yield Problem(path, "this triple is stated already", names, "add them up into one")
        seen.add(three)


def _cycles(draft: _Draft) -> Iterator[Problem]:
    """No initiative requires itself by way of others."""
    needs: dict[str, list[str]] = {}
    for _, rule in draft.requires:
        if rule.initiative != rule.requires:
            needs.setdefault(rule.initiative, []).append(rule.requires)
    reported: set[frozenset[str]] = set()
    for path, rule in draft.requires:
        way = _way(needs, rule.requires, rule.initiative) if rule.initiative != rule.requires else None
        if way is not None and frozenset(way) not in reported:
            reported.add(frozenset(way))
            circle = " requires ".join([rule.initiative, *way])
            yield Problem(path, f"a circle: {circle}", rule.requires, "remove one of these")


def _way(needs: dict[str, list[str]], start: str, goal: str) -> list[str] | None:
    """Initiatives from start to goal along `needs`, both included, or None."""
    ways = [[start]]
    visited = {start}
    while ways:
        way = ways.pop()
        if way[-1] == goal:
            return way
        for name in needs.get(way[-1], []):
            if name not in visited:
                visited.add(name)
                ways.append([*way, name])
    return None


def _exclusive_conflicts(draft: _Draft) -> Iterator[Problem]:
    """No two mandatory initiatives exclude each other."""
    mandatory = {initiative.id for _, initiative in draft.initiatives if initiative.mandatory}
    for path, group in draft.exclusive:
        forced = [name for name in dict.fromkeys(group.members) if name in mandatory]
        if len(forced) > 1:
            message = f"{' and '.join(forced)} are mandatory, but group {group.name!r} allows one of them"
            yield Problem(f"{path}.members", message, " ".join(forced), "make at most one of them mandatory")


def _roadmaps(draft: _Draft) -> Iterator[Problem]:
    """Roadmaps that are named start within the horizon."""
    for path, roadmap in draft.roadmaps:
        for name, start in roadmap.items():
            if draft.periods is not None and start >= draft.periods:
                message = f"{name!r} starts past the horizon"
                yield Problem(f"{path}.{name}", message, start, f"0 to {draft.periods - 1}")


# ---- small helpers ----------------------------------------------------------------------------------------------


def _plain(value: Any) -> object:
    """The offending value where it is short enough to show and exists in JSON."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, str | int | float) else None


def _is_period(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _items(raw: Any) -> list[Any]:
    return list(raw) if isinstance(raw, list | tuple) else []


def _get(item: Any, key: str) -> Any:
    if isinstance(item, BaseModel):
        return dict(item).get(key)
    return item.get(key) if isinstance(item, dict) else None


def _numbers(raw: Any) -> tuple[float, ...] | None:
    return tuple(raw) if isinstance(raw, list | tuple) else None


def _keys(model: type[BaseModel] | None) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()] if model is not None else []


def _model_at(model: type[BaseModel], path: Iterable[Any]) -> type[BaseModel] | None:
    """The record at a path of keys and list positions."""
    here: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int):
            continue
        fields = {info.alias or name: info.annotation for name, info in here.model_fields.items()} if here else {}
        here = _record_in(fields.get(str(part)))
    return here


def _record_in(annotation: Any) -> type[BaseModel] | None:
    """The record class inside an annotation such as tuple[Initiative, ...] or TrustRegion | None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _record_in(inner)) is not None), None)
