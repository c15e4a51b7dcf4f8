"""Smoke run of the benchmark of many roadmaps: it validates, it times, and it notices a wrong answer."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmarks import many_roadmaps
from optimize.random_roadmaps import random_roadmaps
from scenarios.load import load
from sim.montecarlo import Tables, tables
from sim.world import Scenario


def test_comparison_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both cases are validated, on as many roadmaps as are timed, before anything is timed."""
    validated: list[int] = []
    validate = many_roadmaps.validate

    def counted(scenario: Scenario, table: Tables, roadmaps: Sequence[many_roadmaps.Starts]) -> float:
        validated.append(len(roadmaps))
        return validate(scenario, table, roadmaps)

    monkeypatch.setattr(many_roadmaps, "validate", counted)
    with_threats, additive = many_roadmaps.compare(roadmaps=12, draws=32, repeats=1, timed=3)
    assert with_threats.worst < 1e-6
    assert additive.worst < 1e-6
    assert with_threats.entries > additive.entries
    assert (with_threats.what, additive.what) == tuple(many_roadmaps.TARGETS)
    assert validated == [3, 3]
    assert (with_threats.roadmaps, with_threats.draws) == (12, 32)
    assert len(additive.kernel) == len(additive.tables) == 1
    assert additive.ratio == additive.kernel[0] / additive.tables[0]
    assert "times as fast" in str(with_threats)


def test_both_targets_are_rows_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [many_roadmaps.Comparison(what, 2, 3, 4, 0.0, 1.0, (8.0, 9.0), (0.1, 0.1)) for what in many_roadmaps.TARGETS]
    monkeypatch.setattr(many_roadmaps, "compare", lambda *_: made)
    with_threats, additive = many_roadmaps.rows(smoke=True)
    assert (with_threats.target, with_threats.met) == (40.0, True)
    assert (additive.target, additive.met) == (300.0, False)
    assert with_threats.ratios == pytest.approx((80.0, 90.0))


def test_additive_roadmaps_keep_nothing_that_is_computed_apart() -> None:
    scenario = load(many_roadmaps.MODEL)
    roadmaps = list(random_roadmaps(scenario, 6, 1))
    kept = {name for one in many_roadmaps.additive(scenario, tables(scenario, 4, 1), roadmaps) for name in one}
    assert kept
    assert kept <= {f"initiative_{k}" for k in (2, 4, 5, 7, 8, 10, 12)}


def test_a_wrong_answer_is_noticed() -> None:
    scenario = load(many_roadmaps.MODEL)
    table = tables(scenario, 16, many_roadmaps.SEED)
    roadmap = [{"initiative_4": 3}]
    assert many_roadmaps.validate(scenario, table, roadmap) < 1e-6
    wrong = replace(table, profit=table.profit + 1e6)
    with pytest.raises(many_roadmaps.DisagreementError, match="differs"):
        many_roadmaps.validate(scenario, wrong, roadmap)
