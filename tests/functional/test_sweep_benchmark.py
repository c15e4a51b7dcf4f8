"""Smoke run of the benchmark of sweeps: it validates what it times, and notices what differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import sweeps
from scenarios import sweep


def test_overhead_and_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are for a quiet machine; here that there are some, with their targets."""
    rows = [sweeps.overhead(4, 1), *sweeps.large(60)]
    assert [row.target for row in rows] == [1.0, 500.0, 1.0]
    assert all(row.ratio is not None for row in rows)
    assert 0 < rows[1].ratios[0] < 2000
    exact = sweeps.plain_loop(4)
    monkeypatch.setattr(sweeps, "plain_loop", lambda _points: [[0.0] * 3, *exact[1:]])
    with pytest.raises(AssertionError, match="plain loop differ"):
        sweeps.overhead(4, 1)


def test_kills() -> None:
    row = sweeps.kills(6, 1)
    assert row.ratios == (0.0,)
    assert row.met


def test_a_wrong_row_is_noticed(tmp_path: Path) -> None:
    def other(_scenario: Any, points: Any) -> list[tuple[float, ...]]:
        return [(0.5,) * 4 for _ in points]

    with pytest.raises(AssertionError, match="not that of its point"):
        sweeps.check(sweep(sweeps.many(4), tmp_path / "out", workers=1, own=other), 4)
