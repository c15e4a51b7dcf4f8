"""What information is worth, frozen, with unit and error; as a document and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from scenarios.decisions.choices import Decision
from scenarios.knowing.gates import GateWorth
from scenarios.knowing.maximum import CLEAR, Gain
from scenarios.knowing.sample import Net, SampleGain
from scenarios.knowing.study import Study
from sim.display.shown import Shown
from sim.outcomes import provenance

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Valued:
    """A decision and its mean NPV with standard error [currency]; behind: how far it lies behind the best, paired."""

    decision: Decision
    mean: float
    se: float
    behind: float
    behind_se: float

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        figures = {"npv": self.mean, "se": self.se, "behind": self.behind, "behind_se": self.behind_se}
        return {**self.decision.document(), **figures}


@dataclass(frozen=True)
class Knowable:
    """What perfect knowledge of a driver, or of the drivers of a group, is worth [currency].

    paths, units: of the drivers. regression: the estimate that ranks. nested: the other one, None where it was not
    made. agree: whether the two differ by no more than their errors allow. changes: share of driver worlds in which
    another decision is then chosen than without knowledge, as the regression sees it.
    """

    name: str
    paths: tuple[str, ...]
    units: tuple[str, ...]
    regression: Gain
    nested: Gain | None
    agree: bool | None
    changes: float

    @property
    def worth_knowing(self) -> bool:
        """Whether the worth is told apart from nothing."""
        return self.changes > 0.0 and self.regression.value > CLEAR * self.regression.se

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {
            "name": self.name,
            "drivers": list(self.paths),
            "units": list(self.units),
            "regression": _gain(self.regression),
            "nested": None if self.nested is None else _nested(self.nested),
            "agree": self.agree,
            "changes": self.changes,
            "worth_knowing": self.worth_knowing,
        }


@dataclass(frozen=True)
class Studied:
    """What a study is worth [currency]. gain: before price and wait, by both estimators; net: after both. wait: most
    months that a start waits, the delay in whole planning periods for roadmaps that start with them. dropped:
    initiatives that some decision loses by the wait, as their planning time is over. out: decisions that break a rule
    after the wait and are not chosen from then, each with the rule."""

    study: Study
    unit: str
    gain: SampleGain
    net: Net
    wait: int
    dropped: tuple[str, ...]
    out: tuple[tuple[str, str], ...]

    @property
    def verdict(self) -> str:
        """Whether it pays: yes, no, or cannot be told."""
        if self.net.value > CLEAR * self.net.se:
            return "yes"
        return "no" if self.net.value < -CLEAR * self.net.se else "cannot tell yet"

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {
            **self.study.document(),
            "unit": self.unit,
            "evsi": _gain(self.gain.reweighted),
            "evsi_regression": _gain(self.gain.regressed),
            "agree": self.gain.agree,
            "waiting": {"value": self.net.waiting, "se": self.net.waiting_se},
            "net": {"value": self.net.value, "se": self.net.se},
            "wait": self.wait,
            "dropped": list(self.dropped),
            "counted_out": [{"decision": name, "rule": why} for name, why in self.out],
            "verdict": self.verdict,
        }


@dataclass(frozen=True, repr=False)
class Information(Shown):
    """What knowing the drivers before choosing is worth, over a stated set of decisions: lower bounds for all roadmaps.

    decisions: valued at `points` points of the drivers with `noise` draws of the events each; best: position of the one
    that is best in the mean, best_value, best_se: its mean NPV on draws that did not choose it [currency]. evpi: all
    drivers, by means whose bias is taken out; evpi_regression: its check. drivers: those asked for, most worth first;
    others: how many further drivers are worth no more than the last one told.
    """

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    seed: int
    points: int
    noise: int
    resolved: int
    decisions: tuple[Valued, ...]
    best: int
    best_value: float
    best_se: float
    evpi: Gain
    evpi_regression: Gain
    evpi_agree: bool
    drivers: tuple[Knowable, ...]
    others: int
    groups: tuple[Knowable, ...]
    studies: tuple[Studied, ...]
    gates: tuple[GateWorth, ...]
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio information --json` prints; what does not exist is None."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "seed": self.seed,
            "currency": self.currency,
            "points": self.points,
            "noise": self.noise,
            "resolved": self.resolved,
            "decisions": [one.document() for one in self.decisions],
            "best": self.best,
            "best_npv": {"value": self.best_value, "se": self.best_se},
            "evpi": {**_nested(self.evpi), "regression": _gain(self.evpi_regression), "agree": self.evpi_agree},
            "drivers": [one.document() for one in self.drivers],
            "others": self.others,
            "groups": [one.document() for one in self.groups],
            "studies": [one.document() for one in self.studies],
            "gates": [one.document() for one in self.gates],
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row a figure: what it is of, worth, standard error, unit."""
        import polars

        rows: list[tuple[str, str, float, float, str]] = []
        unit = self.currency

        def add(kind: str, name: str, one: Gain) -> None:
            rows.append((kind, name, one.value, one.se, unit))

        rows.append(("npv", self.decisions[self.best].decision.name, self.best_value, self.best_se, unit))
        add("evpi", "all drivers", self.evpi)
        add("evpi by regression", "all drivers", self.evpi_regression)
        for kind, many in (("evppi", self.drivers), ("evppi of group", self.groups)):
            for one in many:
                add(kind, one.name, one.regression)
                if one.nested is not None:
                    add(f"{kind}, nested", one.name, one.nested)
        for which in self.studies:
            add("evsi", which.study.name, which.gain.reweighted)
            add("evsi by regression", which.study.name, which.gain.regressed)
            rows.append(("cost of the wait", which.study.name, which.net.waiting, which.net.waiting_se, unit))
            rows.append(("net of price and wait", which.study.name, which.net.value, which.net.se, unit))
        rows += [(f"gate: {one.kind}", one.initiative, one.value, one.se, unit) for one in self.gates]
        schema = {"measure": polars.String, "of": polars.String, "value": polars.Float64, "se": polars.Float64,
                  "unit": polars.String}  # fmt: skip
        frame = polars.DataFrame(rows, schema=schema, orient="row")
        return frame.with_columns(seed=polars.lit(self.seed), scenario_hash=polars.lit(self.scenario_hash))

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "decisions", len(self.decisions)
        yield "evpi", f"{self.evpi.value:,.0f} ± {self.evpi.se:,.0f} {self.currency}"
        for one in self.drivers[:3]:
            yield one.name, f"{one.regression.value:,.0f} ± {one.regression.se:,.0f}"

    def plot(self) -> go.Figure:
        """What knowing each driver before choosing is worth (EVPPI), with its 95 % interval, most first."""
        from sim.display.forest import forest, row

        rows = [row("all drivers", self.evpi.value, self.evpi.se)]
        rows += [row(one.name, one.regression.value, one.regression.se) for one in self.drivers]
        return forest("What perfect knowledge is worth", rows, self.currency, "worth")


def _gain(one: Gain) -> dict[str, Any]:
    return {"value": one.value, "se": one.se}


def _nested(one: Gain) -> dict[str, Any]:
    return asdict(one)
