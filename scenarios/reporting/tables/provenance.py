"""What made this plan, and the command that makes it again, bit for bit."""

from __future__ import annotations

import shlex

from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from sim.display.text import plain


def provenance(run: Gathered) -> Part:
    """Hash, seed, draws, versions, digest of the record, command."""
    plan, made = run.plan, run.plan["provenance"]
    rows = [
        ("scenario", f"{plain(plan['scenario'])}, hash {made['scenario_hash']}"),
        ("seed", f"{plan['seed']}"),
        *((f"draws of the {plain(name)}", f"{one['first']:,} to {one['first'] + one['draws'] - 1:,}")
          for name, one in plan["draws"].items()),
        ("roadfolio", made["version"]),
        ("Python", made["python"]),
        *((name, version) for name, version in made["packages"].items() if name != "roadfolio"),
    ]  # fmt: skip
    if run.run.records:
        rows.append(("record of the forecast", f"{len(run.run.records)}, the newest with digest "
                     f"{run.run.records[-1]['hash'][:16]}"))  # fmt: skip
    command = command_of(run)
    sentence = (
        f"Scenario {made['scenario_hash']} and seed {plan['seed']} decide every figure: with these versions the same "
        "command gives the same bits on any number of threads."
    )
    notes = [f"In the folder of the run: {command}" if command else "The options of the run are not recorded."]
    if plan["stopped_by_time"]:
        sentence = (
            f"Scenario {made['scenario_hash']} and seed {plan['seed']} decide every draw, but the clock stopped a part "
            "of the search: another run may end in another roadmap."
        )
    found = table("What made this plan", ("what", "value"), [(key, plain(str(text))) for key, text in rows])
    return Part("provenance", "Provenance", sentence, None, (found,), open=True, notes=tuple(notes))


def command_of(run: Gathered) -> str:
    """The command line as the run recorded it, or for an older first plan by its seed and attitude to risk."""
    if run.figures is not None:
        return plain(shlex.join(run.figures["command"]), 2000)
    if run.replan is not None:
        return f"roadfolio replan OLDRUN actuals.csv --at {int(run.replan['at'])} --out NEWRUN"
    words = ["roadfolio", "plan", "scenario.yaml", "--seed", f"{run.plan['seed']}", "--out", "again"]
    return "" if run.plan["pins"] else shlex.join(words)
