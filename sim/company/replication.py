"""The result of one replication of the company."""

from __future__ import annotations

from dataclasses import dataclass

from sim.company.world_layer import Floats, Ints


@dataclass(frozen=True)
class ItemCounts:
    """Items of a process over the horizon. arrived = lost + gave_up + completed + absent + inside; late: of the
    completed; waited: hours, by completed ones."""

    arrived: int
    lost: int
    gave_up: int
    completed: int
    inside: int
    absent: int = 0
    late: int = 0
    waited: float = 0.0


@dataclass(frozen=True)
class EventCounts:
    """Events of items and claims, to compare the rate with a bare SimPy loop of the same counts. waits: requests that
    found nobody free."""

    spawns: int
    requests: int
    timeouts: int
    releases: int
    waits: int


@dataclass(frozen=True)
class Replication:
    """One draw of the company under one roadmap. Months count from 0; arrays by initiative are in the file's order.

    flows (categories, months): the ledger. cash (months,): the account's change, kept payment by payment. own_cost
    (months,): cost of the roadmap's initiatives, positive. kpis (KPIS, years) and monthly_kpis (KPIS, months): NaN
    where a KPI has no value. freed_hours (roles,): a month, in the mean. spared_months (roles,): seat-months of planned
    hires not made. items by process. planned, started, go_live (month, -1 for none), state (of
    `sim.mechanisms.delivery`). adoption: by initiative, moments (months) and steps of +1 or -1. failures by system and
    incidents by threat: moments (months). clipped: monthly values cut to the range of their field. financing: PV of
    what others pay of capital and get for it. debt_service (months,): principal and interest paid, positive.
    """

    draw: int
    flows: Floats
    cash: Floats
    own_cost: Floats
    financing: float
    debt_service: Floats
    kpis: Floats
    monthly_kpis: Floats
    freed_hours: Floats
    spared_months: Floats
    items: dict[str, ItemCounts]
    planned: Ints
    started: Ints
    go_live: Ints
    state: Ints
    adoption: dict[str, tuple[tuple[float, ...], tuple[int, ...]]]
    failures: dict[str, tuple[float, ...]]
    incidents: dict[str, tuple[float, ...]]
    clipped: int
    events: EventCounts
