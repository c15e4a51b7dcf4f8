"""`roadfolio sweep` as a planner types it: screens, documents, files, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import polars
import pytest

from scenarios.cli.app import run
from scenarios.documents import schema
from scenarios.sweep import sweep
from tests.functional.sweep_cases import SHOP

DESIGN = f"""
version: 1
name: rates
title: Rates and budgets
scenario: {SHOP}
work:
  draws: 64
  roadmaps: {{till: {{pos: 0}}}}
  policies: [do nothing, plan]
  limits: {{search_draws: 16, pair_draws: 8, linear_draws: 8, first_selection_draws: 32, selection_draws: 64,
    report_draws: 64, gap_sets: 2, gap_draws: 4, mean_draws: 4, rounds: 1, neighbours: 20, cost_draws: 64, triples: 0,
    enumerate_paths: 0}}
  measures: [npv.mean, npv.p50, prob_npv_negative, roi]
design: {{kind: list, points: [{{money.discount_rate: 0.05}}, {{money.discount_rate: 7}}]}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("sweep")
    (here / "d.yaml").write_text(DESIGN)
    sweep(here / "d.yaml", here / "run", workers=1)
    return here


def test_run_resumes_and_tells(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", "run", str(folder / "d.yaml"), "--out", str(folder / "run"), "--workers", "1"]) == 2
    assert "add --resume" in capsys.readouterr().err
    again = ["sweep", "run", str(folder / "d.yaml"), "--out", str(folder / "run"), "--resume", "--workers", "1"]
    assert run([*again, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema("sweep")).validate(document)
    assert (document["points"], document["done"], document["failed"]) == (6, 3, 3)


def test_screens(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", "status", str(folder / "run")]) == 0
    shown = capsys.readouterr().out
    assert "Rates and budgets: 3 of 6 points done, 3 failed." in shown
    assert "3 points: money.discount_rate" in shown
    assert run(["sweep", "results", str(folder / "run")]) == 0
    shown = capsys.readouterr().out
    assert "npv.mean, EUR" in shown
    assert "±" in shown
    assert "1 measure more" in shown


def test_the_policies_choose(folder: Path) -> None:
    """Do nothing has what is mandatory; the plan is at least as good in its own search's eyes, and every row says what
    was started."""
    from scenarios.sweeps.result import read_result

    rows = {row["policy"]: row for row in read_result(folder / "run").wide().head(3).collect().to_dicts()}
    assert rows[None]["starts"] == "pos@0"
    assert rows["do nothing"]["starts"].startswith("basic_backup@")
    assert "basic_backup@" in rows["plan"]["starts"]


def test_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = ["sweep", "results", str(folder / "run")]
    table, wide = folder / "t.csv", folder / "w.parquet"
    assert run([*results, "--csv", str(table)]) == 0
    assert run([*results, "--parquet", str(wide), "--wide", "--json"]) == 0
    tidy = polars.read_csv(table)
    assert tidy.height == 6 * 4
    assert set(tidy.filter(polars.col("measure") == "npv.mean")["unit"]) == {"EUR"}
    assert polars.read_parquet(wide).height == 6
    assert run([*results, "--csv", str(table)]) == 2
    assert "--force" in capsys.readouterr().err
    assert run([*results, "--csv", str(table), "--force"]) == 0


def test_new(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", "new"]) == 0
    assert "kind: grid" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run"], "needs a design file"),
        (["status"], "needs the folder of a sweep"),
        (["status", "nowhere"], "holds no sweep"),
        (["run", "nowhere.yaml", "--out", "x"], "cannot be read"),
        (["run", "d.yaml"], "needs a folder"),
        (["status", "x", "--resume"], "means nothing to `sweep status`"),
        (["run", "d.yaml", "--out", "x", "--cluster", "127.0.0.1:1", "--workers", "2"], "its own workers"),
        (["rum"], "rum"),
    ],
)
def test_what_is_refused(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", *arguments]) == 2
    shown = capsys.readouterr().err
    assert says in shown
    assert "Traceback" not in shown
