"""Trajectories of a roadmap with the compiled kernel, in bounded memory."""

from __future__ import annotations

from functools import partial

from sim.montecarlo.collector import TrajectoryCollector
from sim.montecarlo.estimate import BLOCK, Progress, Starts, evaluate
from sim.roadmap import roadmap as validated
from sim.trajectories import Trajectories
from sim.world import Scenario

AT_ONCE = 4 * BLOCK  # draws of one call, whose outcomes are then dropped


def trajectories(
    scenario: Scenario,
    roadmap: Starts,
    draws: int,
    seed: int,
    *,
    first_draw: int = 0,
    threads: int | None = None,
    chunk: int | None = None,
    progress: Progress | None = None,
) -> Trajectories:
    """Fans of the cumulative cash and of the company's balance by month, loss exceedance, and rates of return.

    Arguments as of `evaluate`; threads and chunk change no bit. Quantiles of the fans are exact up to 32,768 draws and
    have a stated rank error beyond (`sim.measures.sketch`). Raises ProblemsFound as `evaluate` does.
    """
    chosen = validated(scenario, roadmap)
    months = scenario.horizon_months
    collector = TrajectoryCollector(months, scenario.profile.cash_at_start, scenario.money.discount_rate)
    notes: tuple[str, ...] = ()
    for start in range(0, max(draws, 1), AT_ONCE):
        done = evaluate(
            scenario,
            chosen,
            min(AT_ONCE, draws - start),
            seed,
            first_draw=first_draw + start,
            detail=False,
            threads=threads,
            chunk=chunk,
            progress=None if progress is None else partial(_shifted, progress, start),
            collect=collector.add,
        )
        if start == 0:
            notes = done.notes
    if draws > AT_ONCE and notes:
        notes += (f"notes that count draws are about the first {AT_ONCE:,}",)
    annual, whole = collector.losses()
    return Trajectories(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        start=scenario.start,
        roadmap=chosen,
        seed=seed,
        first_draw=first_draw,
        draws=draws,
        months=months,
        fans=collector.fans(),
        annual=annual,
        whole=whole,
        rates=collector.rates.result(),
        notable=collector.notable(),
        rank_error=collector.rank_error,
        notes=notes,
    )


def _shifted(progress: Progress, start: int, done: int) -> None:
    """Tell of draws done in a call that began at draw `start`."""
    progress(start + done)
