"""What habits are worth in one or several scenarios: reviewing, training, upkeep, alignment.

    python scripts/compare_policies.py retailer workshop
    python scripts/compare_policies.py my_shop.yaml --review-every 2 --csv policies.csv

Prints a line a scenario and habit; --csv keeps every policy of every scenario as one table.
"""

import argparse
import sys

import polars

from scenarios import load, policies
from sim.errors import ProblemsFound


def main() -> int:
    """Read the arguments, study each scenario, print."""
    parser = argparse.ArgumentParser(description="What reviewing, training, upkeep and alignment are worth.")
    parser.add_argument("scenarios", nargs="+", help="scenario files, or names of the library")
    parser.add_argument("--review-every", type=int, default=4, help="quarters between two reviews")
    parser.add_argument("--draws", type=int, default=2048)
    parser.add_argument("--train-draws", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--csv", help="file for the table of all policies")
    given = parser.parse_args()
    tables = []
    try:
        for name in given.scenarios:
            found = policies(
                load(name),
                given.draws,
                given.seed,
                review_every=given.review_every,
                train_draws=given.train_draws,
            )
            tables.append(found.to_frame().with_columns(scenario=polars.lit(found.scenario)))
            for one in found.worths:
                error = one.npv.interval.se or 0.0
                print(f"{found.scenario}: {one.habit} {one.npv.mean:+,.0f} ± {error:,.0f} {found.currency}", end="")
                print(f" ({one.npv.verdict}{'; ' + one.note if one.note else ''})")
    except ProblemsFound as error:
        print(error, file=sys.stderr)
        return 2
    if given.csv:
        polars.concat(tables).write_csv(given.csv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
