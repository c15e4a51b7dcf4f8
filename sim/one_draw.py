"""One possible world in full: the ledger of one draw under a roadmap and without it, and what happened in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.company.world_layer import Draw, attack_points
from sim.display.shown import Shown
from sim.errors import Problem, ProblemsFound
from sim.lanes.records import Packed, pack
from sim.mechanisms.delivery import CANCELLED, FAILED, FINISHED, STOPPED
from sim.montecarlo import batch
from sim.montecarlo.kpis import CATEGORIES, CYBER
from sim.montecarlo.layout import layout
from sim.montecarlo.scratch import Scratch, new_scratch
from sim.montecarlo.structures import Layout
from sim.outcomes import SCHEMA_VERSION, provenance
from sim.parameters import Parameters, parameters
from sim.roadmap import EMPTY, Roadmap
from sim.roadmap import roadmap as validated
from sim.run_off import carried_on
from sim.world import Scenario

if TYPE_CHECKING:
    import plotly.graph_objects as go


Floats = NDArray[np.float64]
ARMS = ("baseline", "roadmap")
Kind = Literal["start", "live", "failed", "stopped", "cancelled", "incident", "breakdown", "replacement", "outage"]
ENDS: dict[int, Kind] = {FINISHED: "live", FAILED: "failed", STOPPED: "stopped"}


@dataclass(frozen=True)
class Event:
    """month: in which it happens, None for what never does. name: initiative, threat, system or provider. amount: hours
    until a breakdown is repaired; None for others."""

    month: int | None
    kind: Kind
    name: str
    amount: float | None = None


@dataclass(frozen=True, repr=False)
class OneDraw(Shown):
    """npv: of the roadmap in this draw. flows: (2, categories, months) of the baseline and the roadmap. balances: (2,
    months) the company's own cash at the end of the months. events: by arm of ARMS, in order of time."""

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    start: str
    roadmap: Roadmap
    seed: int
    draw: int
    npv: float
    flows: Floats
    balances: Floats
    events: dict[str, tuple[Event, ...]]

    @property
    def losses(self) -> Floats:
        """(2, months) direct loss by incidents."""
        return -self.flows[:, CYBER]

    def document(self) -> dict[str, Any]:
        """The JSON document, as `roadfolio course --draw` prints it."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "roadmap": self.roadmap.as_dict,
            "seed": self.seed,
            "draw": self.draw,
            "engine": "kernel",
            "currency": self.currency,
            "start": self.start,
            "npv": self.npv,
            "arms": {
                arm: {
                    "flows": {name: self.flows[a, c].tolist() for c, name in enumerate(CATEGORIES)},
                    "balance": self.balances[a].tolist(),
                    "events": [
                        {"month": e.month, "kind": e.kind, "name": e.name, "repair_hours": e.amount}
                        for e in self.events[arm]
                    ],
                }
                for a, arm in enumerate(ARMS)
            },
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> Any:
        """A polars frame, one row an arm, category and month: money of the month; and the balance at its end."""
        import polars

        rows = [
            (arm, name, m, float(value), self.currency)
            for a, arm in enumerate(ARMS)
            for name, values in (*zip(CATEGORIES, self.flows[a], strict=True), ("balance", self.balances[a]))
            for m, value in enumerate(values)
        ]
        names = ("arm", "series", "month", "value", "unit")
        frame = polars.DataFrame(rows, schema=dict(zip(names, (str, str, int, float, str), strict=True)), orient="row")
        return frame.with_columns(
            draw=polars.lit(self.draw), seed=polars.lit(self.seed), scenario_hash=polars.lit(self.scenario_hash)
        )

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "roadmap", str(self.roadmap)
        yield "draw", self.draw
        yield "npv", f"{self.npv:,.0f} {self.currency}"

    def plot(self) -> go.Figure:
        """The company's own cash by month, with the roadmap and without."""
        from sim.display.curves import Curve, curves

        months = [*range(1, self.balances.shape[1] + 1)]
        found = [Curve(arm, months, self.balances[a].tolist()) for a, arm in enumerate(ARMS)]
        return curves(f"Draw {self.draw:,}", found, "month from the start", f"cash at its end, {self.currency}")


def one_draw(scenario: Scenario, roadmap: Roadmap | Mapping[str, int], draw: int, seed: int) -> OneDraw:
    """Simulate one draw with the kernel: the same numbers to the last bit as in `evaluate` and `trajectories`.

    Raises ProblemsFound for a roadmap that the scenario does not allow or a draw below 0.
    """
    if draw < 0:
        raise ProblemsFound([Problem("draw", "draws are numbered from 0", draw)])
    chosen = validated(scenario, roadmap)
    table = parameters(carried_on(scenario))
    lay = layout(table, seed)
    months = scenario.horizon_months
    planned = batch.start_months(scenario, [EMPTY, chosen])
    numbers = np.array([draw], dtype=np.int64)
    theta, _ = table.theta(numbers, seed)
    packed, events = pack(lay), {}
    for arm, row in zip(ARMS, (1, 2), strict=True):
        memory = new_scratch(lay)  # it holds what happened under the last roadmap of a run
        out = batch.empty_outputs(1, row, 0, (len(CATEGORIES), months), 0)
        batch.run(packed, memory, table.base, theta, table.driver_slots, numbers, planned[:row], (0, 1), out)
        if out.status[0] != batch.OK:
            raise ProblemsFound([Problem("draw", "more happens in this draw than the kernel holds", draw)])
        found = _events(Draw(table, draw, seed), lay, _arrays(memory), planned[row - 1], scenario.horizon_months)
        events[arm] = tuple(sorted(found, key=_when))
    flows = out.flows[0]
    return OneDraw(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        start=scenario.start,
        roadmap=chosen,
        seed=seed,
        draw=draw,
        npv=float(out.values[0, 1, 0]),
        flows=flows,
        balances=scenario.profile.cash_at_start + np.cumsum(flows.sum(axis=1), axis=1),
        events=events,
    )


def _when(event: Event) -> tuple[float, str, str]:
    return (np.inf if event.month is None else event.month, event.kind, event.name)


def _arrays(memory: Packed) -> Any:
    """The fields of a packed scratch."""
    return Scratch._make(memory.kept[1:])


def _events(draw: Draw, lay: Layout, w: Any, planned: NDArray[np.int64], months: int) -> Iterator[Event]:
    """What happened under the roadmap that the scratch holds; all lanes hold the same draw."""
    for event in (*_work(draw.table, w, planned), *_systems(draw.table, w), *_attacks(draw, lay, w)):
        if event.month is None or event.month < months:
            yield event


def _work(table: Parameters, w: Any, planned: NDArray[np.int64]) -> Iterator[Event]:
    """Starts and ends of the work on initiatives."""
    for i, name in enumerate(table.scenario.initiatives):
        state, started = int(w.state[0, i]), int(w.started[0, i])
        if planned[i] < 0:
            continue
        if state == CANCELLED or started < 0:
            yield Event(None, "cancelled", name)
            continue
        yield Event(started, "start", name)
        if state == FINISHED:
            yield Event(int(w.go_live[0, i]), "live", name)
        elif state in ENDS:
            last = np.flatnonzero(w.work[i, :, 0] > 0.0)
            yield Event(int(last[-1]) if len(last) else started, ENDS[state], name)


def _systems(table: Parameters, w: Any) -> Iterator[Event]:
    """Breakdowns of systems and their planned replacements."""
    for y, name in enumerate(table.scenario.systems):
        for t, hours in zip(w.failed_at[y, : w.failed[y]], w.failed_hours[y], strict=False):
            yield Event(int(t), "breakdown", name, float(hours))
        for t in w.renewals[y, : w.renewed[y]]:
            yield Event(int(t), "replacement", name)


def _attacks(draw: Draw, lay: Layout, w: Any) -> Iterator[Event]:
    """Incidents of threats and outages of shared providers."""
    for h, name in enumerate(draw.table.scenario.threats):
        for t in attack_points(draw, f"threats/{name}", float(lay.estate.layer[h]), w.intensity[h, :, 0].copy())[0]:
            yield Event(int(t), "incident", name)
    for h, name in enumerate(draw.table.scenario.providers):
        slot = int(lay.terms.rate_slot[h])
        row = int(lay.row[slot])
        rate = w.changed[row, :, 0].copy() if row >= 0 else np.full(lay.calendar.months, w.values[slot, 0])
        for t in attack_points(draw, f"providers/{name}", float(lay.terms.layer[h]), rate)[0]:
            yield Event(int(t), "outage", name)
