"""What a solve ended in: the status, whose text tells the remedy, and the solution, which only then has values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sim.display.shown import Shown

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

SCHEMA_VERSION = 1


class Status(Enum):
    """How a solve ended. Anything that a solver says and that is not understood is ERROR, never a success."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    TIME_LIMIT = "time_limit"
    ERROR = "error"

    @property
    def text(self) -> str:
        """The sentence to show, with the remedy."""
        return _TEXTS[self]


_TEXTS = {
    Status.OPTIMAL: "No roadmap of this program is worth more (relative gap at most 1e-6).",
    Status.FEASIBLE: "A roadmap was found that keeps every limit, but a better one is not ruled out. "
    "Allow more time or a smaller gap to close it.",
    Status.INFEASIBLE: "No roadmap meets every demand. Relax a budget, a capacity, a window or a mandatory initiative.",
    Status.TIME_LIMIT: "The time or node limit ended the search before any roadmap was found; there may be one. "
    "Allow more.",
    Status.ERROR: "The solver gave no answer that can be trusted. Try the other solver, and report the problem.",
}


class NoSolution(Exception):  # noqa: N818 (a state that was asked for values that it does not have)
    """Values were asked of a solve that ended without a roadmap."""


@dataclass(frozen=True, repr=False)
class Solution(Shown):
    """The answer of one solve.

    status: how it ended.
    solver: "highs 1.13.0", "cbc", or "none" where there was nothing to solve.
    seconds: wall-clock time of everything, tie-breaking included [s].
    bound: no roadmap is worth more than this, where the solver proved a bound; else None.
    stopped_by_time: the clock ended the search or the tie-breaking, so another run may end elsewhere.
    canonical: ties at the optimum were broken by the stated rule (see `solve`), so that every run ends here.
    detail: for ERROR, what went wrong (the violated row, in words); else empty.
    """

    status: Status
    solver: str
    seconds: float
    bound: float | None = None
    stopped_by_time: bool = False
    canonical: bool = False
    detail: str = ""
    _objective: float | None = None
    _starts: tuple[tuple[str, int], ...] | None = None

    @property
    def has_solution(self) -> bool:
        """Whether there is a roadmap to read."""
        return self._starts is not None

    @property
    def objective(self) -> float:
        """Value of the roadmap, constant included. Raises NoSolution where there is none."""
        if self._objective is None:
            raise NoSolution(self.text)
        return self._objective

    @property
    def roadmap(self) -> Mapping[str, int]:
        """Period in which each chosen initiative starts, by id. Raises NoSolution where there is none."""
        if self._starts is None:
            raise NoSolution(self.text)
        return MappingProxyType(dict(self._starts))

    @property
    def gap(self) -> float | None:
        """Relative gap (bound - objective) / max(|bound|, |objective|); None where the bound is unknown.

        Raises NoSolution where there is no roadmap.
        """
        return relative_gap(self.bound, self.objective)

    @property
    def text(self) -> str:
        """The status in a sentence or two, with the remedy."""
        parts = [self.status.text]
        if self.status is Status.FEASIBLE:
            gap = self.gap
            parts.append("The gap is unknown." if gap is None else f"The gap is {100 * gap:.2g} %.")
        if self.stopped_by_time:
            parts.append("Stopped by time: may differ on another run.")
        if self.detail:
            parts.append(self.detail)
        return " ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; what does not exist is None."""
        return {
            "schema_version": SCHEMA_VERSION,
            "status": self.status.value,
            "text": self.text,
            "objective": self._objective,
            "bound": self.bound,
            "gap": self.gap if self.has_solution else None,
            "roadmap": dict(self._starts) if self._starts is not None else None,
            "stopped_by_time": self.stopped_by_time,
            "canonical": self.canonical,
            "seconds": self.seconds,
            "solver": self.solver,
        }

    def to_frame(self) -> polars.DataFrame:
        """One row an initiative that was chosen: initiative, period. Raises NoSolution where there is no roadmap."""
        import polars as pl

        schema = {"initiative": pl.String, "period": pl.Int64}
        return pl.DataFrame({"initiative": list(self.roadmap), "period": list(self.roadmap.values())}, schema=schema)

    def __rich_repr__(self) -> Iterator[Any]:
        yield "status", self.status.value
        yield "solver", self.solver
        if self.has_solution:
            yield "objective", self.objective
            yield "gap", self.gap
            yield "roadmap", dict(self.roadmap)

    def plot(self) -> go.Figure:
        """The period in which each chosen initiative starts. Raises NoSolution where there is no roadmap."""
        from sim.display.timeline import Bar, timeline

        chosen = sorted(self.roadmap.items(), key=lambda one: one[1])
        return timeline("Starts", [Bar(name, period, 1.0) for name, period in chosen], "period")


def relative_gap(bound: float | None, objective: float) -> float | None:
    """(bound - objective) / max(|bound|, |objective|) of a maximisation, 0 where they are equal, None without a bound.

    >>> relative_gap(110.0, 100.0)
    0.09090909090909091
    >>> relative_gap(0.0, 0.0)
    0.0
    """
    if bound is None:
        return None
    distance = max(0.0, bound - objective)
    return distance / max(abs(bound), abs(objective)) if distance > 0.0 else 0.0
