"""Fund an initiative or not: the roadmap with it minus the roadmap without it, on the same possible worlds.

    python scripts/fund_or_not.py retailer pos
    python scripts/fund_or_not.py my_shop.yaml crm --beside pos@0,inventory@6 --month 12 --draws 8192

Prints the difference of NPV with its 95 % interval and a verdict: fund, do not fund, or cannot tell yet.
"""

import argparse
import sys

from scenarios import Arm, compare, load
from scenarios.cli.arguments import parse_roadmap
from sim.errors import ProblemsFound

VERDICTS = {"higher": "fund it", "lower": "do not fund it", "no difference": "it changes nothing"}


def main() -> int:
    """Read the arguments, compare, print."""
    parser = argparse.ArgumentParser(description="Fund an initiative or not?")
    parser.add_argument("scenario", help="a scenario file, or a name of the library")
    parser.add_argument("initiative", help="its id in the scenario")
    parser.add_argument("--beside", default="", help="roadmap that is carried out anyway: pos@0,edr@3")
    parser.add_argument("--month", type=int, help="month of its start; otherwise the first one allowed")
    parser.add_argument("--draws", type=int, default=4096)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    try:
        scenario = load(given.scenario)
        beside = parse_roadmap(given.beside)
        one = scenario.initiatives.get(given.initiative)
        month = given.month if given.month is not None or one is None else one.first_month
        arms = [Arm("without", scenario, beside), Arm("with", scenario, {**beside, given.initiative: month or 0})]
        pair = compare(arms, given.draws, given.seed, futures=False).pair("with", "without")
    except ProblemsFound as error:
        print(error, file=sys.stderr)
        return 2
    npv, better = pair.npv, pair.odds.better
    print(f"{given.initiative} from month {month}: {VERDICTS.get(npv.verdict, npv.verdict)}")
    if npv.interval.low is not None and npv.interval.high is not None:
        print(f"NPV {npv.mean:+,.0f} {npv.unit}, 95 % interval {npv.interval.low:+,.0f} to {npv.interval.high:+,.0f}")
    else:
        print(f"NPV {npv.mean:+,.0f} {npv.unit}; no interval: {npv.interval.refused}")
    print(f"more NPV in {better.estimate:.1%} of the draws ({better.low:.1%} to {better.high:.1%})")
    if npv.draws_to_tell is not None:
        print(f"about {npv.draws_to_tell:,} draws would tell")
    return 0


if __name__ == "__main__":
    sys.exit(main())
