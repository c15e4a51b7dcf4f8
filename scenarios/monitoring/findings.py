"""What was learned: drivers that moved, observations that surprised, and how good the issued forecasts were."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.monitoring.actuals import Actual
from scenarios.monitoring.draws import observed
from scenarios.monitoring.posterior import FEWEST, Posterior, Weighted
from scenarios.monitoring.record import Record, points_of
from scenarios.monitoring.scores import covered, crps, place
from scenarios.monitoring.weights import effective, log_likelihood, moved, weighted_quantiles, weights_of

if TYPE_CHECKING:
    from sim.world import Scenario

Floats = NDArray[np.float64]
SHARES = (0.05, 0.5, 0.95)
RARE = 0.05  # chance that some observation is called surprising, or some driver moved, although the model is right


@dataclass(frozen=True)
class Driver:
    """An uncertain number before and after the observations: median and 90 % interval, in `unit`. information: nats,
    of normals with the moments of the normal scores. moved: by more than chance leaves
    to any of all the drivers, see `weights.moved`."""

    path: str
    unit: str
    before: tuple[float, float, float]
    after: tuple[float, float, float]
    information: float
    moved: bool


@dataclass(frozen=True)
class Surprise:
    """An observation against what the plan's draws said before it. expected, sd: mean and standard deviation of the
    figure in the draws, None where some have none. residual: (observed - expected) over the deviation of both, figure
    and measurement. chance: of something at least as far out, two-sided. surprising: rarer than one in so many
    observations should be (Bonferroni). after: mean of the draws once everything was observed."""

    actual: Actual
    expected: float | None
    sd: float | None
    residual: float | None
    chance: float
    surprising: bool
    after: float | None


@dataclass(frozen=True)
class Score:
    """A forecast of a record against what was observed. place: share of the forecast below it. crps: in its unit;
    spread: CRPS that the forecast expects of itself, so that ratios of different units can be averaged."""

    record: int
    issued_at: int
    month: int
    what: str
    unit: str
    place: float
    covered: bool
    crps: float
    spread: float


def drivers_of(scenario: Scenario, found: Posterior) -> tuple[Driver, ...]:
    """Every uncertain number, the one that the observations tell most about first."""
    from scipy.special import ndtri

    from sim.montecarlo.conditional import table_of

    table, part = table_of(scenario), found.report
    given = part.draws.given()
    theta, _ = given.theta(table, range(len(part.draws)), 1, part.draws.numbers, 0)
    before, _ = table.values_at(np.repeat(np.array(SHARES)[:, None], len(table.drivers), axis=1))
    z = ndtri(part.draws.levels)
    mean = part.weight @ z
    spread = part.weight @ (z - mean) ** 2
    judged = [j for j in range(len(table.drivers)) if j not in table.luck]
    told_apart = part.effective >= FEWEST and found.information > 0.0
    before_them = None if found.remade else part.before
    far = dict(zip(judged, moved(z[:, judged], part.weight, before_them, RARE), strict=True)) if told_apart else {}
    rows = []
    for j in judged:
        driver = table.drivers[j]
        told = 0.5 * (mean[j] ** 2 + spread[j] - 1.0 - math.log(max(spread[j], 1e-12)))
        after = weighted_quantiles(theta[:, j], part.weight, np.array(SHARES))
        ends = _three(before[:, j]), _three(after)
        rows.append(Driver(driver.path, driver.unit, *ends, float(told), bool(far.get(j, False))))
    return tuple(sorted(rows, key=lambda row: (not row.moved, -row.information, row.path)))


def surprises_of(actuals: Sequence[Actual], found: Posterior) -> tuple[Surprise, ...]:
    """Every observation, the least likely one first."""
    rows = []
    for j, one in enumerate(actuals):
        before, sd = _moments(found.prior.said[:, j])
        after = _mean_after(found.report, j)
        residual = None
        if before is not None and sd is not None and not one.is_absent:
            whole = math.hypot(sd, one.error)
            residual = (one.value - before) / whole if whole > 0.0 else None
        chance = _chance(found.prior.said[:, j], one)
        rows.append(Surprise(one, before, sd, residual, chance, chance < RARE / len(actuals), after))
    return tuple(sorted(rows, key=lambda row: (row.chance, row.actual.month, row.actual.what)))


def tightest(actuals: Sequence[Actual], found: Posterior, most: int = 3) -> list[tuple[Actual, float]]:
    """The observations that leave fewest effective draws of the file, each alone, and how many; fewest first."""
    figures, errors = observed(actuals)
    said = found.prior.said
    left = []
    for j, one in enumerate(actuals):
        likely = log_likelihood(said[:, [j]], figures[[j]], errors[[j]])
        left.append((one, effective(weights_of(likely)) if np.isfinite(likely).any() else 0.0))
    return sorted(left, key=lambda pair: pair[1])[:most]


def scores_of(records: Sequence[Record], actuals: Sequence[Actual]) -> tuple[Score, ...]:
    """Every forecast of every record that can be scored: of months from its issue on."""
    found = []
    for number, record in enumerate(records, start=1):
        for one in actuals:
            points = (
                None if one.is_absent or one.month < record["issued_at"] else points_of(record, one.what, one.month)
            )
            if points is None:
                continue
            at = place(points, one.error, one.value)
            own = float(np.mean([crps(points, one.error, float(x)) for x in points[5::10]]))
            score = crps(points, one.error, one.value)
            issued = int(record["issued_at"])
            found.append(Score(number, issued, one.month, one.what, one.unit, at, covered(at), score, own))
    return tuple(found)


def summary_of(scores: Sequence[Score]) -> list[dict[str, Any]]:
    """A row a record: figures scored, share inside the 90 % interval, mean place, CRPS over what the forecast expects
    of itself (1: as good as it says; above: worse)."""
    rows = []
    for number in sorted({score.record for score in scores}):
        own = [score for score in scores if score.record == number]
        ratios = [score.crps / score.spread for score in own if score.spread > 0.0]
        rows.append(
            {
                "record": number,
                "issued_at": own[0].issued_at,
                "figures": len(own),
                "covered": sum(score.covered for score in own),
                "mean_place": float(np.mean([score.place for score in own])),
                "crps_ratio": float(np.mean(ratios)) if ratios else None,
            }
        )
    return rows


def driver_row(one: Driver) -> dict[str, Any]:
    """The entry of the document."""
    names = ("p5", "p50", "p95")
    ends = {
        key: dict(zip(names, values, strict=True)) for key, values in (("before", one.before), ("after", one.after))
    }
    return {"path": one.path, "unit": one.unit, **ends, "information": one.information, "moved": one.moved}


def surprise_row(one: Surprise) -> dict[str, Any]:
    """The entry of the document."""
    actual = one.actual
    return {
        "month": actual.month,
        "what": actual.what,
        "unit": actual.unit,
        "value": None if actual.is_absent else actual.value,
        "error": actual.error,
        "expected": one.expected,
        "sd": one.sd,
        "residual": one.residual,
        "chance": one.chance,
        "surprising": one.surprising,
        "after": one.after,
    }


def score_row(one: Score) -> Mapping[str, Any]:
    """The entry of the document."""
    return asdict(one)


def _three(values: Floats) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def _moments(said: Floats) -> tuple[float | None, float | None]:
    if not np.isfinite(said).all():
        return None, None
    return float(np.mean(said)), float(np.std(said, ddof=1))


def _mean_after(part: Weighted, j: int) -> float | None:
    values = part.said[part.weight > 0.0, j]
    return float(part.weight[part.weight > 0.0] @ values) if np.isfinite(values).all() else None


def _chance(said: Floats, one: Actual) -> float:
    """Chance of something at least as far out as the observation, by the draws; of n draws it is no less than
    1 / (n + 1)."""
    least = 1.0 / (len(said) + 1.0)
    if one.is_absent:
        return max(least, float(np.mean(said)))
    known = np.where(np.isnan(said), np.inf, said)
    if one.error == 0.0:
        low, high = float(np.mean(known <= one.value)), float(np.mean(known >= one.value))
    else:
        low = place(known, one.error, one.value)
        high = 1.0 - low
    return float(min(1.0, max(least, 2.0 * min(low, high))))
