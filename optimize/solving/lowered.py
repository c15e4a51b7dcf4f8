"""A roadmap problem as arrays, for compiled code: starts, worth, money, days and the rules between initiatives.

`lower` knows the families that it names and no other. A problem that states anything else lowers to None, and the exact
solver goes alone: a search that did not know a rule would propose what breaks it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from optimize.problem import Budget, RoadmapProblem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDING = 1e-9
"""A row may be exceeded by this share of its largest amount; a thousandth of what `check` allows."""

KNOWN = {
    "RoadmapProblem": {
        "schema_version", "periods", "constant", "initiatives", "interactions", "budgets", "skills", "requires",
        "exclusive", "groups", "simultaneous", "pins", "blackouts",
    },
    "Initiative": {
        "id", "value", "cost", "skill_days", "price", "duration", "earliest", "latest", "mandatory", "departments",
        "owner", "vendor",
    },
    "Cost": {"capital", "delivery", "running"},
    "Interaction": {"first", "second", "value"},
    "Budget": {"name", "amount", "kinds", "carry_share", "carry_cap"},
    "Requirement": {"initiative", "requires", "lag", "from_"},
    "ExclusiveGroup": {"name", "members"},
    "SelectionGroup": {"name", "members", "rule"},
    "SimultaneousLimit": {"name", "members", "at_most", "load"},
    "Pin": {"initiative", "start", "reason"},
    "Blackout": {"name", "closed"},
}  # fmt: skip
"""Every field that the arrays hold. A record with another one that is not at its default is not lowered. Of the rules
of a group only `at_most_one` is: the others demand, and a walk that begins with nothing may never meet them."""


class Lowered(NamedTuple):
    """The problem as arrays: n initiatives in the order of the problem, T periods, B budgets, K skills.

    Lists of lists are flat: those of initiative i are `first[i] : first[i + 1]`.
    """

    value: Floats  # (n, T) worth of a start [currency]
    open: NDArray[np.bool_]  # (n, T) starts that an optimum may use
    must: NDArray[np.bool_]  # (n,) mandatory, or required by what is
    cost: Floats  # (n, B, T) cost by elapsed period, before the price of the start [currency]
    price: Floats  # (n, T) factor on the cost of a start
    amount: Floats  # (B, T), rounding included [currency]
    share: Floats  # (B,) of what is kept
    cap: Floats  # (B,) most that is kept; inf = no cap [currency]
    days: Floats  # (n, K, T) by elapsed period [days]; a limit on work at the same time is a skill of one a period
    reach: Ints  # (n,) elapsed periods after which it takes no more days
    capacity: Floats  # (K, T), rounding included [days]
    needs_first: Ints  # (n + 1,)
    needs: Ints  # what i requires
    needs_delay: Ints  # periods from its start to the earliest start of i
    serves_first: Ints  # (n + 1,)
    serves: Ints  # what requires i
    serves_delay: Ints
    rivals_first: Ints  # (n + 1,)
    rivals: Ints  # what i excludes
    pairs_first: Ints  # (n + 1,)
    pairs: Ints  # with what i interacts
    pairs_value: Floats  # [currency]


def lower(problem: RoadmapProblem) -> Lowered | None:
    """The problem as arrays; None where it states what they cannot hold.

    >>> from optimize.problem import Initiative, RoadmapProblem, TrustRegion
    >>> plain = RoadmapProblem(periods=2, initiatives=(Initiative(id="pos", value=(5, 8)),))
    >>> lower(plain).value.tolist()
    [[5.0, 8.0]]
    >>> lower(plain.model_copy(update={"trust_region": TrustRegion(incumbent={}, at_most=1)})) is None
    True
    """
    if not all(_known(record) for record in _records(problem)):
        return None
    if any(group.rule != "at_most_one" for group in problem.groups):
        return None
    place = {initiative.id: at for at, initiative in enumerate(problem.initiatives)}
    count, periods = len(place), problem.periods
    cost, amount = _money(problem)
    days, capacity = _days(problem, place)
    needs: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    serves: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for rule in problem.requires:
        after, before, delay = place[rule.initiative], place[rule.requires], problem.delay(rule)
        needs[after].append((before, delay))
        serves[before].append((after, delay))
    rivals: list[set[int]] = [set() for _ in range(count)]
    for names in (*(one.members for one in problem.exclusive), *(one.members for one in problem.groups)):
        members = {place[name] for name in names}
        for member in members:
            rivals[member] |= members - {member}
    pairs: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for pair in problem.interactions:
        if pair.value != 0.0:
            pairs[place[pair.first]].append((place[pair.second], pair.value))
            pairs[place[pair.second]].append((place[pair.first], pair.value))
    needs_first, needs_who, needs_delay = _flat(needs)
    serves_first, serves_who, serves_delay = _flat(serves)
    rivals_first, rivals_who, _ = _flat([[(other, 0.0) for other in sorted(others)] for others in rivals])
    pairs_first, pairs_who, pairs_value = _flat(pairs)
    return Lowered(
        value=np.array([initiative.value for initiative in problem.initiatives], np.float64).reshape(count, periods),
        open=_open(problem, place),
        must=_must(problem, needs),
        cost=cost,
        price=np.array([[one.price_at(t) for t in range(periods)] for one in problem.initiatives]),
        amount=amount + ROUNDING * amount.max(axis=1, keepdims=True, initial=0.0),
        share=np.array([budget.carry_share for budget in problem.budgets], np.float64),
        cap=np.array([_cap(budget) for budget in problem.budgets], np.float64),
        days=days,
        reach=_reach(days),
        capacity=capacity + ROUNDING * capacity.max(axis=1, keepdims=True, initial=0.0),
        needs_first=needs_first,
        needs=needs_who,
        needs_delay=needs_delay.astype(np.int64),
        serves_first=serves_first,
        serves=serves_who,
        serves_delay=serves_delay.astype(np.int64),
        rivals_first=rivals_first,
        rivals=rivals_who,
        pairs_first=pairs_first,
        pairs=pairs_who,
        pairs_value=pairs_value,
    )


def _records(problem: RoadmapProblem) -> Iterable[Any]:
    yield problem
    for initiative in problem.initiatives:
        yield initiative
        yield initiative.cost
    yield from (*problem.interactions, *problem.budgets, *problem.requires, *problem.exclusive)
    yield from (*problem.groups, *problem.simultaneous, *problem.pins, *problem.blackouts)


def _open(problem: RoadmapProblem, place: dict[str, int]) -> NDArray[np.bool_]:
    """Starts (n, T) that windows, blackouts and pins leave."""
    starts = np.zeros((len(place), problem.periods), np.bool_)
    for at, initiative in enumerate(problem.initiatives):
        window = problem.window(initiative)
        starts[at, window.start : window.stop] = True
    for blackout in problem.blackouts:
        for name, closed in blackout.closed.items():
            starts[place[name], list(closed)] = False
    for pin in problem.pins:
        others = np.arange(problem.periods) != (-1 if pin.start is None else pin.start)
        starts[place[pin.initiative], others] = False
    return starts


def _days(problem: RoadmapProblem, place: dict[str, int]) -> tuple[Floats, Floats]:
    """Days (n, K, T) by elapsed period of every skill, then of every limit on simultaneous work; capacity (K, T)."""
    limits = [*problem.skills.values(), *(limit.at_most for limit in problem.simultaneous)]
    days = np.zeros((len(place), len(limits), problem.periods))
    for at, initiative in enumerate(problem.initiatives):
        for k, skill in enumerate(problem.skills):
            profile = initiative.skill_days.get(skill, ())[: problem.periods]
            days[at, k, : len(profile)] = profile
        for k, limit in enumerate(problem.simultaneous, start=len(problem.skills)):
            if initiative.id in limit.members:
                days[at, k, : limit.load.get(initiative.id, initiative.duration)] = 1.0
    return days, np.array(limits, np.float64).reshape(len(limits), problem.periods)


def _known(record: Any) -> bool:
    """Whether each field that is not at its default is one that the arrays hold."""
    kind = type(record)
    known = KNOWN.get(kind.__name__, set())
    return all(
        name in known or getattr(record, name) == info.get_default(call_default_factory=True)
        for name, info in kind.model_fields.items()
    )


def _reach(days: Floats) -> Ints:
    """Elapsed periods (n,) after which an initiative takes no more days."""
    last = [np.flatnonzero(one.any(axis=0)) for one in days]
    return np.array([at[-1] + 1 if at.size else 0 for at in last], np.int64)


def _cap(budget: Budget) -> float:
    return np.inf if budget.carry_cap is None else budget.carry_cap


def _money(problem: RoadmapProblem) -> tuple[Floats, Floats]:
    """Cost (n, B, T) of the kinds that each budget pays, and amounts (B, T)."""
    cost = np.zeros((len(problem.initiatives), len(problem.budgets), problem.periods))
    for b, budget in enumerate(problem.budgets):
        for at, initiative in enumerate(problem.initiatives):
            for kind in sorted(set(budget.kinds) - {"bought"}):  # a problem with days to buy is not lowered
                if not budget.pays(kind, initiative.id):
                    continue
                profile = getattr(initiative.cost, kind)[: problem.periods]
                cost[at, b, : len(profile)] += profile
    amount = np.array([budget.amount for budget in problem.budgets], np.float64)
    return cost, amount.reshape(len(problem.budgets), problem.periods)


def _must(problem: RoadmapProblem, needs: list[list[tuple[int, float]]]) -> NDArray[np.bool_]:
    """What is mandatory and, step by step, what that requires."""
    pinned = {pin.initiative for pin in problem.pins if pin.start is not None}
    must = np.array([one.mandatory or one.id in pinned for one in problem.initiatives], np.bool_)
    stack = [int(at) for at in np.flatnonzero(must)]
    while stack:
        for other, _ in needs[stack.pop()]:
            if not must[other]:
                must[other] = True
                stack.append(other)
    return must


def _flat(lists: list[list[tuple[int, float]]]) -> tuple[Ints, Ints, Floats]:
    """Lists of (who, number) as (first, who, number)."""
    first = np.cumsum([0, *(len(one) for one in lists)]).astype(np.int64)
    who = np.array([who for one in lists for who, _ in one], np.int64)
    return first, who, np.array([number for one in lists for _, number in one], np.float64)
