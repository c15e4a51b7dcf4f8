"""Names in a scenario that must exist, and numbers that must fit each other: all problems at once.

Works on the plain mapping of a file, so that a file with wrong numbers still gets its wrong names reported.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import Problem
from sim.world.choice_references import choice_problems
from sim.world.debts import covenant_problems, indebted
from sim.world.feeds import feed_problems
from sim.world.landscape import hosting_problems, integration_problems, repairer_problems
from sim.world.lookup import block as _block
from sim.world.lookup import items as _items
from sim.world.lookup import names as _names
from sim.world.lookup import unknown as _unknown
from sim.world.market_references import market_problems
from sim.world.readiness import readiness_problems

PERIOD_FALLBACK = 3


def reference_problems(data: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Every name in `data` (a scenario as plain mappings) that points nowhere, and every contradiction."""
    found: list[Problem] = []
    for check in (
        _people,
        _processes,
        _stock,
        integration_problems,
        hosting_problems,
        repairer_problems,
        _threats,
        market_problems,
        _controls,
        _initiatives,
        readiness_problems,
        _exclusive,
        choice_problems,
        _futures,
        _goals,
        _time,
        _objective,
        covenant_problems,
        _correlations,
        _calibration,
    ):
        found.extend(check(data))
    return tuple(found)


def _people(data: Mapping[str, Any]) -> Iterator[Problem]:
    for name, skill in _items(data, "skills"):
        yield from _unknown("role", skill.get("role"), _block(data, "people"), f"skills.{name}.role")
    planning = data.get("planning_months", 48)
    horizon = data.get("horizon_months", planning + 12 if isinstance(planning, int) else None)
    for name, role in _items(data, "people"):
        for label, hire in _items(role, "hires"):
            month = hire.get("month")
            if isinstance(horizon, int) and isinstance(month, int) and month >= horizon:
                yield Problem(
                    path=f"people.{name}.hires.{label}.month",
                    value=month,
                    message=f"nobody would see these seats: the simulated months end at {horizon}",
                    hint=f"0 to {horizon - 1}, or a longer `horizon_months`",
                )


def _processes(data: Mapping[str, Any]) -> Iterator[Problem]:
    for name, process in _items(data, "processes"):
        for label, step in _items(process, "steps"):
            path = f"processes.{name}.steps.{label}"
            yield from _unknown("role", step.get("role"), _block(data, "people"), f"{path}.role")
            needs = step.get("system")
            systems = _block(data, "systems")
            yield from _unknown("system", needs, systems, f"{path}.system")
            for i, system in enumerate(_names(needs)):
                yield from _unknown("system", system, systems, f"{path}.system.{i}")
        for source in _block(process, "fed_by"):
            yield from _unknown("process", source, _block(data, "processes"), f"processes.{name}.fed_by.{source}")
    yield from feed_problems({name: list(_block(p, "fed_by")) for name, p in _items(data, "processes")})


def _stock(data: Mapping[str, Any]) -> Iterator[Problem]:
    for name, group in _items(data, "stock"):
        for process in _block(group, "takes"):
            yield from _unknown("process", process, _block(data, "processes"), f"stock.{name}.takes.{process}")


def _calibration(data: Mapping[str, Any]) -> Iterator[Problem]:
    for name in _block(data, "calibration", "processes"):
        yield from _unknown("process", name, _block(data, "processes"), f"calibration.processes.{name}")


def _threats(data: Mapping[str, Any]) -> Iterator[Problem]:
    for name, threat in _items(data, "threats"):
        for i, system in enumerate(_names(threat.get("hits"))):
            yield from _unknown("system", system, _block(data, "systems"), f"threats.{name}.hits.{i}")


def _controls(data: Mapping[str, Any]) -> Iterator[Problem]:
    threats, candidates, controls = _block(data, "threats"), _block(data, "initiatives"), _block(data, "controls")
    for name, control in _items(data, "controls"):
        for i, threat in enumerate(_names(control.get("threats"))):
            yield from _unknown("threat", threat, threats, f"controls.{name}.threats.{i}")
        for i, initiative in enumerate(_names(control.get("brought_by"))):
            yield from _unknown("initiative", initiative, candidates, f"controls.{name}.brought_by.{i}")
        if not threats:
            yield Problem(
                path=f"controls.{name}",
                value=name,
                message="a control without any threat changes nothing",
                hint="state what it protects against under `threats`",
            )
    for block in ("demands", "credits"):
        for name in _block(data, "insurance", block):
            yield from _unknown("control", name, controls, f"insurance.{block}.{name}")
    held = _block(data, "profile").get("records")
    if held not in (None, 0) and not any(threat.get("breach") is not None for _, threat in _items(data, "threats")):
        yield Problem(
            path="profile.records",
            value=held if isinstance(held, (str, int, float)) else "stated",
            message="the records change nothing: no threat has a `breach` that exposes them",
            hint="add the block `breach` to a threat, or remove the records",
        )


def _initiatives(data: Mapping[str, Any]) -> Iterator[Problem]:
    from sim.world.delivery_references import delivery_problems, own_number_problems
    from sim.world.paths import effect_problem, effect_targets

    targets = effect_targets(data)
    roles, systems, candidates = _block(data, "people"), _block(data, "systems"), _block(data, "initiatives")
    for name, initiative in _items(data, "initiatives"):
        at = f"initiatives.{name}"
        yield from delivery_problems(initiative, at, data)
        requires = initiative.get("requires")
        for i, requirement in enumerate(requires if isinstance(requires, (list, tuple)) else ()):
            if isinstance(requirement, Mapping):
                yield from _unknown(
                    "initiative", requirement.get("initiative"), candidates, f"{at}.requires.{i}.initiative"
                )
        for i, system in enumerate(_names(initiative.get("refreshes"))):
            yield from _unknown("system", system, systems, f"{at}.refreshes.{i}")
        for kind in ("adoption", "dip"):
            for i, role in enumerate(_names(_block(initiative, kind).get("roles"))):
                yield from _unknown("role", role, roles, f"{at}.{kind}.roles.{i}")
        for path in _block(initiative, "effects"):
            problem = effect_problem(str(path), targets)
            if problem:
                message, hint = problem
                yield Problem(path=f"{at}.effects.{path}", value=str(path), message=message, hint=hint)
            else:
                yield from own_number_problems(str(path), candidates, f"{at}.effects.{path}")
    yield from _circles(candidates)


def _futures(data: Mapping[str, Any]) -> Iterator[Problem]:
    from sim.world.delivery_references import own_number_problems
    from sim.world.paths import effect_problem, effect_targets

    targets = effect_targets(data)
    total = 0.0
    for name, future in _items(data, "futures"):
        for path in _block(future, "changes"):
            problem = effect_problem(str(path), targets)
            if problem:
                message, hint = problem
                yield Problem(path=f"futures.{name}.changes.{path}", value=str(path), message=message, hint=hint)
            else:
                at = f"futures.{name}.changes.{path}"
                yield from own_number_problems(str(path), _block(data, "initiatives"), at)
        if name == "base":
            yield Problem(
                path="futures.base",
                value=name,
                message="base is the name of the world without any future",
                hint="choose another name",
            )
        probability = future.get("probability")
        total += probability if isinstance(probability, (int, float)) else 0.0
    if total > 1 + 1e-9:
        yield Problem(
            path="futures",
            value=f"{total:g}",
            message=f"the probabilities of the futures add up to {total:g}",
            hint="at most 1 together; the rest is the base world",
        )


def _required(initiative: Any) -> list[str]:
    requires = initiative.get("requires") if isinstance(initiative, Mapping) else None
    rows = requires if isinstance(requires, (list, tuple)) else ()
    return [str(r["initiative"]) for r in rows if isinstance(r, Mapping) and "initiative" in r]


def _reach(name: str, candidates: Mapping[str, Any]) -> set[str]:
    """Every initiative that `name` requires, step by step."""
    trail: set[str] = set()
    stack = _required(candidates[name])
    while stack:
        other = stack.pop()
        if other not in trail and other in candidates:
            trail.add(other)
            stack.extend(_required(candidates[other]))
    return trail


def _circles(candidates: Mapping[str, Any]) -> Iterator[Problem]:
    """Initiatives that, step by step, require themselves; each circle is reported once, at its first name."""
    reach = {name: _reach(name, candidates) for name in candidates}
    for name, trail in reach.items():
        circle = sorted(other for other in trail if name in reach[other])
        if name in trail and name == circle[0]:
            yield Problem(
                path=f"initiatives.{name}.requires",
                value=", ".join(circle),
                message=f"{', '.join(circle)} require each other in a circle",
                hint="remove one of these requirements",
            )


def _exclusive(data: Mapping[str, Any]) -> Iterator[Problem]:
    candidates = _block(data, "initiatives")
    for group, members in _block(data, "exclusive").items():
        names = _names(members)
        for i, member in enumerate(names):
            yield from _unknown("initiative", member, candidates, f"exclusive.{group}.{i}")
        mandatory = [m for m in names if _block(candidates, m).get("mandatory") is True]
        if len(mandatory) > 1:
            yield Problem(
                path=f"exclusive.{group}",
                value=", ".join(mandatory),
                message=f"{' and '.join(mandatory)} are mandatory but at most one of the group may be chosen",
                hint="make one of them optional or take it out of the group",
            )
        if len(set(names)) < 2:
            yield Problem(
                path=f"exclusive.{group}",
                value=", ".join(names),
                message="a group of fewer than two initiatives excludes nothing",
                hint="name at least two initiatives",
            )


def _goals(data: Mapping[str, Any]) -> Iterator[Problem]:
    from sim.montecarlo.kpis import KPIS

    units = {kpi.name: kpi.unit for kpi in KPIS}
    blocks = {kpi.name: kpi.block for kpi in KPIS if kpi.block}
    planning = data.get("planning_months", 48)
    horizon = data.get("horizon_months", planning + 12 if isinstance(planning, int) else None)
    known = isinstance(horizon, int) and isinstance(planning, int) and horizon >= planning > 0
    for name, goal in _items(data, "goals"):
        kpi, month, target = goal.get("kpi"), goal.get("month"), goal.get("target")
        yield from _unknown("KPI", kpi, units, f"goals.{name}.kpi")
        if kpi == "debt_service_cover":
            if not indebted(data):
                yield Problem(
                    path=f"goals.{name}.kpi",
                    value=kpi,
                    message=f"{kpi} has no value: nobody lends anything",
                    hint="state `money.loans`, `money.credit_line` or `financing` of an initiative, or another KPI",
                )
        elif isinstance(kpi, str) and kpi in blocks and not _block(data, blocks[kpi]):
            yield Problem(
                path=f"goals.{name}.kpi",
                value=kpi,
                message=f"{kpi} has no value: the scenario has no block `{blocks[kpi]}`",
                hint=f"add the block `{blocks[kpi]}`, or choose another KPI",
            )
        if known and isinstance(month, int) and month >= horizon:
            yield Problem(
                path=f"goals.{name}.month",
                value=month,
                message=f"nobody would see whether it is reached: the simulated months end at {horizon}",
                hint=f"0 to {horizon - 1}, or a longer `horizon_months`",
            )
        if isinstance(kpi, str) and units.get(kpi) == "share" and isinstance(target, (int, float)) and target > 1:
            yield Problem(
                path=f"goals.{name}.target",
                value=target,
                message=f"{kpi} is a share of at most 1, so {target:g} cannot be reached",
                hint=f"write {target:g} % or {target / 100:g}" if target <= 100 else "0 to 100 %",
            )


def _objective(data: Mapping[str, Any]) -> Iterator[Problem]:
    money = data.get("money")
    aim = money.get("objective", "mean") if isinstance(money, Mapping) else "mean"
    if aim in ("worst_future", "regret") and not data.get("futures"):
        yield Problem(
            path="money.objective",
            value=aim,
            message="there is no future to look at",
            hint="state `futures`, or `mean`",
        )


def _time(data: Mapping[str, Any]) -> Iterator[Problem]:
    planning, horizon = data.get("planning_months", 48), data.get("horizon_months")
    period = data.get("period_months", PERIOD_FALLBACK)
    if not isinstance(planning, int) or not isinstance(period, int) or period <= 0:
        return
    if isinstance(horizon, int) and horizon < planning:
        yield Problem(
            path="horizon_months",
            value=horizon,
            message=f"the horizon of {horizon} months is shorter than the {planning} planning months",
            hint=f"at least {planning}",
        )
    periods = -(-planning // period)
    for name, budget in _items(data, "money", "budgets"):
        amount = budget.get("amount")
        if isinstance(amount, (list, tuple)) and len(amount) not in (1, periods):
            yield Problem(
                path=f"money.budgets.{name}.amount",
                value=f"{len(amount)} amounts",
                message=f"{len(amount)} amounts for {periods} planning periods",
                hint=f"one amount, or {periods} amounts",
            )
    for name, initiative in _items(data, "initiatives"):
        earliest = initiative.get("earliest_month", 0)
        if isinstance(earliest, int) and earliest >= planning:
            yield Problem(
                path=f"initiatives.{name}.earliest_month",
                value=earliest,
                message=f"it can never start: the planning months end at {planning}",
                hint=f"0 to {planning - 1}",
            )


def _correlations(data: Mapping[str, Any]) -> Iterator[Problem]:
    from sim.world.paths import driver_problem, driver_values

    values = driver_values(data)
    rows = data.get("correlations")
    for i, row in enumerate(rows if isinstance(rows, (list, tuple)) else ()):
        drivers = _names(row.get("drivers")) if isinstance(row, Mapping) else []
        if len(drivers) == 2 and drivers[0] == drivers[1]:
            yield Problem(
                path=f"correlations.{i}.drivers",
                value=drivers[0],
                message="a driver is always fully correlated with itself",
                hint="name two different drivers",
            )
        for j, path in enumerate(drivers):
            problem = driver_problem(path, values)
            if problem:
                message, hint = problem
                yield Problem(path=f"correlations.{i}.drivers.{j}", value=path, message=message, hint=hint)
