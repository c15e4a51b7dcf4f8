"""The start of the process: what a command loads, and scripts that come from standard input."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[2]
SMALL = HERE / "benchmarks" / "small.yaml"
HEAVY = (
    "numba", "scipy.stats", "scipy.optimize", "pandas", "polars", "pulp", "highspy", "simpy", "matplotlib",
    "sim.company", "sim.montecarlo.kernel", "sim.lanes.values", "optimize", "scenarios.calibration", "rich.progress",
)  # fmt: skip
LOADED = """
import json, sys
from scenarios.cli import app
code = app.run(sys.argv[1:])
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""
ROI = ["roi", str(SMALL), "--roadmap", "cloud@0,two_factor@3", "--draws", "64"]
SCRIPT = """
from scenarios.load import load
from sim.company import simulate
from benchmarks.company import shortened
one, two = (simulate(shortened(load("agency")), {}, 4, 1, workers=workers)[0].npv for workers in (1, 2))
assert (one == two).all()
print("done")
"""


def run(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, input=text, cwd=HERE, capture_output=True, text=True, check=True, timeout=500)


def test_a_value_needs_neither_the_compiler_nor_what_else_is_heavy() -> None:
    """The first run may compile; the second finds the code on the disk."""
    first = run("-c", LOADED, *ROI)
    second = run("-c", LOADED, *ROI)
    assert first.stdout == second.stdout
    code, modules = json.loads(second.stderr.splitlines()[-1])
    assert code == 0
    assert [name for name in HEAVY if name in modules] == []
    assert "once per version" not in second.stderr


def test_workers_of_a_script_from_standard_input() -> None:
    """Their main module has no file; they must not look for it."""
    assert run("-", text=SCRIPT).stdout == "done\n"
