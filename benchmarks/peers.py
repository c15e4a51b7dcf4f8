"""One simple model in our lanes against monaco, the EMA workbench, NumPy and plain Python, on one core.

The model is that of `benchmarks.simple_model`. Our contender is a bare kernel of it, made of the parts that the product
is made of: lanes, Philox streams, records. The product's own scenarios cannot state it, for their adoption is by seats
and not Bass's curve. monaco and the workbench call the plain Python formula once a case, as their users do; the time is
that of a whole study, from its definition to the array of results. NumPy runs with the fastest of several chunks.

Before any timing all agree with ours: mean and 5 % quantile within 4.5 standard errors of the difference. The packages
of the peers come with the extra `peers`; one that is absent has no figure, and is said to be absent.

    python -m benchmarks.peers [--smoke]
"""

from __future__ import annotations

import importlib.util
import logging
import math
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import simple_model as model
from benchmarks.rows import Row, alternate, digits, missing, seconds

Floats = NDArray[np.float64]
SIGMAS = 4.5
CHUNKS = (1_024, 2_048, 4_096, 8_192, 16_384)
TARGETS = {"monaco": 200.0, "EMA workbench": 700.0, "NumPy": 4.0, "plain Python": 80.0}
PACKAGES = {"monaco": "monaco", "EMA workbench": "ema_workbench"}


def case(overrun: float, spread_p: float, spread_q: float, seed: float) -> float:
    """NPV of one path for a framework that draws three normal scores and a seed of the attacks."""
    generator = random.Random(seed)
    benefit = model.bass_benefit(
        model.P * math.exp(model.P_SPREAD * spread_p), model.Q * math.exp(model.Q_SPREAD * spread_q)
    )
    return benefit - model.CAPITAL * math.exp(model.OVERRUN * overrun) - model.losses(generator)


def with_monaco(cases: int, seed: int) -> Floats:
    """A study of monaco: random sampling, one thread, nothing saved."""
    import monaco
    from scipy import stats

    names = ("overrun", "spread_p", "spread_q", "seed")
    functions = {
        monaco.SimFunctions.PREPROCESS: lambda one: tuple(one.invals[name].val for name in names),
        monaco.SimFunctions.RUN: lambda *given: (case(*given),),
        monaco.SimFunctions.POSTPROCESS: lambda one, npv: one.addOutVal("npv", npv),
    }
    study = monaco.Sim(
        name="simple", ndraws=cases, fcns=functions, samplemethod=monaco.SampleMethod.RANDOM, seed=seed,
        singlethreaded=True, verbose=False, debug=False,
    )  # fmt: skip
    for name in names[:3]:
        study.addInVar(name=name, dist=stats.norm, distkwargs={"loc": 0.0, "scale": 1.0})
    study.addInVar(name="seed", dist=stats.uniform, distkwargs={"loc": 0.0, "scale": 1.0})
    study.runSim()
    return np.array(study.outvars["npv"].nums, dtype=np.float64)


def with_workbench(cases: int, seed: int) -> Floats:
    """Experiments of the EMA workbench: random sampling, sequential."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells which optional packages it misses
        import ema_workbench as ema
        from ema_workbench import Samplers
    from scipy.special import ndtri

    def run(overrun: float, spread_p: float, spread_q: float, seed: float) -> dict[str, float]:
        return {"npv": case(float(ndtri(overrun)), float(ndtri(spread_p)), float(ndtri(spread_q)), seed)}

    study = ema.Model("simple", function=run)
    study.uncertainties = [ema.RealParameter(name, 1e-12, 1.0) for name in ("overrun", "spread_p", "spread_q", "seed")]
    study.outcomes = [ema.ScalarOutcome("npv")]
    logging.getLogger("EMA").setLevel(logging.ERROR)
    np.random.seed(seed)  # noqa: NPY002  the workbench draws from NumPy's global generator
    _, outcomes = ema.perform_experiments(study, scenarios=cases, uncertainty_sampling=Samplers.MC, log_progress=True)
    return np.asarray(outcomes["npv"], dtype=np.float64)


def check(name: str, ours: Floats, theirs: Floats) -> None:
    """Raise unless mean and 5 % quantile agree. False alarm below 1e-4."""
    for what, figure, error in (("mean", np.mean, _error_of_mean), ("5 % quantile", _low, _error_of_low)):
        a, b, e = float(figure(ours)), float(figure(theirs)), math.hypot(error(ours), error(theirs))
        if not abs(a - b) <= SIGMAS * e:
            raise AssertionError(f"{what} of {name}: {b:g}, ours {a:g}, standard error of the difference {e:g}")


def _low(values: Floats) -> float:
    return float(np.quantile(values, 0.05))


def _error_of_mean(values: Floats) -> float:
    return float(np.std(values, ddof=1) / math.sqrt(len(values)))


def _error_of_low(values: Floats) -> float:
    """Half the distance between the order statistics one standard deviation of the rank to either side."""
    ordered, n = np.sort(values), len(values)
    rank, reach = 0.05 * n, math.sqrt(n * 0.05 * 0.95)
    return float(ordered[min(n - 1, math.ceil(rank + reach))] - ordered[max(0, math.floor(rank - reach))]) / 2.0


def contenders(smoke: bool) -> dict[str, tuple[int, Callable[[int], Any]]]:
    """Paths a repeat, and the run of a seed, by name; ours first."""
    many, some, few = (4_096, 400, 100) if smoke else (1 << 17, 5_000, 1_000)
    chunk = min(CHUNKS, key=lambda size: min(seconds(partial(model.in_numpy, many, 1, size)) for _ in range(2)))
    found: dict[str, tuple[int, Callable[[int], Any]]] = {
        "ours": (many, lambda seed: model.in_lanes(many, seed)),
        "NumPy": (many, lambda seed: model.in_numpy(many, seed, chunk)),
        "plain Python": (some, lambda seed: model.in_python(some, seed)),
    }
    if importlib.util.find_spec("monaco"):
        found["monaco"] = few, lambda seed: with_monaco(few, seed)
    if importlib.util.find_spec("ema_workbench"):
        found["EMA workbench"] = few, lambda seed: with_workbench(few, seed)
    return found


def rows(smoke: bool) -> Iterator[Row]:
    running = contenders(smoke)
    ours = model.in_lanes(1 << 14 if smoke else 1 << 19, 1)
    sizes = {"NumPy": 1 << 14, "plain Python": 2_000, "monaco": 300, "EMA workbench": 300}
    larger = {"NumPy": 1 << 19, "plain Python": 50_000, "monaco": 5_000, "EMA workbench": 5_000}
    ways: dict[str, Callable[[int, int], Floats]] = {
        "NumPy": lambda n, seed: model.in_numpy(n, seed, 4_096),
        "plain Python": model.in_python, "monaco": with_monaco, "EMA workbench": with_workbench,
    }  # fmt: skip
    for name in running:
        if name != "ours":
            check(name, ours, ways[name]((sizes if smoke else larger)[name], 2))
    taken: dict[str, list[float]] = {name: [] for name in running}
    for repeat in range(1 if smoke else 7):
        works = {name: partial(run, repeat) for name, (_, run) in running.items()}
        for name, times in alternate(works, 1).items():
            taken[name].append(times[0] / running[name][0])
    for name, target in TARGETS.items():
        what = f"simple model in lanes / {name}"
        if name not in running:
            yield missing(
                "peers", what, target, "at least", f"{PACKAGES[name]} is not installed: pip install '.[peers]'"
            )
            continue
        ratios = tuple(theirs / mine for mine, theirs in zip(taken["ours"], taken[name], strict=True))
        mine, theirs = (digits(1e6 * float(np.median(taken[key]))) for key in ("ours", name))
        yield Row("peers", what, target, "at least", ratios, f"ours {mine} us a path, {name} {theirs} us, one thread")


if __name__ == "__main__":
    for row in rows("--smoke" in sys.argv):
        print(f"{row.what}: {row.measured}, wanted {row.wanted}\n  {row.detail}")
