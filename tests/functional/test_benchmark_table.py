"""Smoke run of the table of targets: contenders are validated, every part answers or says why not."""

import json
from pathlib import Path

import pytest

from benchmarks import floor, many_roadmaps, peers, simple_model
from benchmarks.__main__ import main
from benchmarks.peers import Floats

PARTS = ("floor", "peers", "many_roadmaps")


def test_table(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that take seconds; the kernel against NumPy and the workers have tests of their own."""
    validated: list[str] = []
    check = peers.check

    def counted(name: str, ours: Floats, theirs: Floats) -> None:
        validated.append(name)
        check(name, ours, theirs)

    monkeypatch.setattr(peers, "check", counted)
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
    simple = {peer: named[f"simple model in lanes / {peer}"] for peer in peers.TARGETS}
    assert {peer: row["target"] for peer, row in simple.items()} == peers.TARGETS
    assert set(validated) == {peer for peer, row in simple.items() if row["ratio"] is not None}
    assert {"NumPy", "plain Python"} <= set(validated)
    assert simple["plain Python"]["ratio"] > 2.0  # some eighty on a machine that does nothing else
    assert len(named) == len(rows) == len(peers.TARGETS) + len(many_roadmaps.TARGETS) + 1
    assert named["roadmap kernel / its own floor"]["target"] == floor.TARGET


def test_a_contender_that_computes_something_else_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = simple_model.in_python
    monkeypatch.setattr(simple_model, "in_python", lambda n, seed: exact(n, seed) * 1.5)
    with pytest.raises(AssertionError, match="of plain Python"):
        list(peers.rows(smoke=True))
