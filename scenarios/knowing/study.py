"""A study before the choice: a pilot, a quote or an audit that observes one driver with an error, at a price.

As text: `driver=PATH,n=20,sd=4,cost=1500,delay=2`, or `driver=PATH,trials=200,cost=3k`. As a file: a mapping `studies`
of names to these keys, in YAML.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound, suggest

Floats = NDArray[np.float64]
KEYS = ("driver", "n", "sd", "trials", "cost", "delay", "title")
MOST_DELAY = 120


@dataclass(frozen=True)
class Study:
    """What is observed of a driver: the mean of n observations, each with standard deviation sd in the unit of the
    driver around its value; or how many of so many trials succeed, where the driver is the probability.

    cost: price, paid before the choice [currency]. delay: months that every start waits.
    """

    name: str
    driver: str
    n: int = 1
    sd: float | None = None
    trials: int | None = None
    cost: float = 0.0
    delay: int = 0
    title: str = ""

    def words(self, unit: str = "") -> str:
        """What is observed, in words; unit: of the driver, behind a space."""
        if self.trials is not None:
            return f"{self.trials:,} trials"
        return f"{self.n:,} observation{'s' if self.n > 1 else ''} with sd {self.sd:,.6g}{unit}"

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {
            "name": self.name, "title": self.title, "driver": self.driver, "n": self.n, "sd": self.sd,
            "trials": self.trials, "cost": self.cost, "delay": self.delay,
        }  # fmt: skip

    def observed(self, values: Floats, rng: np.random.Generator) -> Floats:
        """(points,) what the study would find where the driver has these values."""
        if self.trials is not None:
            return np.asarray(rng.binomial(self.trials, values), dtype=np.float64)
        return np.asarray(values + rng.standard_normal(len(values)) * self._error)

    def likelihood(self, found: Floats, values: Floats) -> Floats:
        """(findings, values) probability of each finding where the driver has each value, up to a factor by finding."""
        if self.trials is not None:
            inside = np.clip(values, 1e-12, 1.0 - 1e-12)
            log = found[:, None] * np.log(inside) + (self.trials - found[:, None]) * np.log1p(-inside)
        else:
            log = -0.5 * ((found[:, None] - values[None, :]) / self._error) ** 2
        return np.asarray(np.exp(log - log.max(axis=1, keepdims=True)))

    @property
    def _error(self) -> float:
        return (self.sd or 0.0) / math.sqrt(self.n)


def study(name: str, stated: Mapping[str, Any]) -> Study:
    """A study from what is stated of it. Raises ProblemsFound with every problem.

    >>> study("count", {"driver": "processes.counter.arrivals_per_day", "n": 20, "sd": 4, "cost": "1.5k"}).cost
    1500.0
    """
    problems = list(_problems(name, stated))
    if problems:
        raise ProblemsFound(problems)
    number = {key: _number(stated[key]) for key in KEYS if key in stated and key not in ("driver", "title")}
    return Study(
        name=name,
        driver=str(stated["driver"]),
        n=int(number.get("n", 1)),
        sd=number.get("sd"),
        trials=int(number["trials"]) if "trials" in number else None,
        cost=number.get("cost", 0.0),
        delay=int(number.get("delay", 0)),
        title=str(stated.get("title", "")),
    )


def parse_study(text: str, number: int = 1) -> Study:
    """A study from the text of an option.

    >>> parse_study("driver=money.discount_rate,sd=0.01,delay=3").delay
    3
    """
    stated: dict[str, str] = {}
    problems = []
    for part in text.split(","):
        key, at, value = (word.strip() for word in part.partition("="))
        if not at or not value or key in stated:
            problems.append(Problem("--study", f"{part.strip()!r} is no KEY=VALUE of its own", part.strip(), _HINT))
        stated[key] = value
    if problems:
        raise ProblemsFound(problems)
    return study(f"study {number}", stated)


_HINT = "write driver=PATH,n=20,sd=4,cost=1500,delay=2 or driver=PATH,trials=200"


def _problems(name: str, stated: Mapping[str, Any]) -> Iterator[Problem]:
    at = f"studies.{name}"
    if not isinstance(stated, Mapping):
        yield Problem(at, "a study is a block of keys", str(stated), _HINT)
        return
    for key in stated:
        if key not in KEYS:
            yield Problem(f"{at}.{key}", f"a study has no key {key}", str(key), suggest(str(key), KEYS))
    if not str(stated.get("driver", "")).strip():
        yield Problem(f"{at}.driver", "which driver the study observes is not stated", None, _HINT)
    if ("sd" in stated) == ("trials" in stated):
        text = "either sd, the error of one observation in the unit of the driver, or trials is stated"
        yield Problem(at, text, None, _HINT)
    if "n" in stated and "trials" in stated:
        yield Problem(f"{at}.n", "trials says how many there are", str(stated["n"]), "remove n")
    ranges = {"n": (1, 1e9, True), "trials": (1, 1e9, True), "delay": (0, MOST_DELAY, True), "cost": (0, 1e15, False),
              "sd": (1e-300, 1e15, False)}  # fmt: skip
    for key, (low, high, whole) in ranges.items():
        if key in stated:
            value = _number(stated[key])
            if not low <= value <= high or (whole and value != round(value)):
                least = "above 0" if key == "sd" else f"from {low:g}"
                kind = "a whole number" if whole else "a number"
                upto = f" to {high:g}" if key == "delay" else ""
                text = f"{stated[key]} is not possible"
                yield Problem(f"{at}.{key}", text, str(stated[key]), f"{kind} {least}{upto}")


def _number(value: Any) -> float:
    from sim.quantities import parse_number

    try:
        return math.nan if isinstance(value, bool) else float(parse_number(value))
    except (ValueError, TypeError):
        return math.nan
