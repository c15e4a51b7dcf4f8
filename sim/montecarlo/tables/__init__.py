"""Many roadmaps on one set of draws: only what a roadmap changes is computed, the rest is looked up."""

from __future__ import annotations

from sim.montecarlo.tables.evaluator import Statistics, Tables, tables

__all__ = ["Statistics", "Tables", "tables"]
