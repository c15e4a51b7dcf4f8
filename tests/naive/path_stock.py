"""Goods that run out, in a month of the twin: written from the documented model, with its own sums."""

import math
from collections.abc import Iterator

import numpy as np

from sim.world.stock import Stock
from tests.naive.path_events import At

Z95 = 1.6448536269514722


def sold_out(group: Stock, at: At, name: str, month: int, rate: float) -> tuple[float, float]:
    """Share of the units asked for that are not there, and mean units on the shelf of an article. rate: units of an
    article asked for in a working day."""
    path = f"stock.{name}"
    error, safety = at(f"{path}.forecast_error", month), at(f"{path}.safety_factor", month)
    wrong, gap = at(f"{path}.record_error", month), at(f"{path}.record_gap", month)
    log_sd = math.log(at(f"{path}.lead_p95_ratio", month)) / Z95
    lead = at(f"{path}.lead_days", month) * math.exp(log_sd**2 / 2)
    variance = (math.exp(log_sd**2) - 1) * lead**2
    places, weights = np.polynomial.hermite_e.hermegauss(7)
    out = units = 0.0
    for z, weight in zip(places.tolist(), (weights / weights.sum()).tolist(), strict=True):
        foreseen = rate * math.exp(error * z - error**2 / 2)
        expected = foreseen * lead
        doubt = expected + foreseen**2 * variance + expected**2 * (math.exp(error**2) - 1)
        level = max(0.0, expected + safety * math.sqrt(doubt))
        size = max(foreseen * at(f"{path}.order_days", month), level + 1)
        low = max(0.0, level - gap * size)
        up = level % 1
        for part, begin, end in ((1 - up, 0.0, 1 - up), (up, 1 - up, 1.0)):  # marks that round the level down, and up
            if part < 1e-9:
                continue
            cases = [(1 - wrong, rounded(level, begin, end)), (wrong, rounded(low, begin, end))]
            short = sum(p * shortage(true_level, rate * lead, rate**2 * variance) for p, true_level in cases)
            left = sum(p * (true_level - rate * lead) for p, true_level in cases) + short
            units_ordered = rounded(size, begin, end)
            below, rest = math.floor(units_ordered), units_ordered % 1
            mean_triangle = (1 - rest) * below * (below + 1) / 2 + rest * (below + 1) * (below + 2) / 2
            out += weight * part * short / (units_ordered + short)
            units += weight * part * (mean_triangle + units_ordered * max(0.0, left)) / (units_ordered + short)
    return out, units


def rounded(value: float, begin: float, end: float) -> float:
    """Mean of floor(value + mark) over even marks from begin to end."""
    turn = min(end, max(begin, 1 - value % 1))  # from this mark on the number is rounded up
    return math.floor(value) + (end - turn) / (end - begin)


def shortage(level: float, mean: float, variance: float) -> float:
    """Mean demand beyond a level, between whole levels in proportion; variance: beside that of Poisson."""
    batch = max(1.0, mean / 600)
    mean, level = mean / batch, level / batch
    whole = math.floor(level)
    excess = max(1 / batch - 1 + variance / batch**2 / mean, 1e-9) if mean > 0 else 1e-9
    chances = list(negative_binomial(mean, excess, whole))

    def beyond(units: int) -> float:
        return mean - units + math.fsum((units - n) * chance for n, chance in enumerate(chances[:units]))

    return batch * max(0.0, beyond(whole) + (level - whole) * (beyond(whole + 1) - beyond(whole)))


def negative_binomial(mean: float, excess: float, last: int) -> Iterator[float]:
    """P(0) .. P(last) of a count whose variance is mean * (1 + excess)."""
    if mean == 0:
        yield from [1.0] + [0.0] * last
        return
    chance = math.exp(-mean / excess * math.log1p(excess))
    for n in range(last + 1):
        yield chance
        chance *= (mean / excess + n) / (n + 1) * excess / (1 + excess)
