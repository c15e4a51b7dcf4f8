"""Smoke run of the table of targets: contenders are validated, every part answers or says why not."""

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import main

PARTS = ("floor", "peers", "many_roadmaps")


def test_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that take seconds; the kernel against NumPy and the workers have tests of their own."""
    file = tmp_path / "rows.json"
    asked = [word for part in PARTS for word in ("--only", part)]
    assert main(["--smoke", *asked, "--json", str(file)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("smoke run")
    document = json.loads(file.read_text())
    rows = document["rows"]
    assert document["smoke"] is True
    assert {row["name"] for row in rows} == set(PARTS)
    for row in rows:
        assert row["what"] in shown
        assert (row["ratio"] is None) == bool(row["missing"])
    named = {row["what"]: row for row in rows}
    for peer in ("NumPy", "plain Python"):
        assert named[f"simple model in lanes / {peer}"]["ratio"] > 0
