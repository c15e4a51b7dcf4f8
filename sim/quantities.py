"""Quantity: a number that may be uncertain. One grammar for files, one inverse CDF for every sampling design.

Grammar (what a scenario file may write for one number):

    12, 12k, 1.5M, 30 %                       a constant
    8k to 15k                                 central 90 % interval: lognormal if both ends are positive, else normal
    {low: 1, mode: 2, high: 5}                PERT: beta on [low, high] with mean (low + 4 mode + high) / 6
    {p10: 1, p50: 2, p90: 5}                  three-term metalog (Keelin 2016, Decision Analysis 13(4), eq. 6)
    {median: 40k, p95: 300k}                  lognormal through its median and 95th percentile
    {choices: [1, 2], weights: [3, 1]}        discrete
    {beta: [2, 8]}                            beta(a, b) on [0, 1]
    {value: ..., origin: ...}                 any of the above forms (scalar, or "a to b") with its origin

Every mapping may carry `origin`: the id of a published figure, or `planner assumption`.

Each uncertain Quantity is one driver with one uniform coordinate, so Sobol points, Latin hypercubes and sensitivity
indices all see the same coordinates.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sim.mechanisms.beta import beta_quantile
from sim.mechanisms.normal import normal_quantile

Z95 = 1.6448536269514722  # standard normal quantile at 0.95
SUFFIXES = {"k": 1e3, "m": 1e6, "%": 1e-2, "": 1.0}
WHOLE = r"\d{1,3}(?:,\d{3})+|\d[\d_]*"  # a comma stands before three digits only: 7,71 would be seven hundred and more
NUMBER = re.compile(rf"^\s*([-+]?(?:(?:{WHOLE})\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([kKmM%]?)\s*$", re.IGNORECASE)
FORMS = (
    "a number (12, 12k, 30 %), 'a to b', {low, mode, high}, {p10, p50, p90}, {median, p95}, "
    "{choices, weights}, {beta: [a, b]} or {value: ..., origin: ...}"
)


class QuantityError(ValueError):
    """A number that the grammar does not know, or whose parameters make no distribution."""


def parse_number(text: Any) -> float:
    """A plain number, with the suffixes k, M and %.

    >>> parse_number("8k"), parse_number("30 %"), parse_number("1,200")
    (8000.0, 0.3, 1200.0)
    >>> parse_number("7,71k")
    Traceback (most recent call last):
    sim.quantities.QuantityError: '7,71k' has a decimal comma; write 7.71k
    """
    if isinstance(text, bool):
        raise QuantityError(f"{text!r} is a yes/no value, not a number")
    if isinstance(text, (int, float)):
        value = float(text)
    else:
        found = NUMBER.match(text) if isinstance(text, str) else None
        if not found:
            if isinstance(text, str) and NUMBER.match(text.replace(",", ".", 1)):
                raise QuantityError(f"{text!r} has a decimal comma; write {text.replace(',', '.', 1).strip()}")
            raise QuantityError(f"{text!r} is not a number; expected {FORMS}")
        value = float(found[1].replace(",", "").replace("_", "")) * SUFFIXES[found[2].lower()]
    if not math.isfinite(value):
        raise QuantityError(f"{text!r} is not finite")
    return value


@dataclass(frozen=True)
class Quantity:
    """A constant or a distribution, read from the grammar above.

    kind    constant | lognormal | normal | pert | metalog | choices | beta | gamma
    params  what the kind needs (lognormal and normal: mu, sigma; pert: low, mode, high; metalog: a1, a2, a3;
            choices: values then weights; beta: a, b; gamma: shape, of mean 1)
    origin  id of a published figure or `planner assumption`; empty when the enclosing block states it
    source  the text or mapping as written, for writing files back
    """

    kind: str
    params: tuple[float, ...]
    origin: str = ""
    source: Any = None

    @property
    def is_constant(self) -> bool:
        return self.kind == "constant"

    def quantile(self, u: ArrayLike, *, few: bool = False) -> NDArray[np.float64]:
        """Inverse CDF. u: any shape, strictly inside (0, 1). Returns the same shape.

        few: for single figures, by plain Python; a PERT is then inverted without the table that serves draws.

        >>> parse_quantity("8k to 15k").quantile([0.05, 0.95]).round(6).tolist()
        [8000.0, 15000.0]
        """
        u = np.asarray(u, dtype=np.float64)
        p = self.params
        if self.kind == "constant":
            return np.full(u.shape, p[0])
        if self.kind == "lognormal":
            return np.asarray(np.exp(p[0] + p[1] * _scores(u, few)))
        if self.kind == "normal":
            return np.asarray(p[0] + p[1] * _scores(u, few))
        if self.kind == "pert":
            low, mode, high = p
            a, b = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
            return low + (high - low) * (np.asarray(beta_quantile(u, a, b)) if few else pert_quantile(u, a, b))
        if self.kind == "metalog":
            logit = np.log(u) - np.log1p(-u)
            return np.asarray(p[0] + p[1] * logit + p[2] * (u - 0.5) * logit)
        if self.kind == "beta":
            from scipy.special import betaincinv

            return np.asarray(betaincinv(p[0], p[1], u))
        if self.kind == "gamma":
            from scipy.special import gammaincinv

            return np.asarray(gammaincinv(p[0], u) / p[0])
        if self.kind == "choices":
            half = len(p) // 2
            values, weights = np.asarray(p[:half]), np.asarray(p[half:])
            cumulative = np.cumsum(weights) / np.sum(weights)
            return np.asarray(values[np.minimum(np.searchsorted(cumulative, u, side="right"), half - 1)])
        raise AssertionError(f"unknown kind {self.kind}")

    @property
    def median(self) -> float:
        return float(self.quantile(0.5, few=True))

    @property
    def mean(self) -> float:
        """Exact for every kind but the metalog, whose mean is a1 + a3 / 2 (Keelin 2016, table 5)."""
        p = self.params
        if self.kind == "lognormal":
            return math.exp(p[0] + p[1] ** 2 / 2)
        if self.kind == "pert":
            return (p[0] + 4 * p[1] + p[2]) / 6
        if self.kind == "metalog":
            return p[0] + p[2] / 2
        if self.kind == "beta":
            return p[0] / (p[0] + p[1])
        if self.kind == "gamma":
            return 1.0
        if self.kind == "choices":
            half = len(p) // 2
            return float(np.average(p[:half], weights=p[half:]))
        return p[0]

    def __str__(self) -> str:
        if isinstance(self.source, Mapping):
            return "{" + ", ".join(f"{k}: {v}" for k, v in self.source.items() if k != "origin") + "}"
        return str(self.source if self.source is not None else self.params[0])

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            parse_quantity, serialization=core_schema.plain_serializer_function_ser_schema(lambda q: q.source)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        number = {"type": ["number", "string"]}
        keys = ("low", "mode", "high", "p10", "p50", "p90", "median", "p95", "value")
        lists = {"choices": {"type": "array"}, "weights": {"type": "array"}, "beta": {"type": "array"}}
        mapping = {
            "type": "object",
            "properties": {**dict.fromkeys(keys, number), **lists, "origin": {"type": "string"}},
            "additionalProperties": False,
        }
        return {"anyOf": [number, mapping], "description": FORMS}


PERT_CELLS = 4096
PERT_EDGE = 0.01  # beyond this distance from 0 and 1 the inverse is computed, not interpolated


def pert_quantile(u: NDArray[np.float64], a: float, b: float) -> NDArray[np.float64]:
    """Inverse of the beta CDF for a, b >= 1, within 1e-9: cubic Hermite interpolation of the exact inverse and its
    derivative 1 / density on an even grid, the exact inverse near the ends. 100 times as fast as the exact inverse.

    >>> from scipy.special import betaincinv
    >>> u = np.linspace(0.001, 0.999, 5000)
    >>> bool(np.max(np.abs(pert_quantile(u, 2.0, 4.0) - betaincinv(2.0, 4.0, u))) < 1e-9)
    True
    """
    from sim.columns import beta_quantiles

    x, slope = _pert_table(a, b)
    width = (1.0 - 2.0 * PERT_EDGE) / PERT_CELLS
    place = np.clip((u - PERT_EDGE) / width, 0.0, PERT_CELLS - 1e-9)
    cell = place.astype(np.int64)
    t = place - cell
    left, right = x[cell], x[cell + 1]
    rise = right - left
    bend = (1 - t) * (width * slope[cell] - rise) - t * (width * slope[cell + 1] - rise)
    value = np.asarray(left + t * rise + t * (1 - t) * bend)
    ends = np.abs(u - 0.5) > 0.5 - PERT_EDGE
    if np.any(ends):
        value[ends] = beta_quantiles(u[ends], a, b)[0]
    return value


@lru_cache(maxsize=1024)
def _pert_table(a: float, b: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Exact inverse and its derivative at the ends of the cells."""
    from sim.columns import beta_quantiles

    return beta_quantiles(PERT_EDGE + (1.0 - 2.0 * PERT_EDGE) * np.arange(PERT_CELLS + 1) / PERT_CELLS, a, b)


def _scores(u: NDArray[np.float64], few: bool) -> NDArray[np.float64]:
    """Normal quantiles: of single figures by plain Python, of draws by compiled code."""
    if few:
        return np.asarray(normal_quantile(u))
    from sim.columns import normal_quantiles

    return normal_quantiles(u)


def constant(value: float) -> Quantity:
    """A Quantity that is a plain number."""
    return Quantity("constant", (float(value),), source=value)


def parse_quantity(source: Any) -> Quantity:
    """Read one number of a scenario file.

    >>> parse_quantity("10 %").params
    (0.1,)
    >>> parse_quantity({"low": 1, "mode": 2, "high": 5}).mean
    2.3333333333333335
    >>> parse_quantity("5 to 3")
    Traceback (most recent call last):
    ...
    sim.quantities.QuantityError: '5 to 3': the low end 5 must be below the high end 3
    """
    if isinstance(source, Quantity):
        return source
    if isinstance(source, Mapping):
        return _from_mapping(source)
    if isinstance(source, str) and re.search(r"\bto\b", source):
        return _from_interval(source)
    if isinstance(source, (str, int, float)):
        return Quantity("constant", (parse_number(source),), source=source)
    raise QuantityError(f"{source!r} is not a number; expected {FORMS}")


def _from_interval(source: str) -> Quantity:
    parts = re.split(r"\bto\b", source)
    if len(parts) != 2:
        raise QuantityError(f"{source!r}: write an interval as 'low to high'")
    low, high = (parse_number(part) for part in parts)
    if not low < high:
        raise QuantityError(f"{source!r}: the low end {low:g} must be below the high end {high:g}")
    if low > 0:
        mu, sigma = (math.log(low) + math.log(high)) / 2, (math.log(high) - math.log(low)) / (2 * Z95)
        return Quantity("lognormal", (mu, sigma), source=source)
    return Quantity("normal", ((low + high) / 2, (high - low) / (2 * Z95)), source=source)


def _from_mapping(source: Mapping[str, Any]) -> Quantity:
    origin = source.get("origin", "")
    if not isinstance(origin, str):
        raise QuantityError(f"origin {origin!r} must be text")
    keys = frozenset(source) - {"origin"}
    plain = dict(source)
    if keys == {"value"}:
        inner = parse_quantity(source["value"])
        if inner.origin:
            raise QuantityError("origin is stated twice")
        return Quantity(inner.kind, inner.params, origin, plain)
    if keys == {"low", "mode", "high"}:
        low, mode, high = (parse_number(source[k]) for k in ("low", "mode", "high"))
        if not (low <= mode <= high and low < high):
            raise QuantityError(f"low {low:g}, mode {mode:g}, high {high:g} must rise")
        return Quantity("pert", (low, mode, high), origin, plain)
    if keys == {"p10", "p50", "p90"}:
        return Quantity("metalog", _metalog(*(parse_number(source[k]) for k in ("p10", "p50", "p90"))), origin, plain)
    if keys == {"median", "p95"}:
        median, p95 = parse_number(source["median"]), parse_number(source["p95"])
        if not 0 < median < p95:
            raise QuantityError(f"median {median:g} must be positive and below p95 {p95:g}")
        return Quantity("lognormal", (math.log(median), math.log(p95 / median) / Z95), origin, plain)
    if keys == {"choices", "weights"}:
        return Quantity("choices", _choices(source["choices"], source["weights"]), origin, plain)
    if keys == {"beta"}:
        shape = source["beta"]
        if not isinstance(shape, (list, tuple)) or len(shape) != 2:
            raise QuantityError(f"beta {shape!r} must be a list of two positive numbers")
        a, b = (parse_number(x) for x in shape)
        if a <= 0 or b <= 0:
            raise QuantityError(f"beta [{a:g}, {b:g}]: both numbers must be positive")
        return Quantity("beta", (a, b), origin, plain)
    raise QuantityError(f"the keys {sorted(map(str, source))} make no number; expected {FORMS}")


def _metalog(p10: float, p50: float, p90: float) -> tuple[float, float, float]:
    """Coefficients of the three-term metalog through three quantiles; refused where its density would be negative."""
    if not p10 < p50 < p90:
        raise QuantityError(f"p10 {p10:g}, p50 {p50:g}, p90 {p90:g} must rise")
    share = (p50 - p10) / (p90 - p10)
    k = 0.5 * (1 - 1.66711 * (0.5 - 0.1))  # Keelin 2016, eq. 20: feasible skew of the unbounded metalog
    if not k < share < 1 - k:
        raise QuantityError(f"p10 {p10:g}, p50 {p50:g}, p90 {p90:g} are too skewed for a metalog; use {{median, p95}}")
    logit = math.log(9.0)
    return p50, (p90 - p10) / (2 * logit), (p90 + p10 - 2 * p50) / (0.8 * logit)


def _choices(values: Any, weights: Any) -> tuple[float, ...]:
    if not isinstance(values, (list, tuple)) or not isinstance(weights, (list, tuple)):
        raise QuantityError("choices and weights must be lists")
    if not values or len(values) != len(weights):
        raise QuantityError(f"{len(values)} choices need as many weights, not {len(weights)}")
    numbers = tuple(parse_number(v) for v in values)
    shares = tuple(parse_number(w) for w in weights)
    if min(shares) < 0 or sum(shares) <= 0:
        raise QuantityError(f"weights {list(shares)} must not be negative and must not all be 0")
    order = sorted(range(len(numbers)), key=numbers.__getitem__)  # a quantile function rises
    return tuple(numbers[k] for k in order) + tuple(shares[k] for k in order)
