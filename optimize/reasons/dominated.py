"""Initiatives that no best roadmap needs, left out before a problem is solved again and again.

An optional initiative that nothing requires, and whose best start with all pairs that gain by it is worth nothing or
less, can be dropped from any roadmap: every limit still holds and the worth does not fall. So the most that a roadmap
is worth, and whether there is one, are the same without it, whatever the amounts of budgets and skills are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from optimize.problem import RoadmapProblem

HARMLESS: Final = frozenset(
    {"schema_version", "periods", "constant", "initiatives", "interactions", "triples", "budgets", "skills"}
    | {"requires", "exclusive", "outside", "discount", "simultaneous", "blackouts", "quick_wins"}
)
"""Fields of a problem that never make a roadmap allowed only with some initiative, but for what is looked at here. A
problem that states anything else is left whole."""


def never_gains(problem: RoadmapProblem, name: str) -> bool:
    """Whether every roadmap is worth as much or more without this initiative, so that no amount of anything lets it in.

    True only where that is certain.
    """
    return name in _hopeless(problem)


def reduced(problem: RoadmapProblem) -> RoadmapProblem:
    """The problem without the initiatives that never gain.

    >>> from optimize.problem import Initiative, RoadmapProblem
    >>> toy, till = Initiative(id="toy", value=(-1,)), Initiative(id="till", value=(2,))
    >>> [one.id for one in reduced(RoadmapProblem(periods=1, initiatives=(toy, till))).initiatives]
    ['till']
    """
    gone = _hopeless(problem)
    if not gone:
        return problem
    limits = [
        one.model_copy(
            update={
                "members": tuple(name for name in one.members if name not in gone),
                "load": {name: periods for name, periods in one.load.items() if name not in gone},
            }
        )
        for one in problem.simultaneous
    ]
    closed = [
        one.model_copy(update={"closed": {name: when for name, when in one.closed.items() if name not in gone}})
        for one in problem.blackouts
    ]
    groups = [
        group.model_copy(update={"members": tuple(one for one in group.members if one not in gone)})
        for group in problem.exclusive
    ]
    return problem.model_copy(
        update={
            "initiatives": tuple(one for one in problem.initiatives if one.id not in gone),
            "interactions": tuple(
                pair for pair in problem.interactions if pair.first not in gone and pair.second not in gone
            ),
            "triples": tuple(one for one in problem.triples if gone.isdisjoint(one.members)),
            "simultaneous": tuple(one for one in limits if one.members),
            "blackouts": tuple(one for one in closed if one.closed),
            "requires": tuple(rule for rule in problem.requires if rule.initiative not in gone),
            "exclusive": tuple(group for group in groups if len(group.members) > 1),
        }
    )


def _hopeless(problem: RoadmapProblem) -> set[str]:
    """What can be dropped, round after round: who is required, or gains, only beside the dropped goes as well."""
    others = set(type(problem).model_fields) - HARMLESS - {"objective"}
    if problem.objective != "worth" or any(getattr(problem, field) not in ((), {}, None) for field in others):
        return set()
    gone: set[str] = set()
    wanted = {name for win in problem.quick_wins for name in win.members}
    while True:
        required = wanted | {rule.requires for rule in problem.requires if rule.initiative not in gone}
        gains: dict[str, float] = {}
        for pair in problem.interactions:
            if pair.value > 0.0 and not gone & {pair.first, pair.second}:
                gains[pair.first] = gains.get(pair.first, 0.0) + pair.value
                gains[pair.second] = gains.get(pair.second, 0.0) + pair.value
        for triple in problem.triples:
            if triple.value > 0.0 and gone.isdisjoint(triple.members):
                for name in triple.members:
                    gains[name] = gains.get(name, 0.0) + triple.value
        more = {
            one.id
            for one in problem.initiatives
            if one.id not in gone
            and not one.mandatory
            and one.id not in required
            and max(one.value[t] for t in problem.window(one)) + gains.get(one.id, 0.0) <= 0.0
        }
        if not more:
            return gone
        gone |= more
