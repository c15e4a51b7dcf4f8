"""Simulate the company: replications of roadmaps, in one process or several, and what they say about the roadmaps.

Replication i plays draw i under the baseline and under every roadmap; the draw is that of the kernel's path i under the
same seed. Neither the number of workers nor the other roadmaps change a bit.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.cash_floor import floor_rule
from sim.company.business import Business
from sim.company.items.engines import item_engines
from sim.company.items.interface import Items
from sim.company.replication import Replication
from sim.company.world_layer import Draw
from sim.covenant import covenant_rule, least_cover
from sim.delivery_notes import delivery_notes
from sim.errors import Problem, ProblemsFound
from sim.futures import future_notes
from sim.measures import npv, payback
from sim.montecarlo.kpis import FINANCE
from sim.outcomes import Outcome, Outcomes, clipping_notes
from sim.parameters import Parameters, parameters
from sim.roadmap import EMPTY, Roadmap, roadmap
from sim.world import Scenario

Starts = Roadmap | Mapping[str, int]
Progress = Callable[[int], None]


def simulate(
    scenario: Scenario,
    roadmaps: Starts | Iterable[Starts],
    replications: int,
    seed: int,
    *,
    first_draw: int = 0,
    workers: int = 1,
    items: Items = "compiled",
    progress: Progress | None = None,
) -> Outcomes:
    """What roadmaps are worth against the empty roadmap, item by item, all on the same draws.

    roadmaps: one roadmap (or initiative -> start month) or several. replications: how many draws, from `first_draw` on.
    workers: processes; they change no bit. items: what plays the work items, `compiled` or the `reference` in SimPy;
    the same figures. progress: called with the number of draws done.
    Raises ProblemsFound for a roadmap that the scenario does not allow.
    """
    if replications < 1:
        raise ProblemsFound(
            [Problem("replications", "at least one replication is needed", value=replications, hint="1 or more")]
        )
    if first_draw < 0:
        raise ProblemsFound([Problem("first_draw", "draws are numbered from 0", value=first_draw, hint="0 or more")])
    wanted = [roadmaps] if isinstance(roadmaps, (Roadmap, Mapping)) else list(roadmaps)
    chosen = [roadmap(scenario, one) for one in wanted]
    table = parameters(scenario)
    draws = range(first_draw, first_draw + replications)
    rows = []
    for row in replicate_many(table, [EMPTY, *chosen], draws, seed, workers, items):
        rows.append(row)
        if progress is not None:
            progress(len(rows))
    return outcomes_of(scenario, chosen, rows, seed, first_draw)


def outcomes_of(
    scenario: Scenario, chosen: Sequence[Roadmap], rows: Sequence[Sequence[Replication]], seed: int, first_draw: int
) -> Outcomes:
    """Outcomes of roadmaps from replications. rows: by draw, of the empty roadmap and then of each of the roadmaps."""
    replications = len(rows)
    draws = np.arange(first_draw, first_draw + replications, dtype=np.int64)
    table = parameters(scenario)
    missed = table.theta(draws, seed)[1]
    clipped = sum(one.clipped for row in rows for one in row)
    played = [
        outcome(scenario, one, [row[0] for row in rows], [row[r] for row in rows])
        for r, one in enumerate(chosen, start=1)
    ]
    outcomes = tuple(carry_on(scenario, played, first_draw, seed))
    notes = future_notes(scenario) + clipping_notes(missed, clipped, replications)
    return Outcomes(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        engine="company",
        seed=seed,
        first_draw=first_draw,
        draws=replications,
        initiatives=tuple(scenario.initiatives),
        roles=tuple(scenario.people),
        outcomes=outcomes,
        clipped=missed + clipped,
        drivers_clipped=missed,
        notes=notes + delivery_notes(table, outcomes, first_draw, seed),
        floor=floor_rule(scenario),
        covenant=covenant_rule(scenario),
    )


def replicate(table: Parameters, roadmap: Roadmap, draw: int, seed: int, items: Items = "compiled") -> Replication:
    """One replication: one draw under one roadmap."""
    return replicate_draw(table, [roadmap], draw, seed, items)[0]


def replicate_draw(
    table: Parameters, roadmaps: Sequence[Roadmap], draw: int, seed: int, items: Items = "compiled"
) -> list[Replication]:
    """One draw under every roadmap. What they share of it is made once."""
    world = Draw(table, draw, seed)
    engines = item_engines(world, items)
    return [Business(world, engines, one).run() for one in roadmaps]


def replicate_many(
    table: Parameters,
    roadmaps: Sequence[Roadmap],
    draws: Iterable[int],
    seed: int,
    workers: int = 1,
    items: Items = "compiled",
) -> Generator[list[Replication], None, None]:
    """For each draw, in order, its replication under every roadmap. Closing it stops the workers."""
    if workers <= 1:
        for draw in draws:
            yield replicate_draw(table, roadmaps, draw, seed, items)
        return
    shared = table, tuple(roadmaps), seed, items
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin, initargs=shared) as pool:
        try:
            with _main_left_alone():
                found = pool.map(_task, draws)  # starts the processes
            yield from found
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _main_left_alone() -> Iterator[None]:
    """Start processes that do not look for the file of the main module where there is none, as in a script that comes
    from standard input: they would not find it, and the pool would wait for them for ever. They need nothing of it."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if file is None or Path(file).exists():
        yield
        return
    del main.__file__
    try:
        yield
    finally:
        main.__file__ = file


_SHARED: tuple[Parameters, tuple[Roadmap, ...], int, Items]


def _begin(*shared: Any) -> None:
    """A worker process begins: what all its draws share comes to it once. Ctrl-C is for the process that asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    global _SHARED
    _SHARED = shared


def _task(draw: int) -> list[Replication]:
    """What a worker process does; at the top level of a module, so that it can be found there."""
    table, roadmaps, seed, items = _SHARED
    return replicate_draw(table, roadmaps, draw, seed, items)


def carry_on(scenario: Scenario, played: Sequence[Outcome], first_draw: int, seed: int) -> Iterator[Outcome]:
    """Outcomes with the run-off, which is that of the kernel on the same draws: the company ends at the horizon."""
    if not scenario.money.run_off_months or not played:
        yield from played
        return
    from sim.montecarlo import evaluate

    known = evaluate(
        scenario, [one.roadmap for one in played], len(played[0].npv), seed, first_draw=first_draw, detail=False
    )
    for one, behind in zip(played, known, strict=True):
        yield replace(
            one,
            npv=one.npv + behind.residual,
            cost=one.cost + behind.run_off_cost,
            residual=behind.residual,
            run_off_cost=behind.run_off_cost,
        )


def outcome(
    scenario: Scenario, roadmap: Roadmap, baseline: Sequence[Replication], replications: Sequence[Replication]
) -> Outcome:
    """Measures of a roadmap over replications, each against the baseline of its own draw."""
    monthly = (1.0 + float(scenario.money.discount_rate)) ** (1.0 / 12.0) - 1.0
    months = np.arange(scenario.horizon_months)
    flows = np.array([r.flows for r in replications])
    gain = flows - np.array([b.flows for b in baseline])
    total = np.delete(gain, FINANCE, axis=1).sum(axis=1)
    with_finance = gain.sum(axis=1)
    start = float(scenario.profile.cash_at_start)
    balance, usual = (
        start + np.cumsum(np.array([r.flows.sum(axis=0) for r in some]), axis=1) for some in (replications, baseline)
    )
    return Outcome(
        roadmap=roadmap,
        npv=np.asarray(npv(monthly, total)),
        cost=np.asarray(npv(monthly, np.array([r.own_cost for r in replications]))),
        payback=np.asarray(payback(total * (1.0 + monthly) ** -months)),
        trough=balance.min(axis=1),
        need=np.maximum(0.0, -np.cumsum(with_finance, axis=1).min(axis=1)),
        baseline_trough=usual.min(axis=1),
        cover=_cover(scenario, replications),
        baseline_cover=_cover(scenario, baseline),
        financing=np.array([r.financing for r in replications]),
        categories=np.asarray(npv(monthly, gain)),
        kpis=np.array([r.kpis for r in replications]),
        baseline_kpis=np.array([b.kpis for b in baseline]),
        states=np.array([r.state for r in replications]),
        freed_hours=np.array([r.freed_hours for r in replications]),
        spared_months=np.array([r.spared_months for r in replications]),
    )


def _cover(scenario: Scenario, replications: Sequence[Replication]) -> NDArray[np.float64]:
    """Least debt service cover of the years that the covenant counts; infinite without a covenant."""
    covenant = scenario.money.covenant
    if covenant is None:
        return np.full(len(replications), np.inf)
    flows, service = (np.array(rows) for rows in zip(*((r.flows, r.debt_service) for r in replications), strict=True))
    return least_cover(flows, service, covenant.from_year)
