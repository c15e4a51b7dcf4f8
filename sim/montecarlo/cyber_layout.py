"""Controls, secondary losses, records and policy of the scenario as arrays. Pure translation, no physics."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.mechanisms.severity import mean_over_median, severity_mean
from sim.montecarlo.structures import Cyber, Ints, Keys
from sim.parameters import Parameters
from sim.streams import stream_key

FUNCTIONS = ("prevent", "detect", "respond", "recover")
KINDS_OF_LOSS = ("incident", "secondary", "notification", "fine", "interruption")


def cyber(table: Parameters, seed: int) -> Cyber:
    """Arrays of the cyber part of a scenario under a seed."""
    world, slot = table.scenario, table.slot
    controls, policy, threats = world.controls, world.insurance, list(world.threats)
    secondary = [
        (f"threats.{name}.secondary.{kind}", loss)
        for name, threat in world.threats.items()
        for kind, loss in threat.secondary.items()
    ]
    counts = [len(threat.secondary) for threat in world.threats.values()]

    def control_slots(field: str) -> Ints:
        return np.array([slot.get(f"controls.{name}.{field}", -1) for name in controls], dtype=np.int64)

    def threat_slots(field: str) -> Ints:
        return np.array([slot.get(f"threats.{name}.{field}", -1) for name in threats], dtype=np.int64)

    def keys(names: Iterable[str]) -> Keys:
        return np.array([stream_key(seed, name) for name in names], dtype=np.uint64)

    return Cyber(
        function=np.array([FUNCTIONS.index(c.function) for c in controls.values()], dtype=np.int64),
        coverage_slot=control_slots("coverage"),
        strength_slot=control_slots("strength"),
        decay_slot=control_slots("decay_per_year"),
        audit_slot=control_slots("audit_every_months"),
        audit_cost_slot=control_slots("audit_cost"),
        against=np.array(
            [[not c.threats or name in c.threats for name in threats] for c in controls.values()], dtype=np.int64
        ).reshape(len(controls), len(threats)),
        brought_by=np.array(
            [[name in c.brought_by for name in world.initiatives] for c in controls.values()], dtype=np.int64
        ).reshape(len(controls), len(world.initiatives)),
        from_start=np.array([not c.brought_by for c in controls.values()], dtype=np.int64),
        demanded=np.array([policy.demands.get(name, 0.0) for name in controls], dtype=np.float64),
        credit=np.array([policy.credits.get(name, 0.0) for name in controls], dtype=np.float64),
        dependence=np.array([t.control_dependence for t in world.threats.values()], dtype=np.float64),
        first_secondary=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        frequency_slot=np.array([slot[f"{path}.frequency"] for path, _ in secondary], dtype=np.int64),
        loss_slot=np.array([slot[f"{path}.loss"] for path, _ in secondary], dtype=np.int64),
        loss_p95=np.array([loss.loss_p95_ratio for _, loss in secondary], dtype=np.float64),
        loss_mean=np.array([mean_over_median(loss.loss_p95_ratio) for _, loss in secondary], dtype=np.float64),
        mark_key=keys(f"{path.replace('.', '/')}/mark" for path, _ in secondary),
        size_key=keys(f"{path.replace('.', '/')}/size" for path, _ in secondary),
        exposed_slot=threat_slots("breach.exposed"),
        record_cost_slot=threat_slots("breach.cost_per_record"),
        fine_slot=threat_slots("breach.fine_probability"),
        fine_record_slot=threat_slots("breach.fine_per_record"),
        fine_cap_slot=threat_slots("breach.fine_cap"),
        fine_key=keys(f"threats/{name}/fine" for name in threats),
        records_slot=slot["profile.records"],
        covers_interruption=np.array(["interruption" in t.severity_covers for t in world.threats.values()], np.int64),
        yearly=np.array([t.dispersion_per == "year" for t in world.threats.values()], dtype=np.int64),
        severity_mean=np.array(
            [severity_mean(1.0, float(t.severity_p95_ratio), float(t.tail_index)) for t in world.threats.values()],
            dtype=np.float64,
        ),
        share_slot=np.array(
            [slot[f"processes.{p}.steps.{s}.share"] for p, process in world.processes.items() for s in process.steps],
            dtype=np.int64,
        ),
        lost_slot=np.array([slot[f"processes.{name}.lost_share"] for name in world.processes], dtype=np.int64),
        sublimits=np.array([slot[f"insurance.sublimits.{kind}"] for kind in KINDS_OF_LOSS], dtype=np.int64),
        waiting_slot=slot.get("insurance.waiting_hours", -1),
    )
