"""Which assumption does a roadmap hang on, and which the choice between two? A tornado, largest bar first.

    python scripts/which_assumption_matters.py retailer pos@0,inventory@6
    python scripts/which_assumption_matters.py my_shop.yaml pos@0 --against crm@0 --statistic npv.p5 --top 5

Each number of the file goes to its 5 % and its 95 % quantile; all others stay as drawn, on the same possible worlds.
"""

import argparse
import sys

from scenarios import load, sensitivity
from scenarios.cli.arguments import parse_roadmap
from sim.errors import ProblemsFound


def main() -> int:
    """Read the arguments, ask, print."""
    parser = argparse.ArgumentParser(description="Which assumption does a roadmap hang on?")
    parser.add_argument("scenario", help="a scenario file, or a name of the library")
    parser.add_argument("roadmap", help="what starts when: pos@0,edr@3")
    parser.add_argument("--against", help="another roadmap, which is subtracted")
    parser.add_argument("--statistic", default="npv.mean", help="npv.mean, npv.p5, 'P(cash_trough < 20k)'")
    parser.add_argument("--top", type=int, default=10)
    parser.add_argument("--draws", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    try:
        against = None if given.against is None else parse_roadmap(given.against)
        roadmap = parse_roadmap(given.roadmap)
        found = sensitivity(
            load(given.scenario), roadmap, "tornado", given.statistic, given.seed, against=against, points=given.draws
        )
    except ProblemsFound as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{found.statistic} of {given.roadmap}{f' minus {given.against}' if given.against else ''}, in {found.unit}")
    for one in found.influences[: given.top]:
        low, high, swing = (one.figures[name] for name in ("low", "high", "swing"))
        sure = "" if swing.low is None else f" (95 %: {swing.low:,.5g} to {swing.high:,.5g})"
        ends = f"{one.at_low:,.5g} to {one.at_high:,.5g} {one.unit}" if one.at_low is not None else "together"
        print(f"{one.name} ({ends}): {low.estimate:,.5g} to {high.estimate:,.5g}, swing {swing.estimate:,.5g}{sure}")
    for note in found.notes:
        print(f"note: {note}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
