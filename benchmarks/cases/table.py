"""The cases as rows of the table of targets: how many of each family reach what was published.

    python -m benchmarks.cases [--only FAMILY ...] [--seconds S] [--every N] [--quick] [--smoke] [--json FILE]

--every N takes each N-th case of a family, --quick those that the tests solve, --smoke the textbooks alone. Seconds are
for each program; a scheduling case that they do not suffice for may take as much again for a proof.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.cases import fleet
from benchmarks.cases.case import Outcome, answer, folder
from benchmarks.cases.families import FAMILIES
from benchmarks.rows import Row

SECONDS = 60.0
HEAD = ("case", "seconds", "objective", "published", "truth", "gap", "status", "reached", "how")


def rows(smoke: bool) -> Iterator[Row]:
    """One row a family, of the cases that the tests solve; `python -m benchmarks.cases` solves every one."""
    for name in list(FAMILIES)[:1] if smoke else FAMILIES:
        what = f"published cases reached ({name})"
        chosen = [case for case in FAMILIES[name]() if case.quick]
        if not chosen:
            why = f"no instance files in {folder().name}; ROADFOLIO_CASES names their folder"
            if FAMILIES[name]():
                why = f"none is quick; see `python -m benchmarks.cases --only {name}`"
            yield Row("cases", what, 1.0, "at least", missing=why)
            continue
        yield summary(what, [answer(case, SECONDS) for case in chosen])


def summary(what: str, outcomes: Sequence[Outcome]) -> Row:
    """How many reach what was published, of those of which something is known."""
    known = [outcome for outcome in outcomes if outcome.reached is not None]
    count = sum(outcome.reached is True for outcome in known)
    proved = sum(outcome.reached is True and outcome.status.value in ("optimal", "infeasible") for outcome in known)
    slowest = max((outcome.seconds for outcome in outcomes), default=0.0)
    detail = f"reached the published optimum: {count} of {len(known)}, proved: {proved}; slowest {slowest:.1f} s"
    against = [outcome.case.name for outcome in outcomes if outcome.contradicts]
    if against:
        detail += f"; AGAINST what was published: {', '.join(against)}"
    return Row("cases", what, 1.0, "at least", (count / len(known),) if known else (), detail, "none is known", "")


def cells(outcome: Outcome) -> tuple[str, ...]:
    """The cells of one case, in the order of HEAD."""
    case = outcome.case
    objective, published, gap = outcome.objective, case.worth, outcome.gap
    return (
        case.name,
        f"{outcome.seconds:.1f}",
        "-" if objective is None else f"{objective:,.10g}",
        "-" if published is None else f"{published:,.10g}",
        case.truth,
        "-" if gap is None else f"{100 * gap:.2g} %",
        outcome.status.value,
        {True: "yes", False: "NO", None: "-"}[outcome.reached],
        outcome.how,
    )


def main(arguments: list[str]) -> int:
    """Exit code 1 if an answer contradicts what was published."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cases", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=list(FAMILIES), help="family to solve; may be repeated")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="limit of each program [s]")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each N-th case of a family")
    parser.add_argument("--quick", action="store_true", help="the cases that the tests solve")
    parser.add_argument("--smoke", action="store_true", help="the textbooks alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table as JSON")
    asked = parser.parse_args(arguments)
    if not asked.seconds > 0.0 or asked.every < 1:
        parser.error("--seconds must be above 0, and --every 1 or more")
    names = list(FAMILIES)[:1] if asked.smoke else asked.only or list(FAMILIES)
    print("| " + " | ".join(HEAD) + " |\n|" + "---|" * len(HEAD), flush=True)
    found: list[Outcome] = []
    lines: list[str] = []
    for name in names:
        chosen = [case for case in FAMILIES[name]() if case.quick or not asked.quick][:: asked.every]
        outcomes = []
        for case in chosen:
            outcomes.append(answer(case, asked.seconds))
            print("| " + " | ".join(cells(outcomes[-1])) + " |", flush=True)
        found += outcomes
        lines.append(f"{name}: {summary(name, outcomes).detail}" if chosen else f"{name}: skipped, no files found")
        if name == "fleet":
            lines += [f"fleet: left out, {fleet.UNMAPPED}: {left}" for left in fleet.unmapped()]
    print("\n" + "\n".join(lines))
    if asked.json is not None:
        document = [dict(zip(HEAD, cells(outcome), strict=True)) for outcome in found]
        draft = asked.json.with_name(f".{asked.json.name}.part")
        draft.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n", encoding="utf-8")
        draft.replace(asked.json)
    return 1 if any(outcome.contradicts for outcome in found) else 0
