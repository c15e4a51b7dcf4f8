"""What each size of the budgets buys: the plan at every step, in all cores of the machine, kept as it goes.

    python scripts/sweep_budgets.py retailer --out budgets
    python scripts/sweep_budgets.py my_shop.yaml --out budgets --factors 0.5 0.75 1 1.25 1.5 --resume

Prints the NPV of the recommended roadmap on fresh draws for each factor on all budgets; the rows stay in the folder.
"""

import argparse
import sys

from scenarios import load, sweep
from sim.errors import ProblemsFound


def main() -> int:
    """Read the arguments, sweep, print."""
    parser = argparse.ArgumentParser(description="What does each size of the budgets buy?")
    parser.add_argument("scenario", help="a scenario file, or a name of the library")
    parser.add_argument("--out", required=True, help="folder of the results")
    parser.add_argument("--factors", type=float, nargs="+", default=[0.6, 0.8, 1.0, 1.2, 1.5])
    parser.add_argument("--draws", type=int, default=1024, help="fresh draws of each plan")
    parser.add_argument("--workers", type=int, help="processes; as many as cores")
    parser.add_argument("--resume", action="store_true", help="go on with what the folder holds")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    design = {
        "version": 1,
        "name": "budgets",
        "scenario": given.scenario,
        "work": {
            "kind": "plan",
            "draws": given.draws,
            "seed": given.seed,
            "measures": ["npv.mean", "prob_npv_negative"],
        },
        "design": {"kind": "grid", "factors": {"budget": [f"x{factor:g}" for factor in given.factors]}},
    }
    try:
        currency = load(given.scenario).profile.currency
        found = sweep(design, given.out, workers=given.workers, resume=given.resume)
    except ProblemsFound as error:
        print(error, file=sys.stderr)
        return 2
    for row in found.wide().collect().iter_rows(named=True):
        if row["status"] != "done":
            print(f"budgets x{row['budget']:g}: {row['status']}: {row['reason']}")
            continue
        npv = f"{row['npv.mean']:,.0f} ± {row['npv.mean se']:,.0f} {currency}"
        lost = f"loses money in {row['prob_npv_negative']:.1%} of the draws"
        print(f"budgets x{row['budget']:g}: NPV {npv}, {lost}: {row['starts'] or 'nothing starts'}")
    return 0 if found.complete else 1


if __name__ == "__main__":
    sys.exit(main())
