"""Security controls by month: their state, their audits, and what they leave of each threat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sim.company.clock import Clock
from sim.company.delivery import Schedule
from sim.company.effects import Effects
from sim.mechanisms.controls import joint_effectiveness, left_since_audit

LOWERS_LOSS = ("detect", "respond")
LOWERS_OUTAGE = ("detect", "respond", "recover")
ROUNDING = 1e-9  # a state that is at the demanded level but for rounding is not below it


@dataclass(frozen=True)
class Defence:
    """state: control -> by month, coverage times what is left since the last audit. audits: money by month. success,
    loss, outage: threat -> by month, the factor that controls leave of it; empty where there are no controls."""

    state: Mapping[str, list[float]]
    audits: list[float]
    success: Mapping[str, list[float]]
    loss: Mapping[str, list[float]]
    outage: Mapping[str, list[float]]

    def premium_factor(self, saved: Mapping[str, float], m: int) -> float:
        """What the controls in force leave of the insurance premium of month m."""
        factor = 1.0
        for name, credit in saved.items():
            factor *= 1.0 - float(credit) * self.state[name][m]
        return factor

    def lapsed(self, demands: Mapping[str, float], m: int) -> bool:
        """Whether a control is below the state that the policy demands of it."""
        return any(self.state[name][m] < float(level) - ROUNDING for name, level in demands.items())


def defence(effects: Effects, clock: Clock, plan: Schedule) -> Defence:
    """The controls of a draw under a roadmap."""
    world = effects.draw.table.scenario
    audits = [0.0] * clock.months
    state = {name: _state(effects, clock, plan, name, audits) for name in world.controls}
    if not state:
        return Defence({}, audits, {}, {}, {})
    strength = _monthly(effects, clock, "strength")

    def left(threat: str, functions: tuple[str, ...]) -> list[float]:
        names = [
            name
            for name, control in world.controls.items()
            if control.function in functions and (not control.threats or threat in control.threats)
        ]
        dependence = float(world.threats[threat].control_dependence)
        factors = []
        for m in range(clock.months):
            failing, best = 1.0, 0.0
            for name in names:
                effect = state[name][m] * strength(name)[m]
                failing *= 1.0 - effect
                best = max(best, effect)
            factors.append(1.0 - joint_effectiveness.scalar(failing, best, dependence))
        return factors

    return Defence(
        state,
        audits,
        {threat: left(threat, ("prevent",)) for threat in world.threats},
        {threat: left(threat, LOWERS_LOSS) for threat in world.threats},
        {threat: left(threat, LOWERS_OUTAGE) for threat in world.threats},
    )


def _monthly(effects: Effects, clock: Clock, field: str) -> Callable[[str], list[float]]:
    slot = effects.draw.table.slot
    rows = {
        name: [effects.at_month(slot[f"controls.{name}.{field}"], m) for m in range(clock.months)]
        for name in effects.draw.table.scenario.controls
    }
    return rows.__getitem__


def _state(effects: Effects, clock: Clock, plan: Schedule, name: str, audits: list[float]) -> list[float]:
    """State of a control by month; what its audits cost is added to `audits`."""
    world, slot = effects.draw.table.scenario, effects.draw.table.slot
    control = world.controls[name]
    bringing = [i for i, initiative in enumerate(world.initiatives) if initiative in control.brought_by]

    def at(field: str, m: int) -> float:
        return effects.at_month(slot[f"controls.{name}.{field}"], m)

    state = []
    age: int | None = None  # months since the last audit, or since it came into force; None: not in force
    for m in range(clock.months):
        if control.brought_by and not any(plan.alive(i, m) for i in bringing):
            age = None
            state.append(0.0)
            continue
        age = 0 if age is None else age + 1
        if control.audit_every_months is not None and age >= at("audit_every_months", m):
            audits[m] += at("audit_cost", m)
            age = 0
        state.append(at("coverage", m) * left_since_audit.scalar(float(age), at("decay_per_year", m)))
    return state
