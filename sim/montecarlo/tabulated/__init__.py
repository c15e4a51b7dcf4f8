"""Many roadmaps on one set of draws: only what a roadmap changes is computed, the rest is looked up."""

from __future__ import annotations

from sim.montecarlo.tabulated.evaluator import Tables, tables, worth_a_table
from sim.montecarlo.tabulated.spread import Statistics

__all__ = ["Statistics", "Tables", "tables", "worth_a_table"]
