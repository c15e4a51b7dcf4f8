"""The attitude to risk that a command asks for, in place of the one that the file states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import Problem, ProblemsFound, nearest

if TYPE_CHECKING:
    from sim.world import Scenario

AIMS = {"mean": "mean", "worst-future": "worst_future", "regret": "regret"}


def with_attitude(
    scenario: Scenario, weight: float | None, level: float | None, objective: str | None, future: str | None = None
) -> Scenario:
    """The scenario with another weight or level of the bad tail, or another objective; None keeps what the file states.

    future: the one that every draw shall live in, where a command asked for one. An objective other than the mean takes
    the place of the tail. Raises ProblemsFound for what does not fit together.
    """
    problems = list(_problems(scenario, weight, level, objective))
    money = scenario.money
    if not problems and objective is not None:
        aim = AIMS[objective]
        money = money.model_copy(update={"objective": aim, "risk": money.risk if aim == "mean" else None})
    if not problems and (weight is not None or level is not None):
        from sim.world.money import Risk

        known = {} if money.risk is None else money.risk.model_dump()
        wanted = known | ({} if weight is None else {"weight": weight}) | ({} if level is None else {"level": level})
        neutral = wanted.get("weight", 0.0) == 0.0 and wanted.get("floor") is None
        if neutral and weight is None:
            hint = "give --risk-weight as well"
            problems.append(Problem("--risk-level", "the mean of the worst draws has no weight", level, hint))
        elif money.objective != "mean":
            hint = "give --objective mean as well"
            what = f"the objective is {money.objective}, which looks at futures"
            problems.append(Problem("--risk-weight", what, weight, hint))
        else:
            money = money.model_copy(update={"risk": None if neutral else Risk.model_validate(wanted)})
    if not problems and future is not None and money.objective != "mean":
        hint = "leave --future out, or give --objective mean"
        problems.append(Problem("--future", f"the objective {money.objective} looks at all futures", future, hint))
    if problems:
        raise ProblemsFound(problems)
    return scenario.model_copy(update={"money": money})


def _problems(scenario: Scenario, weight: float | None, level: float | None, objective: str | None) -> list[Problem]:
    if objective is None:
        return []
    if objective not in AIMS:
        close = nearest(objective, list(AIMS))
        hint = f"did you mean {close}?" if close else f"one of {', '.join(AIMS)}"
        return [Problem("--objective", "unknown objective", objective, hint)]
    if objective != "mean" and not scenario.futures:
        return [Problem("--objective", "the scenario has no futures", objective, "mean, or a scenario with futures")]
    if objective != "mean" and (weight or level is not None):
        what = f"--risk-weight and --risk-level have no effect with {objective}"
        return [Problem("--objective", what, objective, "leave them out")]
    return []
