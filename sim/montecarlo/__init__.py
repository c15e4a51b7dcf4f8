"""The Numba model of the world: many draws, many roadmaps, the same draws for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.montecarlo.estimate import evaluate
    from sim.montecarlo.given import Picked, distinct, given_draws
    from sim.montecarlo.lowest import lowest_balances
    from sim.montecarlo.monthly import trajectories
    from sim.montecarlo.profiles import CostProfile, cost_profiles, cost_samples
    from sim.montecarlo.tabulated.evaluator import Tables, tables
    from sim.montecarlo.tabulated.learning import DisagreementError
    from sim.montecarlo.tabulated.worth import worth_a_table

__all__ = [
    "CostProfile",
    "DisagreementError",
    "Picked",
    "Tables",
    "cost_profiles",
    "cost_samples",
    "distinct",
    "evaluate",
    "given_draws",
    "lowest_balances",
    "tables",
    "trajectories",
    "worth_a_table",
]


def __getattr__(name: str) -> Any:
    """Compiled code is imported when it is first used."""
    if name == "evaluate":
        from sim.montecarlo.estimate import evaluate

        return evaluate
    if name in ("Picked", "distinct", "given_draws"):
        from sim.montecarlo import given

        return getattr(given, name)
    if name == "lowest_balances":
        from sim.montecarlo.lowest import lowest_balances

        return lowest_balances
    if name == "trajectories":
        from sim.montecarlo.monthly import trajectories

        return trajectories
    if name in ("CostProfile", "cost_profiles", "cost_samples"):
        from sim.montecarlo import profiles

        return getattr(profiles, name)
    if name in ("Tables", "tables"):
        from sim.montecarlo.tabulated import evaluator

        return getattr(evaluator, name)
    if name == "DisagreementError":
        from sim.montecarlo.tabulated.learning import DisagreementError

        return DisagreementError
    if name == "worth_a_table":
        from sim.montecarlo.tabulated.worth import worth_a_table

        return worth_a_table
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
