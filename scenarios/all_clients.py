"""Roadmaps for all clients of a provider whose engineers serve them all: what starts when, and what sharing costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.display.shown import Shown
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

    from optimize import PlanLimits
    from optimize.clients import Shared
    from sim.world import Scenario

Progress = Callable[[str, int, int], None]
SEARCH_DRAWS, REPORT_DRAWS = 256, 1024


@dataclass(frozen=True, repr=False)
class AllClients(Shown):
    """One answer for all clients. result: as `optimize.clients.share` returns it."""

    seed: int
    currency: str
    result: Shared
    notes: tuple[str, ...]

    def to_frame(self) -> pl.DataFrame:
        """One row an initiative of every client: period of its start with the whole pool to itself and with what is
        shared, null where it is left out."""
        import polars as pl

        rows = []
        for client, one in self.result.clients.items():
            label = one.scenario.period_label
            for name, initiative in one.scenario.initiatives.items():
                starts = (one.alone.get(name), one.shared.get(name))
                alone, shared = (None if start is None else label(start) for start in starts)
                rows.append((client, name, initiative.title, alone, shared))
        names = ("client", "initiative", "title", "start_alone", "start_shared")
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")

    def clients_frame(self) -> pl.DataFrame:
        """One row a client: mean NPV and what sharing costs it, with standard errors, in the currency of `unit`."""
        import polars as pl

        rows: list[dict[str, Any]] = [
            {
                "client": client,
                "npv": one.npv.mean,
                "npv_se": one.npv.se,
                "loss_by_sharing": one.loss.mean,
                "loss_by_sharing_se": one.loss.se,
                "initiatives": len(one.shared),
                "cash_floor_kept": None if one.floor is None else one.floor[1],
                "unit": self.currency,
            }
            for client, one in self.result.clients.items()
        ]
        return pl.DataFrame(rows)

    def pool_frame(self) -> pl.DataFrame:
        """One row a shared skill and period: days used by all clients, and days there are."""
        import polars as pl

        first = next(iter(self.result.clients.values())).scenario
        rows = []
        for skill, there in self.result.pool.items():
            for t, days in enumerate(there):
                used = sum(one.days[skill][t] for one in self.result.clients.values() if skill in one.days)
                rows.append((skill, first.period_label(t), used, days, "days"))
        return pl.DataFrame(rows, schema=["skill", "period", "used", "available", "unit"], orient="row")

    def __rich_repr__(self) -> Iterator[Any]:
        yield "clients", len(self.result.clients)
        yield "npv", f"{self.result.npv} {self.currency}"
        yield "loss by sharing", f"{self.result.loss} {self.currency}"

    def plot(self) -> go.Figure:
        """What sharing the engineers costs each client, with its 95 % interval."""
        from sim.display.forest import forest, row

        rows = [row(client, one.loss.mean, one.loss.se) for client, one in self.result.clients.items()]
        return forest("What sharing the engineers costs", rows, self.currency, "loss of the mean NPV")


def all_clients(
    clients: Mapping[str, Scenario],
    shared: Mapping[str, float],
    seed: int = 1,
    limits: PlanLimits | None = None,
    *,
    progress: Progress | None = None,
) -> AllClients:
    """The best joint roadmap that is found for clients who share the days of some skills.

    clients: name -> scenario, all with the same first month, planning period, planning months and currency. shared:
    skill -> days a month that all clients together have of it; what their files state of it is not used. Raises
    ProblemsFound with everything that does not fit together.
    """
    from optimize import PlanLimits
    from optimize.clients import share

    problems = list(_unlike(clients, shared))
    if problems:
        raise ProblemsFound(problems)
    first = next(iter(clients.values()))
    pool = {skill: (days * first.period_months,) * first.periods for skill, days in shared.items()}
    limits = limits or PlanLimits(search_draws=SEARCH_DRAWS, report_draws=REPORT_DRAWS)
    found = share(clients, pool, seed, limits, progress=progress)
    return AllClients(seed, first.profile.currency, found, tuple(_notes(found)))


def _unlike(clients: Mapping[str, Scenario], shared: Mapping[str, float]) -> list[Problem]:
    problems = []
    if not clients:
        return [Problem("clients", "there is no scenario", hint="name a folder with one or more")]
    for name in clients:
        if "." in name:
            problems.append(Problem("clients", "a client's name holds no dot", name, "rename its file"))
    reference, first = next(iter(clients.items()))
    for name, one in clients.items():
        for what, mine, theirs in (
            ("start", one.start, first.start),
            ("period_months", one.period_months, first.period_months),
            ("planning_months", one.planning_months, first.planning_months),
            ("profile.currency", one.profile.currency, first.profile.currency),
        ):
            if mine != theirs:
                text = f"{what} is {mine} here and {theirs} in {reference}: all clients need the same"
                problems.append(Problem(f"{name}: {what}", text, str(mine), "give all files the same value"))
    for skill, days in shared.items():
        if not 0.0 <= days < float("inf"):
            problems.append(Problem(f"shared.{skill}", "no number of days a month", str(days), "0 or more"))
    return problems


def _notes(found: Shared) -> list[str]:
    solution = found.solution
    gap = solution.gap if solution.has_solution else None
    proved = "unknown" if gap is None else f"{100 * gap:.2g} %"
    notes = [
        f"best of {found.proposals} joint proposals that were simulated; the last joint program is solved with a gap "
        f"of {proved}, which bounds the program alone",
        f"what the files state of {', '.join(found.pool)} is not used: the pool counts",
    ]
    for client, one in found.clients.items():
        if one.floor is not None and not one.floor[1]:
            share = 100 * one.floor[0].share
            notes.append(
                f"{client} falls below its cash floor in {share:.2g} % of the draws, more often than it allows"
            )
    return notes
