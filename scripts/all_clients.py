"""One run over a folder of scenarios whose engineers are shared: what starts where and when, and what sharing costs.

    python scripts/all_clients.py CLIENTS_FOLDER --shared it_days=12

`--shared SKILL=DAYS` states how many days a month all clients together have of a skill; it may be repeated.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scenarios import all_clients, load
from sim.errors import ProblemsFound


def days(text: str) -> tuple[str, float]:
    """SKILL=DAYS."""
    skill, _, number = text.partition("=")
    return skill.strip(), float(number)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shared", type=days, action="append", required=True, metavar="SKILL=DAYS")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    files = sorted(file for file in asked.folder.glob("*.yaml") if not file.name.endswith(".calibration.yaml"))
    try:
        found = all_clients({file.stem: load(file) for file in files}, dict(asked.shared), asked.seed)
    except ProblemsFound as error:
        print(error, file=sys.stderr)
        return 2
    result, money = found.result, found.currency
    print(f"all clients: NPV {result.npv} {money}; sharing the engineers costs {result.loss} {money}")
    for name, client in result.clients.items():
        title, label = client.scenario.title, client.scenario.period_label
        print(f"\n{name} ({title}): NPV {client.npv} {money}, sharing costs {client.loss} {money}")
        for one in sorted({*client.shared, *client.alone}, key=lambda key: client.shared.get(key, 10**6)):
            alone, shared = (label(at[one]) if one in at else "not at all" for at in (client.alone, client.shared))
            moved = "" if alone == shared else f" (with all engineers to itself: {alone})"
            print(f"  {client.scenario.initiatives[one].title}: {shared}{moved}")
    tightest = sorted(found.pool_frame().rows(), key=lambda row: row[3] - row[2])[:3]
    print(
        "\ntightest: "
        + "; ".join(f"{skill} {used:.3g} of {there:.3g} days in {when}" for skill, when, used, there, _ in tightest)
    )
    for note in found.notes:
        print(f"note: {note}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
