"""Evaluate roadmaps on draws with the compiled kernel."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np

from sim.cash_floor import floor_rule
from sim.covenant import covenant_rule
from sim.delivery_notes import delivery_notes
from sim.errors import Problem, ProblemsFound
from sim.futures import future_notes
from sim.lanes import WIDTH
from sim.lanes.records import Packed, pack
from sim.mechanisms.crowd import too_many_customers
from sim.montecarlo import batch
from sim.montecarlo.block import Block
from sim.montecarlo.given import Given, check_given
from sim.montecarlo.kpis import CATEGORIES, KPIS, TRAJECTORY
from sim.montecarlo.layout import layout
from sim.montecarlo.sampling import PLAIN, Sampling, tilt_of
from sim.montecarlo.scratch import EVENTS, N_VALUES, new_scratch
from sim.montecarlo.structures import COURSE, Floats, Ints
from sim.outcomes import CyberRecord, Outcome, Outcomes, clipping_notes
from sim.parameters import Parameters, parameters
from sim.points import RANDOM, Points
from sim.roadmap import EMPTY, Roadmap, roadmap
from sim.run_off import carried_on
from sim.world import Scenario
from sim.world.calibration import calibration_notes

THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
BLOCK = 4096
LAST_DRAW = 2**52 - 1  # lanes hold numbers of draws as doubles
CHUNK = 64  # most paths of a task
TASKS_A_THREAD = 4  # so that few draws keep every thread busy too
Starts = Roadmap | Mapping[str, int]
Progress = Callable[[int], None]
Collect = Callable[[Block], None]


def evaluate(
    scenario: Scenario,
    roadmaps: Starts | Iterable[Starts],
    draws: int,
    seed: int,
    *,
    first_draw: int = 0,
    noise: int = 1,
    detail: bool = True,
    by_month: bool = False,
    by_process: bool = False,
    workload: float = 1.0,
    sampling: Sampling = PLAIN,
    given: Given | None = None,
    threads: int | None = None,
    chunk: int | None = None,
    progress: Progress | None = None,
    collect: Collect | None = None,
) -> Outcomes:
    """Distribution of what roadmaps are worth against the empty roadmap, all on the same draws.

    roadmaps: one roadmap (or initiative -> start month) or several. draws: how many, from `first_draw` on; disjoint
    ranges are independent. detail: also categories, KPIs and states, which need memory. by_month: KPIs by month in
    place of years. by_process: also the course of the items. workload: factor on every service time, to see how much
    hangs on the load. sampling: how the draws are made, see `sim.montecarlo.sampling`. threads, chunk: how the work is
    split; they change no bit.
    noise: draw d has the drivers of draw d // noise and events of its own, which tells ignorance from chance; the draws
    are then not independent, and a note says so. given: the levels of the drivers in place of drawn ones, see
    `sim.montecarlo.given`; `draws` is then `noise` times the number of its points.
    progress: called with the number of draws done. collect: called with the trajectories of each block of draws, in
    the order of the draws, before the next one is simulated; the memory of a block is used again.
    Raises ProblemsFound for a roadmap that the scenario does not allow, or a world with too many events.
    """
    if draws < 1:
        raise ProblemsFound(
            [Problem(path="draws", value=draws, message="at least one draw is needed", hint="1 or more")]
        )
    if noise < 1:
        raise ProblemsFound([Problem(path="noise", value=noise, message="drivers serve one draw or more", hint="1")])
    if not 0 <= first_draw <= LAST_DRAW - draws:
        hint = f"draws are numbered from 0 to {LAST_DRAW:,}"
        raise ProblemsFound([Problem("first_draw", "outside the range", first_draw, hint)])
    wanted = [roadmaps] if isinstance(roadmaps, (Roadmap, Mapping)) else list(roadmaps)
    chosen = [roadmap(scenario, one) for one in wanted]
    span = 1 if by_month else 12
    _check_sampling(sampling, draws, first_draw, detail, noise)
    if given is not None:
        check_given(given, draws, noise, sampling)
    digest = scenario.hash()  # once: it takes longer than a short simulation
    ready = prepared(scenario, seed, span, sampling, digest=digest)
    names = list(scenario.initiatives)
    planned = batch.start_months(scenario, [EMPTY, *chosen])
    years = -(-scenario.horizon_months // span)
    width = len(CATEGORIES) + len(KPIS) * years + 2 * len(scenario.people) if detail else 0
    if detail and by_process:
        width += COURSE * len(scenario.processes)
    out = batch.empty_outputs(draws, len(planned), width, (0, 0), len(names) if detail else 0)
    workers = min(threads or THREADS, THREADS)
    out_of_range = 0
    monthly: Floats = np.empty((0, 0, 0, 0))
    for start in range(0, draws, BLOCK):
        rows = range(start, min(draws, start + BLOCK))
        numbers = np.arange(first_draw + rows.start, first_draw + rows.stop, dtype=np.int64)
        if given is None:
            theta, missed = drivers(scenario, numbers, seed, noise, sampling, digest=digest)
        else:
            numbers = given.events(first_draw, rows, noise)
            theta, missed = given.theta(ready.table, rows, noise, numbers, seed)
            _refuse_infinite(ready.table, theta, numbers)
        out_of_range += missed
        base = ready.table.base
        if workload != 1.0:
            base, theta = _busier(ready.table, base, theta, workload)
        part = batch.Outputs._make(array[rows.start : rows.stop] for array in out)
        if collect is not None:
            shape = (len(planned), len(TRAJECTORY), scenario.horizon_months, len(rows))
            monthly = monthly if monthly.shape == shape else np.empty(shape)
            part = part._replace(trajectories=monthly)
        run_rows(ready, base, theta, ready.table.named(numbers, seed), planned, part, workers, chunk)
        refuse_overflow(part.status, numbers)
        if collect is not None:
            collect(Block(int(numbers[0]), part.values[:, :, 0], monthly))
        if progress is not None:
            progress(rows.stop)
    if sampling.tilt is not None:
        out.values[:, :, : N_VALUES - 4] = np.nan  # figures of these draws mean nothing without their weights
    clipped = int(out.clipped.sum())
    roles = len(scenario.people) if detail else 0
    outcomes = tuple(
        _outcome(one, row, out.values, out.detail, out.states, years, roles, sampling)
        for row, one in enumerate(chosen, start=1)
    )
    notes = future_notes(scenario) + calibration_notes(scenario.calibration)
    notes += clipping_notes(out_of_range, clipped, draws)
    if given is None:
        notes += delivery_notes(ready.table, outcomes, first_draw, seed, noise)
    notes += (shared_note(noise),) if noise > 1 else ()
    return Outcomes(
        scenario=scenario.name,
        scenario_hash=digest,
        title=scenario.title,
        currency=scenario.profile.currency,
        engine="kernel",
        seed=seed,
        first_draw=first_draw,
        draws=draws,
        initiatives=tuple(names),
        roles=tuple(scenario.people),
        outcomes=outcomes,
        clipped=out_of_range + clipped,
        drivers_clipped=out_of_range,
        notes=notes,
        floor=floor_rule(scenario),
        covenant=covenant_rule(scenario),
        points=RANDOM if sampling.points is None else sampling.points.kind,
        randomisations=1 if sampling.points is None else sampling.points.randomisations,
        noise=noise,
    )


def _check_sampling(sampling: Sampling, draws: int, first_draw: int, detail: bool, noise: int) -> None:
    """Points come in whole nets: a part of one would be worse than pseudo-random draws, and say nothing of it. Draws
    that were sampled for their loss have no other figure."""
    if sampling.tilt is not None and detail:
        hint = "ask without detail; `Outcome.cyber` has losses and weights"
        what = "draws sampled for the cyber tail have no categories or KPIs"
        raise ProblemsFound([Problem("detail", what, True, hint)])
    if sampling.points is None:
        return
    if noise > 1:
        raise ProblemsFound([Problem("noise", "points share no drivers", noise, "1, or pseudo-random draws")])
    runs, end = sampling.points.randomisations, first_draw + draws
    if draws % runs or first_draw % runs or (end // runs).bit_count() != 1 or first_draw not in (0, draws):
        problem = Problem(
            path="draws",
            value=f"{first_draw} to {end}",
            message=f"points come in whole nets: {runs} randomisations of 1, 2, 4, ... points, or a second half",
            hint=f"{sampling.points.whole(draws)} draws from 0 on",
        )
        raise ProblemsFound([problem])


def _chunk(paths: int, workers: int) -> int:
    """Paths of a task: whole blocks, and enough tasks for every thread."""
    blocks = -(-paths // (TASKS_A_THREAD * workers * WIDTH))
    return min(CHUNK, blocks * WIDTH)


def run_rows(
    ready: Prepared,
    base: Floats,
    theta: Floats,
    numbers: Ints,
    planned: Ints,
    out: batch.Outputs,
    workers: int,
    chunk: int | None = None,
) -> None:
    """Tasks of `chunk` paths, spread over threads: compiled code releases the interpreter's lock."""
    lay, driver_slots = ready.lay, ready.table.driver_slots
    chunk = chunk or _chunk(len(numbers), workers)

    def task(start: int) -> None:
        scratch = ready.take()
        try:
            rows = start, min(start + chunk, len(numbers))
            batch.run(lay, scratch, base, theta, driver_slots, numbers, planned, rows, out)
        finally:
            ready.spare.put(scratch)

    starts = range(0, len(numbers), chunk)
    if workers == 1 or len(starts) == 1:
        for start in starts:
            task(start)
        return
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(task, starts):
            pass


@dataclass(frozen=True)
class Prepared:
    """What calls with the same scenario and seed share: the search makes hundreds of them."""

    table: Parameters
    lay: Packed
    new: Callable[[], Packed]
    spare: SimpleQueue[Packed]

    def take(self) -> Packed:
        """Working memory that no other thread has."""
        try:
            return self.spare.get_nowait()
        except Empty:
            return self.new()


_PREPARED: OrderedDict[tuple[str, int, int, Sampling], Prepared] = OrderedDict()
_DRIVERS: OrderedDict[tuple[str, int, int, int, int, Points | None], tuple[Floats, int]] = OrderedDict()
PREPARED_KEPT, DRIVERS_KEPT = 4, 16


def prepared(
    scenario: Scenario, seed: int, span: int = 12, sampling: Sampling = PLAIN, *, digest: str | None = None
) -> Prepared:
    """Table and arrays of a scenario, kept by its content. digest: the hash of the scenario, where it is known."""
    key = (digest or scenario.hash(), seed, span, sampling)
    if key not in _PREPARED:
        table = parameters(carried_on(scenario), sampling.points)
        lay = layout(table, seed, span, tilt_of(table, seed, sampling))
        _PREPARED[key] = Prepared(table, pack(lay), partial(new_scratch, lay), SimpleQueue())
        _trim(_PREPARED, PREPARED_KEPT)
    return _PREPARED[key]


def _trim(kept: OrderedDict[Any, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)


def drivers(
    scenario: Scenario,
    numbers: Ints,
    seed: int,
    noise: int = 1,
    sampling: Sampling = PLAIN,
    *,
    digest: str | None = None,
) -> tuple[Floats, int]:
    """Values of the drivers in consecutive draws, kept by content, and how many were clipped. digest: as `prepared`."""
    digest = digest or scenario.hash()
    key = (digest, seed, int(numbers[0]), len(numbers), noise, sampling.points)
    if key not in _DRIVERS:
        table = prepared(scenario, seed, sampling=sampling, digest=digest).table
        theta, clipped = table.theta(numbers // noise, seed)
        if noise > 1 and table.luck:
            theta[:, table.luck] = table.theta(numbers, seed)[0][:, table.luck]
        _refuse_infinite(table, theta, numbers)
        _DRIVERS[key] = theta, clipped
        _trim(_DRIVERS, DRIVERS_KEPT)
    return _DRIVERS[key]


def shared_note(noise: int) -> str:
    """What to say beside draws of which so many in a row share their drivers."""
    return f"every {noise} draws in a row share their drivers; they are not independent: no error over draws holds"


def _busier(table: Parameters, base: Floats, theta: Floats, factor: float) -> tuple[Floats, Floats]:
    """The numbers with every service time multiplied."""
    minutes = {
        table.slot[f"processes.{name}.steps.{label}.minutes"]
        for name, process in table.scenario.processes.items()
        for label in process.steps
    }
    base = np.array([x * factor if slot in minutes else x for slot, x in enumerate(base)])
    scale = np.array([factor if slot in minutes else 1.0 for slot in table.driver_slots])
    return base, theta * scale


def _refuse_infinite(table: Parameters, theta: Floats, numbers: Ints) -> None:
    bad = np.argwhere(~np.isfinite(theta))
    if len(bad):
        driver = table.drivers[bad[0][1]]
        problem = Problem(
            path=driver.path,
            value=str(driver.quantity),
            message=f"the driver is not a finite number in draw {numbers[bad[0][0]]}",
            hint="give it a distribution with finite values",
        )
        raise ProblemsFound([problem])


def refuse_overflow(status: np.ndarray, numbers: np.ndarray) -> None:
    """Raise ProblemsFound for the first draw in which more happens than the kernel holds. status, numbers: (draws,)."""
    bad = np.flatnonzero(status)
    if len(bad):
        if status[bad[0]] == batch.TOO_MANY_CUSTOMERS:
            raise ProblemsFound([too_many_customers(int(numbers[bad[0]]))])
        what = (
            f"more than {EVENTS} failures of a system or incidents of a threat"
            if status[bad[0]] == batch.TOO_MANY_EVENTS
            else "more changes of staff than the kernel holds"
        )
        raise ProblemsFound(
            [
                Problem(
                    path="threats, systems, people",
                    value=f"draw {numbers[bad[0]]}",
                    message=f"{what} in one draw",
                    hint="lower attempts_per_year, annual_turnover or the failure rate (a larger life_scale_years)",
                )
            ]
        )


def _outcome(
    one: Roadmap,
    row: int,
    values: np.ndarray,
    details: np.ndarray,
    states: np.ndarray,
    years: int,
    roles: int,
    sampling: Sampling,
) -> Outcome:
    n, c = len(values), len(CATEGORIES)
    shape = (n, len(KPIS), years) if details.shape[2] else (n, 0, 0)
    end = c + len(KPIS) * years
    return Outcome(
        roadmap=one,
        npv=np.ascontiguousarray(values[:, row, 0]),
        cost=np.ascontiguousarray(values[:, row, 1]),
        payback=np.ascontiguousarray(values[:, row, 2]),
        trough=np.ascontiguousarray(values[:, row, 3]),
        need=np.ascontiguousarray(values[:, row, 4]),
        baseline_trough=np.ascontiguousarray(values[:, 0, 3]),
        financing=np.ascontiguousarray(values[:, row, 5]),
        residual=np.ascontiguousarray(values[:, row, 6]),
        run_off_cost=np.ascontiguousarray(values[:, row, 7]),
        cover=np.ascontiguousarray(values[:, row, 8]),
        baseline_cover=np.ascontiguousarray(values[:, 0, 8]),
        categories=details[:, row, :c],
        kpis=details[:, row, c:end].reshape(shape),
        baseline_kpis=details[:, 0, c:end].reshape(shape),
        states=states[:, row],
        freed_hours=details[:, row, end : end + roles],
        spared_months=details[:, row, end + roles : end + 2 * roles],
        courses=details[:, row, end + 2 * roles :].reshape(n, -1, COURSE),
        cyber=CyberRecord(*(np.ascontiguousarray(values[:, (0, row), k]) for k in range(9, 13)))
        if sampling.controls or sampling.tilt is not None
        else None,
        randomisations=1 if sampling.points is None else sampling.points.randomisations,
        baseline_courses=details[:, 0, end + 2 * roles :].reshape(n, -1, COURSE),
    )
