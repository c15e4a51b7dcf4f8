"""Every script runs as its docstring says, over the public API, on a small scenario."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOP = "tests/data/corner_shop.yaml"
LINES = 60
FLOORS = {"scenarios", "sim"}  # sim for the errors that its functions raise
RUNS = {
    # name: arguments of a short run, and what it must print
    "fund_or_not.py": ([SHOP, "edr", "--draws", "256", "--beside", "basic_backup@0"], "edr from month 0"),
    "compare_policies.py": ([SHOP, "--draws", "256", "--train-draws", "256"], "corner_shop: reviewing"),
}
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_is_short_and_says_how_to_run_it(script: Path) -> None:
    """A planner copies it: under 60 lines, a command in its docstring, imports of the public packages only."""
    text = script.read_text(encoding="utf-8")
    assert len(text.splitlines()) < LINES
    tree = ast.parse(text)
    assert f"python scripts/{script.name}" in (ast.get_docstring(tree) or "")
    ours = {"sim", "optimize", "scenarios", "tests", "benchmarks", "scripts"}
    names = {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert names & ours <= FLOORS


@pytest.mark.parametrize("name", RUNS)
def test_script_runs(name: str) -> None:
    """A short run ends well and prints what it is for."""
    arguments, printed = RUNS[name]
    done = subprocess.run(
        [sys.executable, f"scripts/{name}", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert printed in done.stdout


def test_input_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    """No traceback for an initiative that does not exist."""
    done = subprocess.run(
        [sys.executable, "scripts/fund_or_not.py", SHOP, "psos"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "psos" in done.stderr
    assert "Traceback" not in done.stderr
