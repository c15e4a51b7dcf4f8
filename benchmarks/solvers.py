"""The solver against the plain time-indexed model in HiGHS, CBC and CP-SAT, on the same instances in the same run.

    python -m benchmarks.solvers                    every size, five seeds, 60 s for each solve: some two hours
    python -m benchmarks.solvers --size 60x16       one size; may be repeated
    python -m benchmarks.solvers --seeds 1 2        these seeds alone
    python -m benchmarks.solvers --seconds 20       less time for each
    python -m benchmarks.solvers --only roadfolio HiGHS  these contenders alone
    python -m benchmarks.solvers --smoke            one small instance, to see that it works

All get the same threads, time and gap. Each roadmap is checked by `optimize.check` before its time counts, and each
bound against the best roadmap that any of them found. A gap is that of worth and certified bound.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.instances import SIZES, Size, instance
from benchmarks.plain_models import Answer, cbc, cp_sat, highs
from benchmarks.rows import Row
from optimize.check import violations, worth
from optimize.limits import Limits
from optimize.problem import RoadmapProblem
from optimize.solve import solve
from optimize.status import relative_gap

OURS = "roadfolio"
GAP = {"30x12": 1e-6}
PROVED_GAP = 1e-3
"""Relative gap at which all may stop; 30x12 is to be proved."""

ROUNDING = 1e-6
SMOKE = Size(12, 6, (1,))


@dataclass(frozen=True)
class Measured:
    """One solve: seconds, worth, bound and gap, None where there is none."""

    solver: str
    seed: int
    seconds: float
    worth: float | None
    bound: float | None
    missing: str = ""

    @property
    def gap(self) -> float | None:
        """Relative gap, None without roadmap or bound."""
        return None if self.worth is None else relative_gap(self.bound, self.worth)


def ours(problem: RoadmapProblem, seconds: float, gap: float, threads: int) -> Answer:
    """This solver. Ties are left open, as the plain models leave them."""
    began = time.perf_counter()
    found = solve(problem, Limits(seconds=seconds, gap=gap, threads=threads, break_ties=False))
    taken = time.perf_counter() - began
    return Answer(OURS, taken, dict(found.roadmap) if found.has_solution else None, found.bound)


CONTENDERS = {OURS: ours, "HiGHS": highs, "CBC": cbc, "CP-SAT": cp_sat}
"""By the name that `--only` asks for."""


def compare(
    size: Size,
    seeds: Sequence[int],
    seconds: float,
    threads: int,
    gap: float | None = None,
    only: Sequence[str] | None = None,
) -> Iterator[Measured]:
    """Every contender on every seed; raises where a roadmap breaks a limit or a bound lies under a roadmap."""
    warm()
    for seed in seeds:
        problem = instance(size.initiatives, size.periods, seed)
        allowed = GAP.get(size.name, PROVED_GAP) if gap is None else gap
        answers = [CONTENDERS[name](problem, seconds, allowed, threads) for name in only or CONTENDERS]
        best = max((worth(problem, one.roadmap) for one in answers if one.roadmap is not None), default=None)
        for answer in answers:
            if answer.roadmap is not None and (broken := violations(problem, answer.roadmap)):
                raise RuntimeError(f"{answer.solver} on {size.name}, seed {seed}: {broken[0].sentence}")
            if answer.bound is not None and best is not None and answer.bound < best - ROUNDING * abs(best):
                raise RuntimeError(f"{answer.solver} on {size.name}, seed {seed}: bound {answer.bound} under {best}")
            value = None if answer.roadmap is None else worth(problem, answer.roadmap)
            yield Measured(answer.solver, seed, answer.seconds, value, answer.bound, answer.missing)


def warm() -> None:
    """Compile, so that no time holds that."""
    from optimize.solving.mix import incumbent, lower

    problem = instance(SMOKE.initiatives, SMOKE.periods, 1)
    arrays = lower(problem)
    if arrays is None:
        raise RuntimeError("the instances state what the mix does not know")
    incumbent(problem, arrays, None)


def rows(smoke: bool) -> Iterator[Row]:
    """The targets, for the table of `python -m benchmarks`."""
    sizes = [SMOKE] if smoke else list(SIZES.values())
    for size in sizes:
        found = list(compare(size, size.seeds, 5.0 if smoke else 60.0, 1))
        mine = [one for one in found if one.solver == OURS]
        what = f"solver, {size.name}, {len(mine)} seeds"
        name = f"solvers {size.name}"
        detail = "; ".join(_line(one) for one in found)
        gaps = tuple(100.0 * one.gap for one in mine if one.gap is not None)
        if size.name == "30x12":
            yield Row(
                name, f"{what}: seconds to the proof", 2.0, "at most", tuple(m.seconds for m in mine), detail, unit=" s"
            )
        elif size.name == "60x16":
            plain = [one for one in found if one.solver == "plain, HiGHS"]
            ratios = tuple(a.seconds / b.seconds for a, b in zip(plain, mine, strict=True))
            yield Row(name, f"{what}: time to 0.1 % against the plain model in HiGHS", 3.0, "at least", ratios, detail)
        else:
            target = 1.5 if size.initiatives >= 240 else 1.0
            yield Row(name, f"{what}: gap after 60 s", target, "at most", gaps, detail, unit=" %")


def _line(one: Measured) -> str:
    if one.missing:
        return f"{one.solver}: not measured: {one.missing}"
    value = "no roadmap" if one.worth is None else f"{one.worth:,.0f}"
    gap = "-" if one.gap is None else f"{100.0 * one.gap:.2f} %"
    bound = "-" if one.bound is None else f"{one.bound:,.0f}"
    return f"seed {one.seed}, {one.solver}: {one.seconds:.1f} s, worth {value}, bound {bound}, gap {gap}"


def summary(size: Size, found: Sequence[Measured]) -> Iterator[str]:
    """Median and worst of each contender."""
    for solver in dict.fromkeys(one.solver for one in found):
        these = [one for one in found if one.solver == solver]
        if these[0].missing:
            yield f"{size.name} {solver}: not measured: {these[0].missing}"
            continue
        times = [one.seconds for one in these]
        gaps = [one.gap for one in these if one.gap is not None]
        text = f"{size.name} {solver}: median {statistics.median(times):.1f} s, worst {max(times):.1f} s"
        if gaps:
            text += f"; gap median {100 * statistics.median(gaps):.2f} %, worst {100 * max(gaps):.2f} %"
        yield text + f"; {len(gaps)} of {len(these)} with a gap"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.solvers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", action="append", choices=list(SIZES), help="may be repeated; all if none is given")
    parser.add_argument("--seeds", type=int, nargs="+", help="the committed five if none is given")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each solve")
    parser.add_argument("--threads", type=int, default=1, help="of every solver")
    parser.add_argument("--only", nargs="+", choices=list(CONTENDERS), help="these contenders")
    parser.add_argument("--smoke", action="store_true", help="one small instance")
    asked = parser.parse_args(arguments)
    sizes = [SMOKE] if asked.smoke else [SIZES[name] for name in asked.size or SIZES]
    for size in sizes:
        found = []
        for one in compare(size, asked.seeds or size.seeds, asked.seconds, asked.threads, only=asked.only):
            found.append(one)
            print(f"{size.name} {_line(one)}", flush=True)
        print("\n".join(summary(size, found)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
