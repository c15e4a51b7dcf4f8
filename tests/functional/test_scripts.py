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
    "which_assumption_matters.py": ([SHOP, "pos@0", "--draws", "200", "--top", "3"], "npv.mean of pos@0, in EUR"),
    "compare_policies.py": ([SHOP, "--draws", "256", "--train-draws", "256"], "corner_shop: reviewing"),
}
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))


def script(command: list[str]) -> subprocess.CompletedProcess[str]:
    """One run in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_is_short_and_says_how_to_run_it(path: Path) -> None:
    """A planner copies it: under 60 lines, a command in its docstring, imports of the public packages only."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < LINES
    tree = ast.parse(text)
    assert f"python scripts/{path.name}" in (ast.get_docstring(tree) or "")
    ours = {"sim", "optimize", "scenarios", "tests", "benchmarks", "scripts"}
    names = {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert names & ours <= FLOORS


@pytest.mark.parametrize("name", RUNS)
def test_script_runs(name: str) -> None:
    """A short run ends well and prints what it is for."""
    arguments, printed = RUNS[name]
    done = script([f"scripts/{name}", *arguments])
    assert done.returncode == 0, done.stderr
    assert printed in done.stdout


def test_script_of_budgets_keeps_its_rows(tmp_path: Path) -> None:
    """Two budgets, kept in a folder; a second run repeats nothing."""
    command = ["scripts/sweep_budgets.py", SHOP, "--out", str(tmp_path / "run"), "--factors", "0.5", "1"]
    for more in ([], ["--resume"]):
        done = script([*command, "--draws", "128", "--workers", "1", *more])
        assert done.returncode == 0, done.stderr
        assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["budgets x0.5", "budgets x1"]


def test_script_of_all_clients_reads_a_folder(tmp_path: Path) -> None:
    """Two files of one provider; a folder without scenarios is said."""
    for name in ("north", "south"):
        (tmp_path / f"{name}.yaml").write_text((ROOT / SHOP).read_text(encoding="utf-8"), encoding="utf-8")
    done = script(["scripts/all_clients.py", str(tmp_path), "--shared", "it_days=5"])
    assert done.returncode == 0, done.stderr
    assert "all clients: NPV" in done.stdout
    assert "north (Corner Shop)" in done.stdout
    (tmp_path / "none").mkdir()
    empty = script(["scripts/all_clients.py", str(tmp_path / "none"), "--shared", "it_days=5"])
    assert (empty.returncode, "Traceback" in empty.stderr) == (2, False)


def test_input_that_cannot_be_used_is_said() -> None:
    """No traceback for an initiative that does not exist."""
    done = script(["scripts/fund_or_not.py", SHOP, "psos"])
    assert done.returncode == 2
    assert "psos" in done.stderr
    assert "Traceback" not in done.stderr
