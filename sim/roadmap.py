"""Roadmap: which initiative starts in which month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sim.errors import Problem, ProblemsFound, nearest
from sim.world import Scenario


@dataclass(frozen=True)
class Roadmap:
    """Start months by initiative, in the order of the scenario. The empty roadmap is the baseline.

    Make one with `roadmap(scenario, starts)`, which validates.
    """

    starts: tuple[tuple[str, int], ...] = ()

    @property
    def as_dict(self) -> dict[str, int]:
        """Start month by initiative."""
        return dict(self.starts)

    def __contains__(self, initiative: object) -> bool:
        return any(name == initiative for name, _ in self.starts)

    def __len__(self) -> int:
        return len(self.starts)

    def __str__(self) -> str:
        return ",".join(f"{name}@{month}" for name, month in self.starts) or "(nothing)"


EMPTY = Roadmap()


def roadmap(scenario: Scenario, starts: Mapping[str, int] | Roadmap) -> Roadmap:
    """Validate `starts` (initiative -> start month) against the scenario; every problem at once.

    Mandatory initiatives may be missing: the baseline is a roadmap too, and the optimiser sees to them.
    """
    if isinstance(starts, Roadmap):
        starts = starts.as_dict
    problems = [*_unknown(scenario, starts)]
    if not problems:
        problems = [*_windows(scenario, starts), *_requirements(scenario, starts), *_exclusions(scenario, starts)]
    if problems:
        raise ProblemsFound(problems)
    return Roadmap(tuple((name, int(starts[name])) for name in scenario.initiatives if name in starts))


def _unknown(scenario: Scenario, starts: Mapping[str, int]) -> Iterator[Problem]:
    for name, month in starts.items():
        if name not in scenario.initiatives:
            close = nearest(name, list(scenario.initiatives))
            hint = f"did you mean {close}?" if close else f"known: {', '.join(scenario.initiatives) or 'none'}"
            yield Problem(path="roadmap", value=name, message=f"there is no initiative named {name}", hint=hint)
        if isinstance(month, bool) or not isinstance(month, int) or not 0 <= month < scenario.planning_months:
            yield Problem(
                path=f"roadmap.{name}",
                value=month,
                message=f"{name} cannot start in month {month}",
                hint=f"a whole month from 0 to {scenario.planning_months - 1}",
            )


def _windows(scenario: Scenario, starts: Mapping[str, int]) -> Iterator[Problem]:
    for name, month in starts.items():
        initiative = scenario.initiatives[name]
        if month < initiative.earliest_month:
            yield Problem(
                path=f"roadmap.{name}",
                value=month,
                message=f"{name} cannot start in month {month}",
                hint=f"it is available from month {initiative.earliest_month}",
            )
        deadline = initiative.deadline_month
        if deadline is not None and initiative.planned_finish(month) > deadline:
            yield Problem(
                path=f"roadmap.{name}",
                value=month,
                message=f"{name} started in month {month} misses its deadline, month {deadline}",
                hint=f"start it by month {deadline - initiative.planned_months}",
            )


def _requirements(scenario: Scenario, starts: Mapping[str, int]) -> Iterator[Problem]:
    for name in starts:
        for requirement in scenario.initiatives[name].requires:
            if requirement.initiative not in starts:
                yield Problem(
                    path=f"roadmap.{name}",
                    value=name,
                    message=f"{name} requires {requirement.initiative}, which the roadmap leaves out",
                    hint=f"add {requirement.initiative}@MONTH or drop {name}",
                )


def _exclusions(scenario: Scenario, starts: Mapping[str, int]) -> Iterator[Problem]:
    for group, members in scenario.exclusive.items():
        chosen = [m for m in members if m in starts]
        if len(chosen) > 1:
            yield Problem(
                path="roadmap",
                value=", ".join(chosen),
                message=f"{' and '.join(chosen)} exclude each other (group {group})",
                hint="keep one of them",
            )
