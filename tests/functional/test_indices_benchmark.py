"""Smoke run of the benchmark of indices: it validates, it counts the points of the designs, it times."""

from benchmarks.indices import SINGLE, rows


def test_it_measures() -> None:
    found = list(rows(smoke=True))
    assert [row.missing for row in found] == ["", ""]
    assert f"{2 * (SINGLE + 1 + 2):,} points" in found[0].detail
    assert f"{2 * (2 * (SINGLE + 1) + 2):,} points" in found[1].detail
    assert all(len(row.ratios) == 1 for row in found)
